/**
 * The two addresses of a server, checked before anything is opened.
 *
 * @module
 */

import type { Log } from "../io/log.ts";
import type { GlobalUnicast } from "../wire/global_unicast.ts";
import { formatIpv4, type Ipv4Address, ipv4Address } from "../wire/ipv4_address.ts";
import { CliError, UsageError } from "./cli_error.ts";

/** What a person tells of the addresses. */
export interface GivenAddresses {
  readonly primary: Ipv4Address;
  readonly secondary: Ipv4Address | undefined;
  readonly allowPrivate: boolean;
}

/** The addresses to serve on. */
export type ChosenAddresses = Omit<GivenAddresses, "allowPrivate">;

/**
 * Checks the addresses, and finds the secondary one where none is given.
 *
 * @param own the addresses of this host
 * @throws {CliError} one cannot be used, and what to do about it
 */
export function chooseAddresses(
  { primary, secondary, allowPrivate }: GivenAddresses,
  own: readonly Ipv4Address[],
  globalUnicast: GlobalUnicast,
  log: Log,
): ChosenAddresses {
  const check = (option: string, address: Ipv4Address) => {
    if (!globalUnicast.has(address)) throw unreachable(option, address, allowPrivate);
    if (!own.includes(address)) throw foreign(option, address, own);
  };
  check("--primary", primary);
  if (secondary === primary) {
    throw new UsageError("--secondary needs another address than --primary", "server");
  }
  if (secondary !== undefined) {
    check("--secondary", secondary);
    return { primary, secondary };
  }
  const next = ipv4Address(primary + 1);
  if (own.includes(next)) return { primary, secondary: next };
  log.warn(
    `Serving without a secondary address: ${formatIpv4(next)}, the one after the primary, ` +
      "is not an address of this host. Most clients insist on one; name it with --secondary",
  );
  return { primary, secondary: undefined };
}

function unreachable(option: string, address: Ipv4Address, allowPrivate: boolean): CliError {
  const attempt = `Cannot serve on ${formatIpv4(address)}`;
  return new CliError(
    allowPrivate
      ? `${attempt}: no other host can reach this kind of address. Give ${option} another`
      : `${attempt}: clients on the Internet cannot reach this kind of address. ` +
        `Give ${option} a public address of this host; ` +
        "for a network of its own, allow private ones with --allow-private",
  );
}

function foreign(option: string, address: Ipv4Address, own: readonly Ipv4Address[]): CliError {
  const list = own.map(formatIpv4).join(", ") || "none";
  return new CliError(
    `Cannot serve on ${formatIpv4(address)}: it is not an address of this host ` +
      `(those are: ${list}). Give ${option} one that is, or add this one to an interface first`,
  );
}
