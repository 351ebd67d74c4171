/**
 * Looking a client's server up again.
 *
 * @module
 */

import type { ServerAddresses } from "../client/client_config.ts";
import { formatIpv4 } from "../wire/ipv4_address.ts";
import type { Log } from "./log.ts";
import type { ServerName } from "./server_name.ts";

/** Notices that a server has moved. Nothing waits for it: the client goes on with what it knows. */
export class ServerRefresh {
  readonly #name: ServerName;
  readonly #log: Log;
  readonly #onChange: (servers: ServerAddresses) => void;
  #known: ServerAddresses;
  #isUnderWay = false;

  /**
   * @param known the addresses in use
   * @param onChange hears of others
   */
  constructor(
    name: ServerName,
    known: ServerAddresses,
    log: Log,
    onChange: (servers: ServerAddresses) => void,
  ) {
    this.#name = name;
    this.#known = known;
    this.#log = log;
    this.#onChange = onChange;
  }

  /** Begins a look-up, unless one is under way or the server was given by its addresses. */
  async begin(): Promise<void> {
    if (this.#isUnderWay || !this.#name.isName) return;
    this.#isUnderWay = true;
    try {
      this.#compare(await this.#name.resolve());
    } catch (error) {
      this.#log.warn(error instanceof Error ? error.message : String(error));
    } finally {
      this.#isUnderWay = false;
    }
  }

  #compare(found: ServerAddresses): void {
    const { primary, secondary } = this.#known;
    if (found.primary === primary && found.secondary === secondary) return;
    this.#known = found;
    this.#log.info(`Server ${this.#name.primary} is at ${formatIpv4(found.primary)} now`);
    this.#onChange(found);
  }
}
