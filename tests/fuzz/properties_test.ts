/** What is written is read as it was: properties of everything that has both ways. */

import { assert, assertEquals } from "@std/assert";
import { readHexDump } from "../../cli/decode/hex_dump.ts";
import { readDigits } from "../../cli/decode/hexadecimal.ts";
import { explainPacket } from "../../cli/decode/packet.ts";
import { parseSecrets } from "../../cli/daemon/settings/secrets_file.ts";
import { formatInvitation, parseInvitation } from "../../cli/invitation/invitation.ts";
import { attribute, encodeMessage } from "../../ffi/linux/netlink/netlink_message.ts";
import { parseAttributes, parseMessages } from "../../ffi/linux/netlink/netlink_message.ts";
import {
  addressIn,
  encodeRouteMessage,
  parseRouteMessage,
  socketAddress,
} from "../../ffi/darwin/routing/route_message.ts";
import { parseHttpResponse } from "../../portmap/http_message.ts";
import { escapeXml, parseXml } from "../../portmap/xml.ts";
import fc from "../../tools/fast_check.ts";
import { formatEndpoint, parseEndpoint } from "../../wire/endpoint.ts";
import { endpoint } from "../../wire/endpoint.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { formatIpv6, parseIpv6 } from "../../wire/ipv6_address.ts";
import { decodeTeredoAddress, encodeTeredoAddress } from "../../wire/teredo_address.ts";
import { encodeTeredoPacket, parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { encodeTrailers, parseTrailers } from "../../wire/trailers.ts";
import { packet } from "../client/client_fixture.ts";

const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const ipv4 = fc.nat(2 ** 32 - 1).map(ipv4Address);
const port = fc.nat(65_535);
const place = fc.tuple(ipv4, port).map(([address, port]) => endpoint(address, port));

/** An address that trailers may carry. */
const reachable = fc.tuple(fc.integer({ min: 1, max: 223 }), fc.nat(2 ** 24 - 1))
  .filter(([first]) => first !== 127)
  .map(([first, rest]) => ipv4Address((first << 24 | rest) >>> 0));

const authentication = fc.record({
  identifier: fc.uint8Array({ maxLength: 255 }),
  value: fc.uint8Array({ maxLength: 20 }),
  nonce: octets(8),
  confirmation: fc.nat(255),
}, { noNullPrototype: true });

const ipv6 = fc.tuple(octets(16), octets(16), fc.nat(64)).map(([source, destination, length]) =>
  packet(source, destination, length)
);

Deno.test("property: a Teredo packet is read as it was written", () => {
  const parts = fc.record({
    authentication: fc.option(authentication, { nil: undefined }),
    origin: fc.option(place, { nil: undefined }),
    ipv6,
  }, { noNullPrototype: true });
  fc.assert(fc.property(parts, (parts) => {
    const read = parseTeredoPacket(encodeTeredoPacket(parts));
    assert(typeof read === "object");
    assertEquals({ ...read, trailers: undefined }, { ...parts, trailers: undefined });
  }));
});

Deno.test("property: trailers are read as they were written", () => {
  const trailers = fc.record({
    nonce: fc.nat(2 ** 32 - 1),
    alternateAddresses: fc.array(
      fc.tuple(reachable, fc.integer({ min: 1, max: 65_535 })).map((each) => endpoint(...each)),
      { minLength: 1, maxLength: 4 },
    ),
    neighborDiscovery: fc.constantFrom("solicitation" as const, "advertisement" as const),
    randomPort: port,
  }, { requiredKeys: [], noNullPrototype: true });
  fc.assert(fc.property(trailers, (trailers) => {
    assertEquals(parseTrailers(encodeTrailers(trailers)), trailers);
  }));
});

Deno.test("property: addresses are read as they were written, in octets and as text", () => {
  const parts = fc.record({ server: ipv4, flags: fc.nat(65_535), mapping: place }, {
    noNullPrototype: true,
  });
  fc.assert(fc.property(parts, octets(16), (parts, address) => {
    assertEquals(decodeTeredoAddress(encodeTeredoAddress(parts)), parts);
    assertEquals(parseIpv6(formatIpv6(address)), address);
    assertEquals(parseEndpoint(formatEndpoint(parts.mapping)), parts.mapping);
  }));
});

/** A dump as hexdump and xxd write it. */
function dumped(octets: Uint8Array, colon: string): string {
  const lines: string[] = [];
  for (let at = 0; at < octets.length; at += 16) {
    const pairs = octets.subarray(at, at + 16).toHex().match(/../g)!.join(" ");
    lines.push(`${at.toString(16).padStart(8, "0")}${colon}  ${pairs}`);
  }
  return lines.join("\n");
}

Deno.test("property: a dump of any packets gives them back, and each is explained to its last octet", () => {
  const some = fc.array(fc.uint8Array({ minLength: 1, maxLength: 100 }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(fc.property(some, fc.constantFrom("", ":"), (packets, colon) => {
    const text = packets.map((each) => dumped(each, colon)).join("\n\n");
    assertEquals(readHexDump(text), { packets });
    for (const each of packets) {
      assertEquals(readDigits(each.toHex()), { packets: [each] });
      const { fields } = explainPacket(each);
      assertEquals(fields.map((field) => field.octets).join(""), each.toHex());
    }
  }));
});

Deno.test("property: an invitation and a secrets file say what was put in", () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9 ._-]{11,30}[a-z]$/);
  fc.assert(fc.property(word, word, octets(16), (identifier, secret, random) => {
    for (const each of [secret, `hex:${random.toHex()}`, `base64:${random.toBase64()}`]) {
      const invitation = { identifier, secret: each, host: "teredo.example" };
      assertEquals(parseInvitation(formatInvitation(invitation)), invitation);
      const [[, read] = []] = parseSecrets(`"${identifier}": "${each}"\n`, "f");
      const expected = each === secret ? new TextEncoder().encode(secret) : random;
      assertEquals(new Uint8Array(read!.secret), expected);
    }
  }));
});

Deno.test("property: messages of netlink and of the routing socket are read as they were written", () => {
  const values = fc.dictionary(fc.nat(0x3fff).map(String), fc.uint8Array({ maxLength: 40 }), {
    maxKeys: 6,
    noNullPrototype: true,
  });
  fc.assert(fc.property(values, octets(4), octets(16), (values, four, sixteen) => {
    const attributes = Object.entries(values).map(([type, value]) =>
      attribute(Number(type), value)
    );
    const bytes = encodeMessage({ type: 16, flags: 1, sequence: 2 }, attributes);
    const [message] = parseMessages(bytes);
    const read = parseAttributes(message!.payload);
    assertEquals(Object.fromEntries(read), values);

    const addresses = { 0: socketAddress(four), 1: socketAddress(sixteen) };
    const route = { type: 1, flags: 2, index: 3, sequence: 4, addresses };
    const found = parseRouteMessage(encodeRouteMessage(route))!.addresses;
    assertEquals([addressIn(found[0]), addressIn(found[1])], [four, sixteen]);
  }));
});

Deno.test("property: XML and HTTP carry any text", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 60 })
    .filter((each) => each.trim() === each && !each.includes("\r"));
  fc.assert(fc.property(text, fc.boolean(), (text, isChunked) => {
    const body = new TextEncoder().encode(`<a>${escapeXml(text)}</a>`);
    const framing = isChunked
      ? `Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n`
      : `Content-Length: ${body.length}\r\n\r\n`;
    const head = new TextEncoder().encode(`HTTP/1.1 200 OK\r\n${framing}`);
    const tail = new TextEncoder().encode(isChunked ? "\r\n0\r\n\r\n" : "");
    const response = parseHttpResponse(Uint8Array.from([...head, ...body, ...tail]), false);
    assert(typeof response === "object");
    assertEquals(parseXml(new TextDecoder().decode(response.body))?.text, text);
  }));
});
