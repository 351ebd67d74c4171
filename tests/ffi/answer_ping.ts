/**
 * The other end of a TUN that answers pings.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Tun } from "../../ffi/tun.ts";

/** Turns an ICMPv6 echo request into its reply, and writes it. */
export function answerPing(tun: Tun, packet: Uint8Array): void {
  const [type, checksum] = [40, 42];
  assertEquals([packet[6], packet[type]], [58, 128], "an echo request");
  const source = packet.slice(8, 24);
  packet.copyWithin(8, 24, 40);
  packet.set(source, 24);
  // The addresses only change places. The type grows by one in a high octet: RFC 1624 for the sum.
  const view = new DataView(packet.buffer, packet.byteOffset);
  packet[type] = 129;
  const sum = (~view.getUint16(checksum) & 0xffff) + 0x0100;
  view.setUint16(checksum, ~((sum & 0xffff) + (sum >>> 16)) & 0xffff);
  assertEquals(tun.write(packet), true);
}
