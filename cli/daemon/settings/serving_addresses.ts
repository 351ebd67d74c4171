/**
 * The addresses of a server, checked before anything is opened: those that clients know, and those
 * of this host behind them.
 *
 * @module
 */

import type { Log } from "../../../io/log.ts";
import type { GlobalUnicast } from "../../../wire/global_unicast.ts";
import {
  formatIpv4,
  type Ipv4Address,
  ipv4Address,
  isLoopbackIpv4,
} from "../../../wire/ipv4_address.ts";
import { ExitCode } from "../../process/exit_code.ts";
import { CliError } from "../../process/failure.ts";
import { isForAllowPrivate } from "./allow_private.ts";

/** The addresses to serve on, as a person gives them. */
export interface GivenAddresses {
  /** The one that names the server; `undefined` for the host's own. */
  readonly primary: Ipv4Address | undefined;
  readonly secondary: Ipv4Address | undefined;
  /**
   * The addresses of this host, in the same order, where those are translated on the way to it (1:1
   * NAT).
   */
  readonly bind: readonly Ipv4Address[] | undefined;
}

/** The addresses to serve on. */
export interface ServingAddresses {
  readonly primary: Ipv4Address;
  readonly secondary: Ipv4Address | undefined;
  /** Where the sockets are opened, if that is elsewhere. */
  readonly bind: BoundAddresses | undefined;
}

/** Addresses of this host. */
export interface BoundAddresses {
  readonly primary: Ipv4Address;
  readonly secondary: Ipv4Address | undefined;
}

/** What there is to choose from. */
interface HostAddresses {
  /** The addresses of this host. */
  readonly own: readonly Ipv4Address[];
  /** Which addresses clients can reach. */
  readonly globalUnicast: GlobalUnicast;
}

/**
 * Checks the addresses, and finds those that are not given.
 *
 * @throws {CliError} one cannot be used, and what to do about it
 */
export function chooseAddresses(
  given: GivenAddresses,
  host: HostAddresses,
  log: Log,
): ServingAddresses {
  const chosen = given.primary === undefined ? findAddresses(given, host, log) : given;
  const { primary, secondary, bind } = { ...chosen, primary: chosen.primary! };
  checkReachable("--primary", primary, host);
  if (secondary !== undefined) checkReachable("--secondary", secondary, host);
  if (bind !== undefined) return boundAddresses({ primary, secondary, bind }, host, log);
  checkOwn("--primary", primary, host);
  if (secondary !== undefined) {
    checkOwn("--secondary", secondary, host);
    return { primary, secondary, bind: undefined };
  }
  const next = ipv4Address(primary + 1);
  if (host.own.includes(next)) return { primary, secondary: next, bind: undefined };
  log.info(describeSingle());
  return { primary, secondary: undefined, bind: undefined };
}

/** The host's public addresses, if there is no doubt which: one, or two that follow one another. */
function findAddresses(given: GivenAddresses, host: HostAddresses, log: Log): GivenAddresses {
  const found = host.own.filter((address) =>
    host.globalUnicast.has(address) && address !== given.secondary
  );
  const [primary, next, ...more] = found.toSorted((one, other) => one - other);
  if (primary === undefined) throw withoutPublicAddress(host);
  const isClear = next === undefined || (next === primary + 1 && more.length === 0);
  if (!isClear) {
    throw new CliError(
      `Cannot choose an address to serve on: this host has ${found.map(formatIpv4).join(", ")}. ` +
        "Name one with --primary",
    );
  }
  log.info(`Taking this host's public address ${formatIpv4(primary)} as --primary`);
  return { ...given, primary };
}

/** Public addresses that are translated on the way here. */
function boundAddresses(
  { primary, secondary, bind }: GivenAddresses & { readonly primary: Ipv4Address },
  { own }: HostAddresses,
  log: Log,
): ServingAddresses {
  const count = secondary === undefined ? 1 : 2;
  if (bind!.length !== count) {
    throw new CliError(
      secondary === undefined
        ? "Cannot serve on one public address by two of this host. " +
          "Give --bind one address, or --secondary the second public one"
        : "Cannot serve on two public addresses by one of this host. " +
          "Give --bind the two addresses in the same order, separated by a comma",
      ExitCode.CONFIG,
    );
  }
  for (const address of bind!) {
    if (address === primary || address === secondary) {
      throw new CliError(
        `Cannot serve on ${formatIpv4(address)}: it is the public address and the one behind it. ` +
          "Leave out --bind if this host has the public address itself",
        ExitCode.CONFIG,
      );
    }
    if (!own.includes(address)) {
      throw new CliError(
        `Cannot bind ${formatIpv4(address)}: it is not an address of this host ` +
          `(those are: ${listOf(own)}). Give --bind one that is`,
      );
    }
  }
  const [first, second] = bind!;
  if (first === second) {
    throw new CliError(
      `Cannot bind ${formatIpv4(first!)} twice: two public addresses need two of this host`,
      ExitCode.CONFIG,
    );
  }
  if (secondary === undefined) log.info(describeSingle());
  return { primary, secondary, bind: { primary: first!, secondary: second } };
}

function describeSingle(): string {
  return "Serving without a secondary address: clients get their addresses, but cannot find out " +
    "whether their NAT is symmetric. Windows' own client needs one; name it with --secondary";
}

function checkReachable(
  option: string,
  address: Ipv4Address,
  { globalUnicast }: HostAddresses,
): void {
  if (globalUnicast.has(address)) return;
  const attempt = `Cannot serve on ${formatIpv4(address)}`;
  throw new CliError(
    isForAllowPrivate(address)
      ? `${attempt}: clients on the Internet cannot reach this kind of address. ` +
        `Give ${option} the public address, and name this one with --bind ${formatIpv4(address)} ` +
        "if the public one is translated to it (1:1 NAT); " +
        "for a private network, allow private addresses with --allow-private"
      : `${attempt}: no other host can reach this kind of address. ` +
        `Give ${option} another address of this host`,
    ExitCode.CONFIG,
  );
}

function checkOwn(option: string, address: Ipv4Address, host: HostAddresses): void {
  if (host.own.includes(address)) return;
  const inside = translatedAddresses(host);
  throw new CliError(
    `Cannot serve on ${formatIpv4(address)}: it is not an address of this host ` +
      `(those are: ${
        listOf(host.own)
      }). Give ${option} one that is, or, if this one is translated ` +
      `to one of them (1:1 NAT), ${bindAdvice(inside)}`,
  );
}

function withoutPublicAddress(host: HostAddresses): CliError {
  return new CliError(
    `Cannot choose an address to serve on: this host has no public IPv4 address ` +
      `(its own are: ${listOf(host.own)}). If a public one is translated to it (1:1 NAT), ` +
      `name it with --primary, and ${bindAdvice(translatedAddresses(host))}`,
  );
}

/** "add --bind 10.0.0.5". */
function bindAdvice(inside: readonly Ipv4Address[]): string {
  if (inside.length === 1) return `add --bind ${formatIpv4(inside[0]!)}`;
  return "name that one with --bind";
}

/** Addresses that a 1:1 NAT may lead to. */
function translatedAddresses({ own }: HostAddresses): Ipv4Address[] {
  return own.filter((address) => !isLoopbackIpv4(address));
}

function listOf(addresses: readonly Ipv4Address[]): string {
  return addresses.map(formatIpv4).join(", ") || "none";
}
