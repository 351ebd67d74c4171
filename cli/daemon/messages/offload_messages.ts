/**
 * Segmentation offload of the TUN, in words.
 *
 * @module
 */

import type { TunSide } from "../../../nodes/host/tun_side.ts";

/** What the interface uses. */
export function describeOffload({ name, offload }: Pick<TunSide, "name" | "offload">): string {
  if (offload === undefined) return `Interface ${name} works without segmentation offload`;
  const protocols = offload.udp ? "TCP and UDP" : "TCP";
  return `Interface ${name} uses segmentation offload for ${protocols}`;
}
