/**
 * The way to a host behind a TUN.
 *
 * @module
 */

import type { Watcher } from "../../ffi/waiting.ts";
import type { Tun } from "../../ffi/tun.ts";
import type { Counters } from "../counters.ts";
import { OffloadLink } from "./offload_link.ts";
import { TunLink } from "./tun_link.ts";

/** Connects to a TUN the way it was opened: with segmentation offload or without. */
export function openTunLink(
  tun: Tun,
  watcher: Watcher,
  counters: Counters,
): TunLink | OffloadLink {
  return tun.offload === undefined
    ? new TunLink(tun, watcher)
    : new OffloadLink(tun, watcher, counters);
}
