/**
 * A client's port mapping in a file, so that a run that was killed leaves none behind: the next one
 * removes it or takes it over.
 *
 * The file holds the nonce that proves to a PCP server that the mapping is ours, so only the
 * client's user may read it.
 *
 * @module
 */

import type { Log } from "../../io/log.ts";
import { MAPPING_PROTOCOLS, type PortMapping } from "../../portmap/port_mapping.ts";
import { NONCE_LENGTH } from "../../portmap/pcp.ts";
import { reasonOf } from "../../reason.ts";
import { replacePrivate } from "../process/private_file.ts";
import { readSmallFile } from "../process/small_file.ts";
import { formatEndpoint, parseEndpoint } from "../../wire/endpoint.ts";
import { formatIpv4, parseIpv4 } from "../../wire/ipv4_address.ts";

const NAME = "client-mapping.json";

/** The file, if there is a folder for it. */
export class MappingMemory {
  readonly #path: string | undefined;
  readonly #log: Log;
  #hasWarned = false;

  /** @param folder where the file is; without one, nothing is remembered */
  constructor(folder: string | undefined, log: Log) {
    this.#path = folder === undefined ? undefined : `${folder}/${NAME}`;
    this.#log = log;
  }

  /** What the last run left, if it left something. */
  read(): PortMapping | undefined {
    if (this.#path === undefined) return undefined;
    try {
      return parse(JSON.parse(readSmallFile(this.#path)));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) {
        this.#log.debug(`Cannot read the last port mapping from ${this.#path}: ${reasonOf(error)}`);
      }
      return undefined;
    }
  }

  /** Remembers a mapping. */
  write({ protocol, router, internal, external, nonce }: PortMapping): void {
    if (this.#path === undefined) return;
    const value = {
      protocol,
      router: formatIpv4(router),
      internal: formatEndpoint(internal),
      external: formatEndpoint(external),
      nonce: nonce.toHex(),
    };
    try {
      replacePrivate(this.#path, `${JSON.stringify(value)}\n`);
    } catch (error) {
      this.#report(
        `Cannot remember the port mapping in ${this.#path}, so the router may keep it if this ` +
          `client is killed: ${reasonOf(error)}. Check the folder and the free space`,
      );
    }
  }

  /** The first failure matters to people, others repeat it. */
  #report(message: string): void {
    this.#log[this.#hasWarned ? "debug" : "warn"](message);
    this.#hasWarned = true;
  }

  /** There is no mapping any longer. */
  forget(): void {
    if (this.#path === undefined) return;
    try {
      Deno.removeSync(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      this.#log.debug(`Cannot remove ${this.#path}: ${reasonOf(error)}`);
    }
  }
}

function parse(value: unknown): PortMapping | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const protocol = MAPPING_PROTOCOLS.find((each) => each === fields["protocol"]);
  const router = parseIpv4(String(fields["router"]));
  const internal = parseEndpoint(String(fields["internal"]));
  const external = parseEndpoint(String(fields["external"]));
  const nonce = String(fields["nonce"]);
  const isWhole = protocol !== undefined && router !== undefined && internal !== undefined &&
    external !== undefined && /^[0-9a-f]*$/.test(nonce) && nonce.length === 2 * NONCE_LENGTH;
  return isWhole
    ? { protocol, router, internal, external, nonce: Uint8Array.fromHex(nonce) }
    : undefined;
}
