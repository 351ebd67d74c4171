/**
 * The two addresses of a server, checked before anything is opened.
 *
 * @module
 */

import type { Log } from "../../../io/log.ts";
import type { GlobalUnicast } from "../../../wire/global_unicast.ts";
import { formatIpv4, type Ipv4Address, ipv4Address } from "../../../wire/ipv4_address.ts";
import { isForAllowPrivate } from "./allow_private.ts";
import { CliError } from "../../process/failure.ts";

/** The addresses to serve on, as a person gives them or as they are chosen. */
export interface ServingAddresses {
  readonly primary: Ipv4Address;
  readonly secondary: Ipv4Address | undefined;
}

/**
 * Checks the addresses, and finds the secondary one where none is given.
 *
 * @param own the addresses of this host
 * @throws {CliError} one cannot be used, and what to do about it
 */
export function chooseAddresses(
  { primary, secondary }: ServingAddresses,
  own: readonly Ipv4Address[],
  globalUnicast: GlobalUnicast,
  log: Log,
): ServingAddresses {
  const check = (option: string, address: Ipv4Address) => {
    if (!globalUnicast.has(address)) throw unreachable(option, address);
    if (!own.includes(address)) throw foreign(option, address, own);
  };
  check("--primary", primary);
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

function unreachable(option: string, address: Ipv4Address): CliError {
  const attempt = `Cannot serve on ${formatIpv4(address)}`;
  return new CliError(
    isForAllowPrivate(address)
      ? `${attempt}: clients on the Internet cannot reach this kind of address. ` +
        `Give ${option} a public address of this host; ` +
        "for a network of its own, allow private ones with --allow-private"
      : `${attempt}: no other host can reach this kind of address. ` +
        `Give ${option} another address of this host`,
  );
}

function foreign(option: string, address: Ipv4Address, own: readonly Ipv4Address[]): CliError {
  const list = own.map(formatIpv4).join(", ") || "none";
  return new CliError(
    `Cannot serve on ${formatIpv4(address)}: it is not an address of this host ` +
      `(those are: ${list}). Give ${option} one that is, or add this one to an interface first`,
  );
}
