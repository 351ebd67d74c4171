/** Messages of PCP and NAT-PMP. */
import { assertEquals } from "@std/assert";
import {
  encodeNatPmpAddressRequest,
  encodeNatPmpMapRequest,
  parseNatPmpAddressResponse,
  parseNatPmpMapResponse,
} from "../../portmap/nat_pmp.ts";
import {
  encodePcpMapRequest,
  isPcpUnsupported,
  parsePcpAnnouncement,
  parsePcpMapResponse,
} from "../../portmap/pcp.ts";
import { formatEndpoint, parseEndpoint } from "../../wire/endpoint.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";

const REQUEST = {
  internal: parseEndpoint("192.168.1.10:40000")!,
  nonce: Uint8Array.fromHex("000102030405060708090a0b"),
  externalPort: 40_001,
  lifetime: 3600,
};

/** Octets as one writes them down: hexadecimal, with spaces anywhere. */
function octets(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(text.replaceAll(/\s/g, ""));
}

/** What a router answers: 83.1.2.1:40001 for an hour, 1000 s after its start. */
const RESPONSE = octets(
  "02 81 00 00 00000e10 000003e8 000000000000000000000000" +
    "000102030405060708090a0b 11 000000 9c40 9c41 00000000000000000000ffff53010201",
);

Deno.test("PCP: a request is laid out as RFC 6887 §11.1 has it", () => {
  assertEquals(
    encodePcpMapRequest(REQUEST),
    octets(
      "02 01 0000 00000e10 00000000000000000000ffffc0a8010a" +
        "000102030405060708090a0b 11 000000 9c40 9c41 00000000000000000000ffff00000000",
    ),
  );
});

Deno.test("PCP: an answer is read", () => {
  const { external, ...rest } = parsePcpMapResponse(RESPONSE, REQUEST)!;
  assertEquals(formatEndpoint(external), "83.1.2.1:40001");
  assertEquals(rest, { result: 0, epoch: 1000, lifetime: 3600 });
});

Deno.test("PCP: an answer with another nonce, port, protocol, opcode or version is not ours", () => {
  for (const offset of [0, 1, 24, 35, 36, 40, 41, 44, 55]) {
    const other = RESPONSE.slice();
    other[offset]! ^= 1;
    assertEquals(parsePcpMapResponse(other, REQUEST), undefined, `octet ${offset}`);
  }
  assertEquals(parsePcpMapResponse(encodePcpMapRequest(REQUEST), REQUEST), undefined, "a request");
  for (const length of [0, 3, 24, 56, 59]) {
    assertEquals(parsePcpMapResponse(RESPONSE.subarray(0, length), REQUEST), undefined);
  }
  const long = new Uint8Array(1104);
  long.set(RESPONSE);
  assertEquals(parsePcpMapResponse(long, REQUEST), undefined);
});

Deno.test("PCP: a server of NAT-PMP says that it does not know PCP", () => {
  assertEquals(isPcpUnsupported(octets("0081 0001 000003e8")), true);
  assertEquals(isPcpUnsupported(octets("0001 0001 000003e8")), false, "a request");
  assertEquals(isPcpUnsupported(octets("0081 0000 000003e8")), false);
  assertEquals(isPcpUnsupported(octets("0081")), false);
});

Deno.test("PCP: an announcement of a restart is read", () => {
  const announcement = octets("02 80 0000 00000000 00000005 000000000000000000000000");
  assertEquals(parsePcpAnnouncement(announcement), 5);
  assertEquals(parsePcpAnnouncement(RESPONSE), undefined);
  assertEquals(parsePcpAnnouncement(announcement.subarray(0, 20)), undefined);
});

Deno.test("NAT-PMP: requests are laid out as RFC 6886 §3.2 and §3.3 have them", () => {
  assertEquals(encodeNatPmpAddressRequest(), octets("0000"));
  assertEquals(
    encodeNatPmpMapRequest({ internalPort: 40_000, externalPort: 40_001, lifetime: 3600 }),
    octets("0001 0000 9c40 9c41 00000e10"),
  );
});

Deno.test("NAT-PMP: answers are read", () => {
  assertEquals(
    parseNatPmpAddressResponse(octets("0080 0000 000003e8 53010201")),
    { result: 0, epoch: 1000, address: parseIpv4("83.1.2.1")! },
  );
  const mapped = octets("0081 0000 000003e8 9c40 9c41 00000e10");
  assertEquals(
    parseNatPmpMapResponse(mapped, 40_000),
    { result: 0, epoch: 1000, externalPort: 40_001, lifetime: 3600 },
  );
  assertEquals(parseNatPmpMapResponse(mapped, 40_002), undefined);
  assertEquals(parseNatPmpMapResponse(mapped.subarray(0, 15), 40_000), undefined);
  assertEquals(
    parseNatPmpMapResponse(octets("0081 0003 000003e8"), 40_000),
    { result: 3, epoch: 1000, externalPort: 0, lifetime: 0 },
  );
  assertEquals(parseNatPmpAddressResponse(octets("0080 0000 000003e8")), undefined);
  assertEquals(parseNatPmpAddressResponse(octets("0000")), undefined);
});
