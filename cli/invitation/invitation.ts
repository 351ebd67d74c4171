/**
 * An invitation: all that a client needs to know, in one line.
 *
 *     teredo://IDENTIFIER:SECRET@HOST
 *
 * Identifier and secret are written as in a secrets file, with percent signs before what a URI
 * cannot hold.
 *
 * @module
 */

import { HOST } from "../args/kinds/host_kinds.ts";
import { IDENTIFIER } from "../args/kinds/identifier_kind.ts";
import { isForAllowPrivate, remedyForServer } from "../daemon/settings/allow_private.ts";
import { GlobalUnicast } from "../../wire/global_unicast.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";
import { parseOctets } from "../args/kinds/secret_notation.ts";

/**
 * What an invitation says. Identifier and secret are as people write them, plain text or "hex:…".
 */
export interface Invitation {
  readonly identifier: string;
  readonly secret: string;
  /** The server's name or address. */
  readonly host: string;
}

/** The shortest secret that is not easily guessed, octets. */
const MIN_SECRET = 12;

const SHAPE = "teredo://IDENTIFIER:SECRET@HOST";

/** The line. */
export function formatInvitation({ identifier, secret, host }: Invitation): string {
  return `teredo://${encodeURIComponent(identifier)}:${encodeURIComponent(secret)}@${host}`;
}

/**
 * Reads a line. Returns what is wrong with it, in words that never quote the secret.
 *
 * @param allowPrivate whether the server may be in a private network
 */
export function parseInvitation(text: string, allowPrivate = false): Invitation | string {
  const [, identifierPart, secretPart, host] =
    /^teredo:\/\/([^:@/]*):([^@/]*)@([^@:/?#]*)\/?$/i.exec(text.trim()) ?? [];
  if (host === undefined) return `an invitation has the form ${SHAPE}`;
  const identifier = decode(identifierPart!);
  const secret = decode(secretPart!);
  if (identifier === undefined || secret === undefined) {
    return 'there is a "%" that no two hexadecimal digits follow';
  }
  if (IDENTIFIER.parse(identifier) === undefined) return `it needs ${IDENTIFIER.expected}`;
  const mistake = secretMistake(secret) ?? hostMistake(host, allowPrivate);
  return mistake ?? { identifier, secret, host };
}

/** What is wrong with a secret. */
function secretMistake(secret: string): string | undefined {
  const octets = parseOctets(secret);
  if (octets === undefined) return "the secret is missing or has a notation that is not known";
  if (octets.length >= MIN_SECRET) return undefined;
  return `the secret is too short: ${octets.length} octets, of at least ${MIN_SECRET}`;
}

function hostMistake(host: string, allowPrivate: boolean): string | undefined {
  if (HOST.parse(host) === undefined) return `"${host}" is not a host name or IPv4 address`;
  const address = parseIpv4(host);
  if (address === undefined || new GlobalUnicast("hardened", []).has(address)) return undefined;
  return allowPrivate && isForAllowPrivate(address)
    ? undefined
    : `${host} is not a public address. ${remedyForServer(address)}`;
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
