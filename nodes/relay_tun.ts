/**
 * A relay's side of the host as a network interface (TUN), with the route to all clients.
 *
 * @module
 */

import { openInterface, openTun } from "../ffi/open.ts";
import type { Tun } from "../ffi/tun.ts";
import { TEREDO_ROUTE } from "../io/host/client_interface.ts";
import type { Log } from "../io/log.ts";
import { openTunLink } from "../io/host/open_tun_link.ts";
import { TEREDO_MTU } from "../protocol/constants.ts";
import { type Restorable, restorer } from "./own_interface.ts";
import type { HostContext, Opener } from "./node_context.ts";
import type { TunSide, TunSideOptions } from "./tun_side.ts";
import { reasonOf } from "../reason.ts";

/**
 * Makes a network interface, which vanishes with its relay, and routes 2001::/32 to it. That needs Linux,
 * CAP_NET_ADMIN, and `--allow-all`, which Deno wants from who changes settings below `/proc`.
 *
 * @throws {SystemError} (when it is opened) the kernel refuses; the message says what to do
 */
export function relayTun(options: TunSideOptions = {}): Opener<TunSide> {
  return (context) => openRelayTun(options, context);
}

function openRelayTun(
  { name = "teredo", offload = true }: TunSideOptions,
  { poller, counters, log }: HostContext,
): TunSide {
  using stack = new DisposableStack();
  const tun = stack.adopt(openTun(name, { offload }), (tun) => tun.close());
  configure(tun);
  const link = stack.adopt(openTunLink(tun, poller, counters), (link) => link.close());
  const { index } = tun;
  const own = { name: tun.name, index, onNews: restorer(tun.name, restorable(tun, log), log) };
  const opened = stack.move();
  return {
    name: tun.name,
    index,
    offload: tun.offload,
    link,
    own,
    [Symbol.dispose]: () => opened.dispose(),
  };
}

function configure({ name, index }: Tun): void {
  const configuration = openInterface(name, index);
  try {
    configuration.setMtu(TEREDO_MTU);
    configuration.bringUp();
    configuration.addRoute(TEREDO_ROUTE);
  } finally {
    configuration.close();
  }
}

/** A relay's interface has a route, and no address that anybody could take. */
function restorable(tun: Tun, log: Log): Restorable {
  return {
    needs: () => false,
    restore() {
      try {
        configure(tun);
      } catch (error) {
        log.error(reasonOf(error));
      }
    },
  };
}
