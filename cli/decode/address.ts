/**
 * What Teredo addresses say: those of 2001::/32, and link-local ones whose identifier has the same
 * shape (RFC 4380 §5.2.1, §5.3.2).
 *
 * @module
 */

import { addressOf, portOf } from "../../wire/endpoint.ts";
import { formatIpv4, type Ipv4Address, isLoopbackIpv4 } from "../../wire/ipv4_address.ts";
import { isLinkLocal, parseIpv6 } from "../../wire/ipv6_address.ts";
import {
  CONE_FLAG,
  decodeTeredoAddress,
  flagsOf,
  isHistoricalTeredo,
  mappingOf,
} from "../../wire/teredo_address.ts";
import { alignColumns } from "../text/layout.ts";

/** What an address says. */
interface AddressExplanation {
  /** The address as it was given, without what stood around it. */
  readonly address: string;
  /** The client's server; `null` for a link-local address, which does not name it. */
  readonly server: string | null;
  /** The 16 flag bits, in four digits. */
  readonly flags: string;
  readonly cone: boolean;
  /** The mapped port and address. */
  readonly port: number;
  readonly client: string;
}

/** An address in brackets with or without a port; with a zone; with the length of a prefix. */
const NOTATIONS = [/^\[([^\]]*)\](?::\d{1,5})?$/, /^([^%/]*)%[^/]+$/, /^([^/]*)\/\d{1,3}$/];

/**
 * The IPv6 address of a text, as logs and other programs write it; `undefined` if it is not one.
 */
export function readAddress(text: string): string | undefined {
  let address = text;
  for (const notation of NOTATIONS) address = notation.exec(address)?.[1] ?? address;
  return parseIpv6(address) === undefined ? undefined : address;
}

/** What an IPv6 address says as one of Teredo, or why it is not one. */
export function explainAddress(address: string): AddressExplanation | { readonly problem: string } {
  const bytes = parseIpv6(address)!;
  const teredo = decodeTeredoAddress(bytes);
  if (teredo === undefined && !holdsMapping(bytes)) return { problem: problemOf(bytes) };
  const mapping = mappingOf(bytes);
  const flags = flagsOf(bytes);
  return {
    address,
    server: teredo === undefined ? null : formatIpv4(teredo.server),
    flags: flags.toString(16).padStart(4, "0"),
    cone: (flags & CONE_FLAG) !== 0,
    port: portOf(mapping),
    client: formatIpv4(addressOf(mapping)),
  };
}

/** Whether a link-local address holds a mapping. Others look like that at times, but seldom. */
function holdsMapping(bytes: Uint8Array): boolean {
  if (!isLinkLocal(bytes)) return false;
  const isUsual = (flagsOf(bytes) & ~CONE_FLAG) === 0;
  const mapping = mappingOf(bytes);
  return isUsual && portOf(mapping) !== 0 && isUnicast(addressOf(mapping));
}

function isUnicast(address: Ipv4Address): boolean {
  const first = address >>> 24;
  return first > 0 && first < 224 && !isLoopbackIpv4(address);
}

function problemOf(bytes: Uint8Array): string {
  if (isHistoricalTeredo(bytes)) {
    return "3ffe:831f::/32 was Teredo's prefix in tests before 2006, and has no meaning any more";
  }
  return isLinkLocal(bytes)
    ? "it is a link-local address, and holds no mapping"
    : "it is not a Teredo address, which starts with 2001:0:";
}

/** The explanation of one address as text. */
export function addressText(explanation: AddressExplanation): string {
  const { address: _, ...parts } = explanation;
  const rows = Object.entries(parts).filter(([, value]) => value !== null);
  return `${alignColumns(rows.map(([key, value]) => [key, String(value)])).join("\n")}\n`;
}
