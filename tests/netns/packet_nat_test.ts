import { assert, assertEquals } from "@std/assert";
import { addToSum, foldSum } from "../../wire/checksum.ts";
import { formatEndpoint, parseEndpoint } from "../../wire/endpoint.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";
import { NAT } from "../sim/nat_behaviour.ts";
import { seededRandom } from "../sim/seeded_random.ts";
import { Ipv4Packet } from "./ipv4_packet.ts";
import { PacketNat } from "./packet_nat.ts";

const INSIDE = "192.168.1.10:5000";
const SERVER = "83.1.1.1:3544";
const EXTERNAL = "83.1.2.1";

Deno.test("packet NAT: a UDP packet leaves with the external address and right checksums", () => {
  const nat = makeNat();
  const packet = udp(INSIDE, SERVER, "out");
  assertEquals(nat.fromInside(packet, 0), "outside");
  assertEquals(endpointsOf(packet), [`${EXTERNAL}:5000`, SERVER]);
  assertValid(packet);
});

Deno.test("packet NAT: the answer comes back to the inside host, a stranger's packet does not", () => {
  const nat = makeNat();
  nat.fromInside(udp(INSIDE, SERVER, "out"), 0);
  const answer = udp(SERVER, `${EXTERNAL}:5000`, "back");
  assertEquals(nat.fromOutside(answer, 1), "inside");
  assertEquals(endpointsOf(answer), [SERVER, INSIDE]);
  assertValid(answer);
  assertEquals(nat.fromOutside(udp("83.1.9.9:3544", `${EXTERNAL}:5000`, "hello"), 2), undefined);
});

Deno.test("packet NAT: a UDP checksum of zero stays zero", () => {
  const packet = udp(INSIDE, SERVER, "out");
  packet.fill(0, 26, 28);
  makeNat().fromInside(packet, 0);
  assertEquals(packet.slice(26, 28), new Uint8Array(2));
});

Deno.test("packet NAT: packets among inside hosts turn round by their external endpoints", () => {
  const nat = makeNat();
  nat.fromInside(udp("192.168.1.11:6000", `${EXTERNAL}:5000`, "punch"), 0);
  nat.fromInside(udp(INSIDE, `${EXTERNAL}:6000`, "punch"), 1);
  const packet = udp("192.168.1.11:6000", `${EXTERNAL}:5000`, "hello");
  assertEquals(nat.fromInside(packet, 2), "inside");
  assertEquals(endpointsOf(packet), [`${EXTERNAL}:6000`, INSIDE]);
  assertValid(packet);
});

Deno.test("packet NAT: an echo finds its way back by its identifier", () => {
  const nat = makeNat();
  const request = echo(8, "192.168.1.10", "83.1.1.1", 77);
  assertEquals(nat.fromInside(request, 0), "outside");
  assertEquals(endpointsOf(request), [`${EXTERNAL}:77`, "83.1.1.1:0"]);
  assertValid(request);
  const reply = echo(0, "83.1.1.1", EXTERNAL, 77);
  assertEquals(nat.fromOutside(reply, 1), "inside");
  assertEquals(endpointsOf(reply), ["83.1.1.1:0", "192.168.1.10:77"]);
  assertValid(reply);
});

Deno.test("packet NAT: an error from outside quotes what the inside host knows", () => {
  const nat = makeNat();
  const sent = udp(INSIDE, SERVER, "out");
  nat.fromInside(sent, 0);
  const error = unreachable("83.1.1.1", EXTERNAL, sent);
  assertEquals(nat.fromOutside(error, 1), "inside");
  assertEquals(endpointsOf(error)[1], "192.168.1.10:0");
  assertEquals(endpointsOf(error.subarray(28)), [INSIDE, SERVER]);
  assertValid(error);
  assertValidHeader(error.subarray(28));
});

Deno.test("packet NAT: an error from inside quotes what the outside host knows", () => {
  const nat = makeNat();
  nat.fromInside(udp(INSIDE, SERVER, "out"), 0);
  const received = udp(SERVER, `${EXTERNAL}:5000`, "back");
  nat.fromOutside(received, 1);
  const error = unreachable("192.168.1.10", "83.1.1.1", received);
  assertEquals(nat.fromInside(error, 2), "outside");
  assertEquals(endpointsOf(error)[0], `${EXTERNAL}:0`);
  assertEquals(endpointsOf(error.subarray(28)), [SERVER, `${EXTERNAL}:5000`]);
  assertValid(error);
});

Deno.test("packet NAT: fragments, other protocols and cut packets do not get through", () => {
  const nat = makeNat();
  const fragment = udp(INSIDE, SERVER, "out");
  fragment[6] = 0x20;
  const tcp = udp(INSIDE, SERVER, "out");
  tcp[9] = 6;
  const whole = udp(INSIDE, SERVER, "out");
  assertEquals(nat.fromInside(fragment, 0), undefined);
  assertEquals(nat.fromInside(tcp, 0), undefined);
  for (let length = 0; length < 28; length++) {
    assertEquals(nat.fromInside(whole.slice(0, length), 0), undefined);
  }
});

function makeNat(): PacketNat {
  return new PacketNat(parseIpv4(EXTERNAL)!, NAT.portRestricted, seededRandom("1"));
}

function udp(source: string, destination: string, payload: string): Uint8Array {
  const data = new TextEncoder().encode(payload);
  const packet = ipv4(17, 8 + data.length);
  const view = new DataView(packet.buffer);
  view.setUint16(24, 8 + data.length);
  packet.set(data, 28);
  const parsed = Ipv4Packet.parse(packet)!;
  parsed.source = parseEndpoint(source)!;
  parsed.destination = parseEndpoint(destination)!;
  view.setUint16(10, 0);
  view.setUint16(10, ~foldSum(addToSum(packet, 0, 20)));
  view.setUint16(26, 0);
  view.setUint16(26, ~udpSum(packet));
  return packet;
}

function echo(type: number, source: string, destination: string, identifier: number): Uint8Array {
  return icmp(type, source, destination, Uint8Array.of(identifier >> 8, identifier, 0, 1));
}

function unreachable(source: string, destination: string, about: Uint8Array): Uint8Array {
  return icmp(3, source, destination, Uint8Array.of(0, 0, 0, 0, ...about.subarray(0, 28)));
}

function icmp(type: number, source: string, destination: string, rest: Uint8Array): Uint8Array {
  const packet = ipv4(1, 4 + rest.length);
  const view = new DataView(packet.buffer);
  packet[20] = type;
  packet.set(rest, 24);
  view.setUint32(12, parseIpv4(source)!);
  view.setUint32(16, parseIpv4(destination)!);
  view.setUint16(10, ~foldSum(addToSum(packet, 0, 20)));
  view.setUint16(22, ~foldSum(addToSum(packet, 20, packet.length - 20)));
  return packet;
}

function ipv4(protocol: number, length: number): Uint8Array<ArrayBuffer> {
  const packet = new Uint8Array(20 + length);
  packet[0] = 0x45;
  new DataView(packet.buffer).setUint16(2, packet.length);
  packet[8] = 64;
  packet[9] = protocol;
  return packet;
}

function endpointsOf(packet: Uint8Array): [string, string] {
  const { source, destination } = Ipv4Packet.parse(packet)!;
  return [formatEndpoint(source), formatEndpoint(destination)];
}

function assertValid(packet: Uint8Array): void {
  assertValidHeader(packet);
  const isUdp = packet[9] === 17;
  const sum = isUdp ? udpSum(packet) : foldSum(addToSum(packet, 20, packet.length - 20));
  assertEquals(sum, 0xffff);
}

function assertValidHeader(packet: Uint8Array): void {
  assert(foldSum(addToSum(packet, 0, 20)) === 0xffff, "The header's checksum is wrong");
}

/** The sum over pseudo-header (RFC 768) and datagram. */
function udpSum(packet: Uint8Array): number {
  const length = packet.length - 20;
  return foldSum(addToSum(packet, 20, length, addToSum(packet, 12, 8, 17 + length)));
}
