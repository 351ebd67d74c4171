/**
 * A client's side of the host as a network interface (TUN).
 *
 * @module
 */

import type { InputFilter } from "../../ffi/input_filter.ts";
import { openInputFilter } from "../../ffi/open.ts";
import type { Service } from "../../ffi/packet_filter.ts";
import { type ClientSituation, clientState } from "../../io/host/wanted_state.ts";
import { TEREDO_MTU } from "../../protocol/constants.ts";
import type { HostContext, Opener } from "../node_context.ts";
import { openTunSide, type TunSide, type TunSideOptions } from "./tun_side.ts";

const CONTESTED = "Another program keeps removing the rules of --firewall. Look for what runs " +
  '"nft flush ruleset"';

/** The interface of a client. */
export interface ClientTunOptions extends TunSideOptions {
  /** Whether it leads to the whole IPv6 Internet, if no other way does; true by default. */
  readonly defaultRoute?: boolean | undefined;
  /**
   * The services of this host that others may reach through the interface, besides answers, errors
   * and pings; unless given, the kernel lets everything in. This needs nf_tables.
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
 * Makes a network interface, which vanishes with its client: then this host has IPv6. That needs
 * CAP_NET_ADMIN on Linux, root on macOS, and Wintun and an administrator on Windows; and
 * `--allow-all`, which Deno requires for changing settings below `/proc`.
 *
 * @throws {SystemError} (when it is opened) the kernel refuses; the message says what to do
 */
export function clientTun(options: ClientTunOptions = {}): Opener<ClientTun> {
  return (context) => openClientTun(options, context);
}

function openClientTun(
  { defaultRoute = true, firewall: services, ...options }: ClientTunOptions,
  context: HostContext,
): ClientTun {
  let situation: ClientSituation = {
    address: undefined,
    mtu: TEREDO_MTU,
    hasDefaultRoute: defaultRoute,
  };
  using stack = new DisposableStack();
  const side = stack.use(openTunSide(options, context, clientState(situation)));
  // It is there before the interface has an address, and as long as the interface.
  const firewall = services && stack.adopt(openFirewall(side.name, services), (it) => it.close());
  if (firewall !== undefined) {
    if (!firewall.isOwned) {
      side.own.require({
        restore: () => firewall.restore(),
        isReported: false,
        contested: CONTESTED,
      });
    }
    context.counters.include("firewall", () => firewall.counts().refused?.packets ?? 0);
  }
  const opened = stack.move();
  function change(changes: Partial<ClientSituation>): void {
    situation = { ...situation, ...changes };
    side.own.want(clientState(situation));
  }
  return {
    ...side,
    firewall,
    up: (address, mtu) => change({ address: address.slice(), mtu }),
    down: () => change({ address: undefined }),
    setDefaultRoute: (hasDefaultRoute) => change({ hasDefaultRoute }),
    [Symbol.dispose]: () => opened.dispose(),
  };
}

function openFirewall(name: string, services: readonly Service[]): InputFilter {
  return openInputFilter({ table: `${name}-firewall`, interface: name, services });
}
