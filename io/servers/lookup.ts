/**
 * Looking up the IPv4 addresses of servers, and the IPv6 addresses of what is pinged.
 *
 * @module
 */

import { lookup } from "node:dns/promises";
import { type Ipv4Address, parseIpv4 } from "../../wire/ipv4_address.ts";
import { parseIpv6 } from "../../wire/ipv6_address.ts";
import { reasonOf } from "../../reason.ts";
import { after } from "../../timers.ts";

/** How long to wait for an answer, in milliseconds. */
const TIMEOUT = 10_000;

/** A name could not be turned into an address; the message says why and what to do. */
export class ResolveError extends Error {
  override readonly name = "ResolveError";
}

type AddressKind = "IPv4" | "IPv6";

/** Servers have IPv4 addresses, and what is pinged has an IPv6 one. */
const WHOSE: Readonly<Record<AddressKind, string>> = {
  IPv4: "the server's IPv4",
  IPv6: "its IPv6",
};

/** Asks the system for the addresses of a name, as text. */
export type Lookup = (name: string) => Promise<readonly string[]>;

/** How many addresses of a name are used: trying a silent server takes a client some seconds. */
const MAX_ADDRESSES = 8;

/**
 * The IPv4 addresses of `host`: the address itself, or those that the system's resolver finds for a
 * name (hosts file, DNS, mDNS, in the order of the system's configuration). There is at least one.
 *
 * @throws {ResolveError} the name has no address, or no answer came in time
 */
export async function resolveIpv4(
  host: string,
  ask: Lookup = askSystem,
  timeout: number = TIMEOUT,
): Promise<Ipv4Address[]> {
  const literal = parseIpv4(host);
  if (literal !== undefined) return [literal];
  const answers = await answerInTime(host, "IPv4", ask, timeout);
  const addresses = new Set(answers.flatMap((text) => parseIpv4(text) ?? []));
  if (addresses.size > 0) return [...addresses].slice(0, MAX_ADDRESSES);
  throw new ResolveError(`Cannot resolve "${host}": it has no IPv4 address. Check the name`);
}

/**
 * The first IPv6 address of `host`, 16 octets.
 *
 * @throws {ResolveError} the name has no address, or no answer came in time
 */
export async function resolveIpv6(
  host: string,
  ask: Lookup = (name) => askSystem(name, 6),
  timeout: number = TIMEOUT,
): Promise<Uint8Array> {
  const literal = parseIpv6(host);
  if (literal !== undefined) return literal;
  for (const text of await answerInTime(host, "IPv6", ask, timeout)) {
    const address = parseIpv6(text);
    if (address !== undefined) return address;
  }
  throw new ResolveError(`Cannot resolve "${host}": it has no IPv6 address. Check the name`);
}

/** What to say when `host` resolves to an address where no server can be. */
export function suspicionAbout(host: string): string {
  return `This is what "${host}" resolves to here. Perhaps a captive portal or a DNS filter ` +
    "answered: log in to this network with a browser, try other DNS servers, or give the " +
    "server's IPv4 address";
}

async function answerInTime(
  host: string,
  kind: AddressKind,
  ask: Lookup,
  timeout: number,
): Promise<readonly string[]> {
  const late = Promise.withResolvers<never>();
  const cancel = after(timeout, () => {
    const seconds = Math.round(timeout / 1000);
    const what = `Cannot resolve "${host}": no answer within ${seconds} s`;
    late.reject(new ResolveError(`${what}. Check this host's DNS servers`));
  });
  try {
    return await Promise.race([ask(host), late.promise]);
  } catch (error) {
    throw error instanceof ResolveError ? error : explain(host, kind, error);
  } finally {
    cancel();
  }
}

async function askSystem(name: string, family: 4 | 6 = 4): Promise<string[]> {
  const answers = await lookup(name, { family, all: true });
  return answers.map(({ address }) => address);
}

function explain(host: string, kind: AddressKind, error: unknown): ResolveError {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "ENOTFOUND":
    case "ENODATA":
      return new ResolveError(
        // Deno doesn't say which of these it is.
        `Cannot resolve "${host}": no DNS server answers, or the name has no ${kind} address. ` +
          `Check the name and this host's DNS servers, or give ${WHOSE[kind]} address`,
      );
    case "EAI_AGAIN":
      return new ResolveError(
        `Cannot resolve "${host}": no DNS server answers. ` +
          `Check this host's network and DNS servers, or give ${WHOSE[kind]} address`,
      );
    default: {
      return new ResolveError(`Cannot resolve "${host}": ${reasonOf(error)}`);
    }
  }
}
