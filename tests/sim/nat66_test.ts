import { assertEquals } from "@std/assert";
import { hasValidIcmpv6Checksum } from "../../wire/checksum.ts";
import { encodeEcho, encodeIcmpv6Error, Icmpv6Type } from "../../wire/icmpv6.ts";
import { formatIpv6, parseIpv6 } from "../../wire/ipv6_address.ts";
import { DESTINATION, SOURCE } from "../../wire/ipv6_header.ts";
import { Nat66 } from "./nat66.ts";

const HOST = parseIpv6("2001:db8::1")!;
const REMOTE = parseIpv6("2001:db8::2")!;
const ALICE = parseIpv6("2001:0:c000:201::1")!;
const BOB = parseIpv6("2001:0:c000:201::2")!;

function echo(source: Uint8Array, destination: Uint8Array, isReply = false, identifier = 7) {
  const type = isReply ? Icmpv6Type.ECHO_REPLY : Icmpv6Type.ECHO_REQUEST;
  const data = Uint8Array.of(1, 2, 3);
  return encodeEcho({ type, source, destination, identifier, sequence: 1, data });
}

Deno.test("a client's packet leaves with the host's address, and the answer finds back", () => {
  const nat = new Nat66(HOST);
  assertEquals(nat.outbound(echo(ALICE, REMOTE)), echo(HOST, REMOTE));
  assertEquals(nat.inbound(echo(REMOTE, HOST, true)), echo(REMOTE, ALICE, true));
});

Deno.test("two clients with the same identifier are told apart by another one", () => {
  const nat = new Nat66(HOST);
  nat.outbound(echo(ALICE, REMOTE));
  assertEquals(nat.outbound(echo(BOB, REMOTE)), echo(HOST, REMOTE, false, 8));
  assertEquals(nat.inbound(echo(REMOTE, HOST, true, 8)), echo(REMOTE, BOB, true, 7));
});

Deno.test("what answers nothing is not for a client", () => {
  const nat = new Nat66(HOST);
  assertEquals(nat.inbound(echo(REMOTE, HOST, true)), undefined);
  nat.outbound(echo(ALICE, REMOTE));
  assertEquals(nat.inbound(echo(REMOTE, HOST, false)), undefined);
  assertEquals(nat.inbound(echo(BOB, HOST, true)), undefined);
});

Deno.test("an error about a client's packet reaches the client, who sees its own packet in it", () => {
  const nat = new Nat66(HOST);
  const about = nat.outbound(echo(ALICE, REMOTE))!;
  const type = Icmpv6Type.PACKET_TOO_BIG;
  const error = encodeIcmpv6Error({ type, code: 0, parameter: 1300, source: REMOTE, about });
  const restored = nat.inbound(error)!;
  assertEquals(formatIpv6(restored, SOURCE), formatIpv6(REMOTE));
  assertEquals(formatIpv6(restored, DESTINATION), formatIpv6(ALICE));
  assertEquals(restored.subarray(48), echo(ALICE, REMOTE));
  assertEquals(hasValidIcmpv6Checksum(restored), true);
});
