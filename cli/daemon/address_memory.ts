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
import { formatIpv6, parseIpv6 } from "../../wire/ipv6_address.ts";
import { isTeredo } from "../../wire/teredo_address.ts";
import { type Environment, processEnvironment } from "../process/environment.ts";
import { FOLDERS } from "../process/folders.ts";
import { RememberedFile } from "./remembered_file.ts";

/** What is remembered. */
export interface RememberedAddress {
  /** 16 octets. */
  readonly address: Uint8Array;
  /** The UDP port that the client sent from, if the NAT keeps it. */
  readonly port: number | undefined;
}

/** The file, if there is a folder for it. */
export class AddressMemory {
  readonly #file: RememberedFile;

  /** @param folder where the file is; without one, nothing is remembered */
  constructor(folder: string | undefined, log: Log) {
    const content = { what: "address", otherwise: "it may change at the next start" };
    this.#file = new RememberedFile(folder, "client-address.json", content, log);
  }

  /** What the last run left, if anything can be made of it. */
  read(): RememberedAddress | undefined {
    return parse(this.#file.read());
  }

  /** Remembers an address. */
  write({ address, port }: RememberedAddress): void {
    this.#file.write({ address: formatIpv6(address), port });
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
