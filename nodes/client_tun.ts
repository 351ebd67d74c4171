/**
 * A client's side of the host as a network interface (TUN).
 *
 * @module
 */

import type { InputFilter } from "../ffi/input_filter.ts";
import { openInputFilter, openInterface, openTun } from "../ffi/open.ts";
import type { Service } from "../ffi/packet_filter.ts";
import { ClientInterface } from "../io/host/client_interface.ts";
import { openTunLink } from "../io/host/open_tun_link.ts";
import { TEREDO_MTU } from "../protocol/constants.ts";
import { restorer } from "./own_interface.ts";
import type { HostContext, Opener } from "./node_context.ts";
import type { TunSide, TunSideOptions } from "./tun_side.ts";

/** The interface of a client. */
export interface ClientTunOptions extends TunSideOptions {
  /** Whether it leads to the whole IPv6 Internet, where no other way does; unless given, yes. */
  readonly defaultRoute?: boolean | undefined;
  /**
   * The services of this host that others may reach through the interface, besides answers, errors and pings; unless
   * given, the kernel lets everything in. This needs nf_tables.
   */
  readonly firewall?: readonly Service[] | undefined;
}

/** The interface, opened. */
export interface ClientTun extends TunSide {
  /** The filter before this host's services, if one was asked for. */
  readonly firewall: InputFilter | undefined;
  /** From now on it leads to the whole IPv6 Internet, or no longer. */
  setDefaultRoute(isWanted: boolean): void;
}

/**
 * Makes a network interface, which vanishes with its client: then this host has IPv6. That needs Linux,
 * CAP_NET_ADMIN, and `--allow-all`, which Deno wants from who changes settings below `/proc`.
 *
 * @throws {SystemError} (when it is opened) the kernel refuses; the message says what to do
 */
export function clientTun(options: ClientTunOptions = {}): Opener<ClientTun> {
  return (context) => openClientTun(options, context);
}

function openClientTun(
  { name = "teredo", defaultRoute = true, offload = true, firewall: services }: ClientTunOptions,
  { poller, counters, log }: HostContext,
): ClientTun {
  using stack = new DisposableStack();
  const tun = stack.adopt(openTun(name, { offload }), (tun) => tun.close());
  // It is there before the first packet, and as long as the interface.
  const firewall = services && stack.adopt(openFirewall(tun.name, services), (it) => it.close());
  const configuration = stack.adopt(openInterface(tun.name, tun.index), (it) => it.close());
  const network = new ClientInterface(configuration, defaultRoute, log);
  network.prepare(TEREDO_MTU);
  const link = stack.adopt(openTunLink(tun, poller, counters), (link) => link.close());
  const own = { name: tun.name, index: tun.index, onNews: restorer(tun.name, network, log) };
  const opened = stack.move();
  return {
    name: tun.name,
    index: tun.index,
    offload: tun.offload,
    link,
    own,
    firewall,
    up: (address, mtu) => network.up(address, mtu),
    down: () => network.down(),
    setDefaultRoute: (isWanted) => network.setDefaultRoute(isWanted),
    [Symbol.dispose]: () => opened.dispose(),
  };
}

function openFirewall(name: string, services: readonly Service[]): InputFilter {
  return openInputFilter({ table: `${name}-firewall`, interface: name, services });
}
