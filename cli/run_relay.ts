/**
 * A relay on this host: its socket, its interface, its log.
 *
 * @module
 */

import { openInterface } from "../ffi/interface.ts";
import { Poller } from "../ffi/poller.ts";
import { openTun } from "../ffi/tun.ts";
import { TEREDO_ROUTE } from "../io/client_interface.ts";
import { Counters } from "../io/counters.ts";
import { Driver } from "../io/driver.ts";
import { localAddresses } from "../io/local_addresses.ts";
import { type Log, type LogLevel, openLog } from "../io/log.ts";
import { nativeAddresses } from "../io/native_ipv6.ts";
import { together } from "../io/together.ts";
import { TunLink } from "../io/tun_link.ts";
import { TEREDO_MTU } from "../protocol/constants.ts";
import { Relay } from "../relay/relay.ts";
import { formatEndpoint } from "../wire/endpoint.ts";
import { type Ipv4Address, ipv4Address } from "../wire/ipv4_address.ts";
import { formatIpv6 } from "../wire/ipv6_address.ts";
import type { Ipv6Prefix } from "../wire/ipv6_prefix.ts";
import { addressPolicy } from "./address_policy.ts";
import { CliError } from "./cli_error.ts";
import { describeDrops } from "./drop_report.ts";
import { faultReport } from "./fault_report.ts";
import { writeMessage } from "./message.ts";
import { withRemedy } from "./permission.ts";
import { describeRelayEvent } from "./relay_report.ts";
import { SocketOpener } from "./socket_opener.ts";
import type { UdpMode } from "./udp_mode.ts";

/** What a person tells a relay. */
export interface RelayOptions {
  readonly bind: Ipv4Address | undefined;
  readonly port: number | undefined;
  readonly interface: string;
  readonly prefix: readonly Ipv6Prefix[] | undefined;
  readonly hostOnly: boolean;
  readonly allowPrivate: boolean;
  readonly udp: UdpMode;
  readonly logLevel: LogLevel;
}

/** 2000::/3, all that is assigned of the native IPv6 Internet. */
const NATIVE_INTERNET: Ipv6Prefix = {
  address: Uint8Array.of(0x20, ...new Uint8Array(15)),
  length: 3,
};

/**
 * Relays until `signal` aborts.
 *
 * @throws {CliError} it cannot be begun
 */
export async function runRelay(options: RelayOptions, signal: AbortSignal): Promise<void> {
  const log = openLog(options.logLevel);
  const native = nativeAddresses();
  const serves = servedPrefixes(options, native);
  if (!options.hostOnly) warnUnlessForwarding(log);

  using resources = new DisposableStack();
  const counters = new Counters();
  const tun = withRemedy("CAP_NET_ADMIN", () => openTun(options.interface));
  resources.defer(() => tun.close());
  const configuration = resources.adopt(openInterface(tun.name, tun.index), (it) => it.close());
  withRemedy("CAP_NET_ADMIN", () => {
    configuration.setMtu(TEREDO_MTU);
    configuration.bringUp();
    configuration.addRoute(TEREDO_ROUTE);
  });

  const poller = new Poller();
  const opener = new SocketOpener({ mode: options.udp, poller, counters, log });
  const socket = opener.open(options.bind ?? ipv4Address(0), options.port ?? 0);
  resources.defer(() => socket.close());
  const relay = new Relay({
    globalUnicast: addressPolicy(options.allowPrivate),
    random: (bytes) => crypto.getRandomValues(bytes),
    serves,
    ownAddresses: localAddresses().map(({ address }) => address),
    errorSource: native[0],
  });
  const driver = new Driver({
    machine: relay,
    sockets: { service: socket },
    host: new TunLink(tun, poller),
    bulk: { fastPath: relay, via: "service" },
    onEvent: (event) => writeMessage(log, describeRelayEvent(event)),
    onFault: faultReport(log),
    counters,
  });

  const whom = serves.map(({ address, length }) => `${formatIpv6(address)}/${length}`).join(", ");
  log.info(
    `Relaying between Teredo clients and ${whom} from UDP ${formatEndpoint(socket.local)} ` +
      `through interface ${tun.name}`,
  );
  await together(signal, (ending) => driver.run(ending), (ending) => poller.run(ending));
  log.debug(() => describeDrops(counters));
  log.info(`Stopped; interface ${tun.name} is removed`);
}

/** The native addresses that packets of clients go to. */
function servedPrefixes(options: RelayOptions, native: readonly Uint8Array[]): Ipv6Prefix[] {
  if (!options.hostOnly) return [...options.prefix ?? [NATIVE_INTERNET]];
  if (native.length === 0) {
    throw new CliError(
      "Cannot relay for this host only: it has no IPv6 address of its own. " +
        'Give it one first; a host without IPv6 runs "teredo client"',
    );
  }
  return native.map((address) => ({ address, length: 128 }));
}

/** A relay is a router: the kernel has to forward between its interfaces. */
function warnUnlessForwarding(log: Log): void {
  if (Deno.build.os !== "linux") return;
  try {
    if (Deno.readTextFileSync("/proc/sys/net/ipv6/conf/all/forwarding").trim() !== "0") return;
  } catch {
    return; // Where it cannot be seen, there is nothing to say about it.
  }
  log.warn(
    "This host does not forward IPv6, so that only its own packets reach Teredo clients. Turn " +
      'forwarding on with "sysctl -w net.ipv6.conf.all.forwarding=1", or say --host-only',
  );
}
