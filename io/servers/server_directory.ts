/**
 * A client's servers by name, with their last known addresses.
 *
 * @module
 */

import { isSameServer, type ServerAddresses } from "../../client/client_config.ts";
import { formatIpv4, type Ipv4Address } from "../../wire/ipv4_address.ts";
import type { Log } from "../log.ts";
import type { ServerName } from "./server_name.ts";
import { reasonOf } from "../../reason.ts";

/** Throws when a server cannot be used although its name was found. */
type CheckServer = (addresses: ServerAddresses) => void;

/** A server, with its addresses once they are known. */
interface Entry {
  readonly name: ServerName;
  addresses: ServerAddresses | undefined;
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
    this.#entries = names.map((name) => ({ name, addresses: undefined }));
    this.#check = check;
    this.#log = log;
  }

  /** The addresses of the servers, as far as they are known. */
  get addresses(): ServerAddresses[] {
    return this.#entries.flatMap(({ addresses }) => addresses ?? []);
  }

  /** Whether every server is known, and `server` is the preferred one: a look-up can change nothing. */
  isSettledOn(server: ServerAddresses): boolean {
    return this.#entries.every(({ addresses }) => addresses !== undefined) &&
      isSameServer(this.#entries[0]?.addresses, server);
  }

  /** The name of the server whose primary address this is, as it was given, or the address. */
  nameOf(primary: Ipv4Address): string {
    const entry = this.#entries.find(({ addresses }) => addresses?.primary === primary);
    return entry?.name.primary ?? formatIpv4(primary);
  }

  /**
   * Looks all names up. Names that are not found do not matter as long as one is.
   *
   * @throws what kept the first server from being found, when none is
   */
  async find(): Promise<void> {
    const failures = await this.#lookUp(this.#entries);
    if (this.addresses.length === 0) throw failures[0];
    this.#warn(failures);
  }

  /**
   * Looks the names up again, unless that is under way or there is nothing to look up.
   *
   * @param onChange called when a server has other addresses
   */
  async refresh(onChange: (addresses: ServerAddresses[]) => void): Promise<void> {
    const names = this.#entries.filter(({ name, addresses }) => name.isName || !addresses);
    if (this.#isUnderWay || names.length === 0) return;
    this.#isUnderWay = true;
    try {
      const before = names.map(({ addresses }) => addresses);
      this.#warn(await this.#lookUp(names));
      const changed = names.filter(({ addresses }, i) => !isSameServer(addresses, before[i]));
      for (const { name, addresses } of changed) {
        this.#log.info(`Server ${name.primary} is at ${formatIpv4(addresses!.primary)} now`);
      }
      if (changed.length > 0) onChange(this.addresses);
    } finally {
      this.#isUnderWay = false;
    }
  }

  /** Looks names up, all at once, and returns the failures. */
  async #lookUp(entries: readonly Entry[]): Promise<unknown[]> {
    const results = await Promise.allSettled(entries.map(async (entry) => {
      const addresses = await entry.name.resolve();
      this.#check(addresses);
      entry.addresses = addresses;
    }));
    return results.flatMap((result) => result.status === "rejected" ? [result.reason] : []);
  }

  #warn(failures: readonly unknown[]): void {
    for (const failure of failures) {
      this.#log.warn(reasonOf(failure));
    }
  }
}
