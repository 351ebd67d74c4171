/**
 * How UDP is moved, as people choose it and hear of it.
 *
 * @module
 */

import type { NativeUdpSocket, Refusal } from "../ffi/udp_socket.ts";

/** What `--udp` takes. */
export const UDP_MODES = ["auto", "batched", "deno"] as const;

/** Batches where the system has them, batches or nothing, or what every system has. */
export type UdpMode = typeof UDP_MODES[number];

/** Batches are in use. */
export function describeBatches(
  { isSegmenting, isJoining }: Pick<NativeUdpSocket, "isSegmenting" | "isJoining">,
): string {
  const offloads = [
    ...isSegmenting ? ["UDP_SEGMENT"] : [],
    ...isJoining ? ["UDP_GRO"] : [],
  ];
  const help = offloads.length > 0 ? ` with ${offloads.join(" and ")}` : "";
  return `UDP datagrams are moved in batches${help}`;
}

/** The transport of every system is in use, and why. */
export function describeSingles(reason: string): string {
  return `UDP datagrams are moved one by one: ${reason}`;
}

/** The kernel does not cut messages, as it seemed that it would. */
export function describeRefusal(refusal: Refusal, code: string): string {
  return refusal === "never"
    ? `UDP_SEGMENT is given up: the kernel refuses it (${code})`
    : `UDP_SEGMENT is given up for destinations whose path is too narrow for whole datagrams (${code})`;
}
