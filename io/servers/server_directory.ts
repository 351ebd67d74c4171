/**
 * A client's servers by name, with their last known addresses.
 *
 * @module
 */

import { isSameServer, type ServerAddresses } from "../../client/client_config.ts";
import { formatIpv4, type Ipv4Address } from "../../wire/ipv4_address.ts";
import type { Log } from "../log.ts";
import { ResolveError } from "./lookup.ts";
import type { ServerName } from "./server_name.ts";
import { reasonOf } from "../../reason.ts";

/** Throws when a server cannot be used although its name was found. */
type CheckServer = (addresses: ServerAddresses, name: ServerName) => void;

/** A name, with the servers that it stands for once they are known. */
interface Entry {
  readonly name: ServerName;
  servers: readonly ServerAddresses[];
}

/**
 * The servers of a client, the preferred one first.
 *
 * Only the very first look-up is waited for. Later on, the client goes on with what is known.
 */
export class ServerDirectory {
  readonly #entries: readonly Entry[];
  readonly #check: CheckServer;
  readonly #log: Log;
  #isUnderWay = false;

  constructor(names: readonly ServerName[], check: CheckServer, log: Log) {
    this.#entries = names.map((name) => ({ name, servers: [] }));
    this.#check = check;
    this.#log = log;
  }

  /** The addresses of the servers, as far as they are known. */
  get addresses(): ServerAddresses[] {
    return this.#entries.flatMap(({ servers }) => servers);
  }

  /**
   * Whether every name is known, and `server` belongs to the preferred one: a look-up can change
   * nothing.
   */
  isSettledOn(server: ServerAddresses): boolean {
    const [preferred] = this.#entries;
    return this.#entries.every(({ servers }) => servers.length > 0) &&
      preferred?.servers.some((each) => isSameServer(each, server)) === true;
  }

  /** The name of the server whose primary address this is, as it was given, or the address. */
  nameOf(primary: Ipv4Address): string {
    const entry = this.#entries.find(({ servers }) =>
      servers.some((server) => server.primary === primary)
    );
    return entry?.name.primary ?? formatIpv4(primary);
  }

  /**
   * Looks all names up. Names that are not found do not matter as long as one is.
   *
   * @throws {ResolveError} none is found, but another look-up may find one
   * @throws why a server cannot be used, when none can
   */
  async find(): Promise<void> {
    const failures = await this.#lookUp(this.#entries);
    if (this.addresses.length === 0) {
      const lasting = failures.find((failure) => !(failure instanceof ResolveError));
      throw lasting ?? failures[0];
    }
    this.#warn(failures);
  }

  /**
   * Looks the names up again, unless that is under way or there is nothing to look up.
   *
   * @param onChange called when a server has other addresses
   */
  async refresh(onChange: (addresses: ServerAddresses[]) => void): Promise<void> {
    const names = this.#entries.filter(({ name, servers }) => name.isName || servers.length === 0);
    if (this.#isUnderWay || names.length === 0) return;
    this.#isUnderWay = true;
    try {
      const before = names.map(({ servers }) => servers);
      this.#warn(await this.#lookUp(names));
      const changed = names.filter(({ servers }, i) => servers !== before[i]);
      for (const { name, servers } of changed) {
        const where = servers.map(({ primary }) => formatIpv4(primary)).join(" and ");
        this.#log.info(`Server ${name.primary} is at ${where} now`);
      }
      if (changed.length > 0) onChange(this.addresses);
    } finally {
      this.#isUnderWay = false;
    }
  }

  /** Looks names up, all at once, and returns the failures. */
  async #lookUp(entries: readonly Entry[]): Promise<unknown[]> {
    const results = await Promise.allSettled(entries.map(async (entry) => {
      const usable = this.#usable(entry.name, await entry.name.resolve());
      // DNS servers give the same addresses in another order each time.
      if (!isSameSet(entry.servers, usable)) entry.servers = usable;
    }));
    return results.flatMap((result) => result.status === "rejected" ? [result.reason] : []);
  }

  /** The servers of a name that can be used. Throws why the first one cannot, if none can. */
  #usable(name: ServerName, found: readonly ServerAddresses[]): ServerAddresses[] {
    const refusals: unknown[] = [];
    const usable = found.filter((server) => {
      try {
        this.#check(server, name);
        return true;
      } catch (refusal) {
        refusals.push(refusal);
        return false;
      }
    });
    if (usable.length === 0) throw refusals[0];
    return usable;
  }

  #warn(failures: readonly unknown[]): void {
    for (const failure of failures) {
      this.#log.warn(reasonOf(failure));
    }
  }
}

function isSameSet(one: readonly ServerAddresses[], other: readonly ServerAddresses[]): boolean {
  return one.length === other.length &&
    one.every((server) => other.some((each) => isSameServer(each, server)));
}
