/**
 * The servers of a client: which one is in use, which comes next, and how long to pause when all of
 * them have failed.
 *
 * @module
 */

import type { Random } from "../../protocol/random.ts";
import { isSameServer, type ServerAddresses } from "../client_config.ts";
import { RestartDelay } from "./restart_delay.ts";

/** Servers in order of preference, one of them in use. */
export class ServerList {
  /** The pause after the whole list has failed. */
  readonly #delay: RestartDelay;
  #servers: readonly ServerAddresses[];
  #current: ServerAddresses;

  /** @throws {RangeError} without a server */
  constructor(servers: readonly ServerAddresses[], random: Random) {
    this.#delay = new RestartDelay(random);
    this.#servers = servers;
    this.#current = firstOf(servers);
  }

  /** The server in use, or to be tried next. */
  get current(): ServerAddresses {
    return this.#current;
  }

  get preferred(): ServerAddresses {
    return this.#servers[0]!;
  }

  /** Whether the server in use is only a fallback. */
  get isFallback(): boolean {
    return !isSameServer(this.preferred, this.#current);
  }

  /**
   * Replaces the servers. The one in use stays until it fails.
   *
   * @returns whether the one in use is among them
   * @throws {RangeError} without a server
   */
  replace(servers: readonly ServerAddresses[]): boolean {
    firstOf(servers);
    this.#servers = servers;
    return servers.some((server) => isSameServer(server, this.#current));
  }

  /** Goes back to the preferred server. */
  usePreferred(): void {
    this.#current = this.preferred;
  }

  /** A server answers, or may answer again: the next pause is a short one. */
  forgetFailures(): void {
    this.#delay.reset();
  }

  /**
   * The server in use failed: goes on to the next one.
   *
   * @returns the pause before trying it, in milliseconds: 0 except after the last one
   */
  advance(): number {
    const next = this.#servers.findIndex((server) => isSameServer(server, this.#current)) + 1;
    const isLast = next >= this.#servers.length;
    this.#current = this.#servers[isLast ? 0 : next]!;
    return isLast ? this.#delay.next() : 0;
  }
}

function firstOf(servers: readonly ServerAddresses[]): ServerAddresses {
  const [preferred] = servers;
  if (preferred === undefined) throw new RangeError("Cannot qualify without a server");
  return preferred;
}
