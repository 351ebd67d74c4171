/**
 * Segmentation offload, as people hear of it.
 *
 * @module
 */

import type { TunSide } from "../../../nodes/tun_side.ts";

/** What `--offload` takes. */
export const OFFLOAD_MODES = ["auto", "off"] as const;

/** Whether segmentation offload is used where the kernel has it. */
export type OffloadMode = typeof OFFLOAD_MODES[number];

/** What is in use. */
export function describeOffload({ name, offload }: Pick<TunSide, "name" | "offload">): string {
  if (offload === undefined) return `Interface ${name} works without segmentation offload`;
  const protocols = offload.udp ? "TCP and UDP" : "TCP";
  return `Interface ${name} uses segmentation offload for ${protocols}`;
}
