/**
 * The relay's side of a host: its interface with the route to all clients, and the machine.
 *
 * @module
 */

import { openInterface } from "../ffi/interface.ts";
import type { Poller } from "../ffi/poller.ts";
import { readSysctl } from "../ffi/sysctl.ts";
import { openTun, type Tun } from "../ffi/tun.ts";
import { TEREDO_ROUTE } from "../io/client_interface.ts";
import type { Counters } from "../io/counters.ts";
import type { HostLink } from "../io/host_link.ts";
import { localAddresses } from "../io/local_addresses.ts";
import type { Log } from "../io/log.ts";
import { nativeAddresses } from "../io/native_ipv6.ts";
import { openTunLink } from "../io/open_tun_link.ts";
import { TEREDO_MTU } from "../protocol/constants.ts";
import { Relay } from "../relay/relay.ts";
import type { RelayHost } from "../relay/relay_config.ts";
import type { GlobalUnicast } from "../wire/global_unicast.ts";
import { formatIpv6 } from "../wire/ipv6_address.ts";
import type { Ipv6Prefix } from "../wire/ipv6_prefix.ts";
import { CliError } from "./cli_error.ts";
import { describeOffload, type OffloadMode } from "./offload.ts";
import type { OwnLink } from "./network_watch.ts";
import { type Restorable, restorer } from "./own_interface.ts";
import { withRemedy } from "./permission.ts";
import type { GivenRelay } from "./relay_options.ts";

/** What a person tells, and whether packets pass the interface in bunches. */
export interface RelayPartOptions extends GivenRelay {
  readonly offload: OffloadMode;
}

/** What a relay shares with the rest of the program. */
export interface RelaySurroundings {
  readonly poller: Poller;
  readonly counters: Counters;
  readonly globalUnicast: GlobalUnicast;
  readonly log: Log;
}

/** A relay without its socket. Its interface vanishes with its disposal. */
export interface RelayPart extends Disposable {
  readonly relay: Relay;
  /** The native addresses that it carries packets of clients to. */
  readonly serves: readonly Ipv6Prefix[];
  readonly interface: string;
  readonly link: HostLink;
  /** The same interface, for who watches the network. */
  readonly own: OwnLink;
  /** The host's addresses are others now. */
  look(): void;
}

const DEFAULT_INTERFACE = "teredo";

/** 2000::/3, all that is assigned of the native IPv6 Internet. */
const NATIVE_INTERNET: Ipv6Prefix = {
  address: Uint8Array.of(0x20, ...new Uint8Array(15)),
  length: 3,
};

/**
 * Makes the interface and the relay behind it.
 *
 * @throws {CliError} it cannot be made
 */
export function openRelayPart(
  options: RelayPartOptions,
  { poller, counters, globalUnicast, log }: RelaySurroundings,
): RelayPart {
  const host = hostOf(options);
  const { serves } = host;
  if (serves.length === 0) throw withoutIpv6();
  if (!options.hostOnly) warnUnlessForwarding(log);

  using stack = new DisposableStack();
  const tun = stack.adopt(openTunOf(options), (tun) => tun.close());
  configure(tun);
  const relay = new Relay({
    globalUnicast,
    random: (bytes) => crypto.getRandomValues(bytes),
    ...host,
  });
  const link = openTunLink(tun, poller, counters);
  log.info(describeOffload(tun));
  const { name, index } = tun;
  const own = { name, index, onNews: restorer(name, restorable(tun, log), log) };
  const opened = stack.move();
  const look = () => relay.useHost(hostOf(options));
  const dispose = () => opened.dispose();
  return { relay, serves, interface: name, link, own, look, [Symbol.dispose]: dispose };
}

/** "between Teredo clients and 2000::/3 through interface teredo". */
export function describeRelayPart({ serves, interface: name }: RelayPart): string {
  const whom = serves.map(({ address, length }) => `${formatIpv6(address)}/${length}`).join(", ");
  return `between Teredo clients and ${whom} through interface ${name}`;
}

function openTunOf(options: RelayPartOptions): Tun {
  const name = options.interface ?? DEFAULT_INTERFACE;
  return withRemedy("CAP_NET_ADMIN", () => openTun(name, { offload: options.offload === "auto" }));
}

function configure({ name, index }: Tun): void {
  const configuration = openInterface(name, index);
  try {
    withRemedy("CAP_NET_ADMIN", () => {
      configuration.setMtu(TEREDO_MTU);
      configuration.bringUp();
      configuration.addRoute(TEREDO_ROUTE);
    });
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
        log.error(error instanceof Error ? error.message : String(error));
      }
    },
  };
}

/** What the relay has to know of this host as it is now. */
function hostOf({ hostOnly, prefix }: GivenRelay): RelayHost {
  const native = nativeAddresses().map(({ address }) => address);
  return {
    serves: hostOnly
      ? native.map((address) => ({ address, length: 128 }))
      : prefix ?? [NATIVE_INTERNET],
    ownAddresses: localAddresses().map(({ address }) => address),
    errorSource: native[0],
  };
}

function withoutIpv6(): CliError {
  return new CliError(
    "Cannot relay for this host only: it has no IPv6 address of its own. " +
      'Give it one first; a host without IPv6 runs "teredo client"',
  );
}

/** A relay is a router: the kernel has to forward between its interfaces. */
function warnUnlessForwarding(log: Log): void {
  // Where it cannot be seen, there is nothing to say about it.
  if (Deno.build.os !== "linux" || readSysctl("net/ipv6/conf/all/forwarding") !== "0") return;
  log.warn(
    "This host does not forward IPv6, so that only its own packets reach Teredo clients. Turn " +
      'forwarding on with "sysctl -w net.ipv6.conf.all.forwarding=1", or say --host-only',
  );
}
