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
import { formatEndpoint, parseEndpoint } from "../../wire/endpoint.ts";
import { formatIpv4, parseIpv4 } from "../../wire/ipv4_address.ts";
import { RememberedFile } from "./remembered_file.ts";

/** The file, if there is a folder for it. */
export class MappingMemory {
  readonly #file: RememberedFile;

  /** @param folder where the file is; without one, nothing is remembered */
  constructor(folder: string | undefined, log: Log) {
    const otherwise = "the router may keep it if this client is killed";
    const content = { what: "port mapping", otherwise };
    this.#file = new RememberedFile(folder, "client-mapping.json", content, log);
  }

  /** What the last run left, if it left something. */
  read(): PortMapping | undefined {
    return parse(this.#file.read());
  }

  /** Remembers a mapping. */
  write({ protocol, router, internal, external, nonce }: PortMapping): void {
    this.#file.write({
      protocol,
      router: formatIpv4(router),
      internal: formatEndpoint(internal),
      external: formatEndpoint(external),
      nonce: nonce.toHex(),
    });
  }

  /** There is no mapping any longer. */
  forget(): void {
    this.#file.remove();
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
