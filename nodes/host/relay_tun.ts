/**
 * A relay's side of the host as a network interface (TUN), with the route to all clients.
 *
 * @module
 */

import { relayState } from "../../io/host/wanted_state.ts";
import { TEREDO_MTU } from "../../protocol/constants.ts";
import type { Opener } from "../node_context.ts";
import { openTunSide, type TunSide, type TunSideOptions } from "./tun_side.ts";

/**
 * Makes a network interface, which vanishes with its relay, and routes 2001::/32 to it. That needs
 * CAP_NET_ADMIN on Linux, root on macOS, and Wintun and an administrator on Windows; and
 * `--allow-all`, which Deno requires for changing settings below `/proc`.
 *
 * @throws {SystemError} (when it is opened) the kernel refuses; the message says what to do
 */
export function relayTun(options: TunSideOptions = {}): Opener<TunSide> {
  return (context) => openTunSide(options, context, relayState(TEREDO_MTU));
}
