/**
 * A client's address in a file, so that a restart does not change it.
 *
 * RFC 5991 draws twelve bits of the address at random, so that others cannot guess it. They are
 * kept for the server and the mapping that they were drawn for, in a file that only the client's
 * user may read.
 *
 * @module
 */

import { fileAccess } from "../../ffi/open_file_access.ts";
import type { Log } from "../../io/log.ts";
import { reasonOf } from "../../reason.ts";
import { formatIpv6, parseIpv6 } from "../../wire/ipv6_address.ts";
import { isTeredo } from "../../wire/teredo_address.ts";
import { replacePrivate } from "../process/private_file.ts";
import { type Environment, processEnvironment } from "../process/environment.ts";
import { FOLDERS, pathIn } from "../process/folders.ts";
import { readSmallFile } from "../process/small_file.ts";

/** What is remembered. */
export interface RememberedAddress {
  /** 16 octets. */
  readonly address: Uint8Array;
  /** The UDP port that the client sent from, if the NAT keeps it. */
  readonly port: number | undefined;
}

const NAME = "client-address.json";

/** The file, if there is a folder for it. */
export class AddressMemory {
  readonly #path: string | undefined;
  readonly #log: Log;
  #hasWarned = false;

  /** @param folder where the file is; without one, nothing is remembered */
  constructor(folder: string | undefined, log: Log) {
    this.#path = folder === undefined ? undefined : pathIn(folder, NAME);
    this.#log = log;
  }

  /** What the last run left, if anything can be made of it. */
  read(): RememberedAddress | undefined {
    if (this.#path === undefined) return undefined;
    try {
      return parse(JSON.parse(readSmallFile(this.#path)));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) {
        this.#log.debug(`Cannot read the last address from ${this.#path}: ${reasonOf(error)}`);
      }
      return undefined;
    }
  }

  /** Remembers an address. */
  write({ address, port }: RememberedAddress): void {
    if (this.#path === undefined) return;
    const text = `${JSON.stringify({ address: formatIpv6(address), port })}\n`;
    try {
      replacePrivate(this.#path, text);
    } catch (error) {
      this.#report(
        `Cannot remember the address in ${this.#path}, so it may change at the next start: ` +
          `${reasonOf(error)}. Check the folder and the free space`,
      );
    }
  }

  /** The first failure matters to people, others repeat it. */
  #report(message: string): void {
    this.#log[this.#hasWarned ? "debug" : "warn"](message);
    this.#hasWarned = true;
  }
}

/**
 * The folder for what a client remembers, if it has one: systemd names it, or somebody made that of
 * the system.
 */
export function stateFolder(env: Environment = processEnvironment): string | undefined {
  const given = env("STATE_DIRECTORY")?.split(":")[0];
  if (given) return given;
  try {
    return fileAccess().isPrivileged() && Deno.statSync(FOLDERS.state).isDirectory
      ? FOLDERS.state
      : undefined;
  } catch {
    return undefined;
  }
}

function parse(value: unknown): RememberedAddress | undefined {
  if (typeof value !== "object" || value === null || !("address" in value)) return undefined;
  const address = parseIpv6(String(value.address));
  if (address === undefined || !isTeredo(address)) return undefined;
  const port = "port" in value ? value.port : undefined;
  const isPort = typeof port === "number" && Number.isInteger(port) && port > 0 && port < 65_536;
  return { address, port: isPort ? port : undefined };
}
