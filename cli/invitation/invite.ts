/**
 * `teredo invite`: a secret for a client, in the server's secrets file and in an invitation.
 *
 * @module
 */

import { localAddresses } from "../../io/network/local_addresses.ts";
import { GlobalUnicast } from "../../wire/global_unicast.ts";
import { formatIpv4 } from "../../wire/ipv4_address.ts";
import { parseSecrets, SECRETS_LENGTH } from "../daemon/settings/secrets_file.ts";
import { formatOctets } from "../../wire/octet_text.ts";
import { parseOctets } from "../args/kinds/secret_notation.ts";
import { CliError } from "../process/failure.ts";
import { isTooLong, readSmallFile } from "../process/small_file.ts";
import { systemFailure } from "../process/system_failure.ts";
import { formatInvitation, type Invitation } from "./invitation.ts";
import { LockedSecrets } from "./locked_secrets.ts";
import { DENIED } from "./private_file.ts";

/** Octets of a new secret: 128 bits. */
const SECRET_OCTETS = 16;

/** The client to invite, and to which server. */
interface Invite {
  readonly identifier: string;
  /** The server's secrets file. */
  readonly secrets: string;
  /** The server's name or address; `undefined` for this host's public address. */
  readonly host: string | undefined;
  /** Called if another command changes the file, before this one waits for its end. */
  onWait?(): void;
  /** Called before anything is written. */
  onWrite?(): void;
}

/** An invitation that was made. */
interface Invited {
  /** The line. */
  readonly line: string;
  /** Whether the client was already in the secrets file; then it keeps its secret. */
  readonly isKnown: boolean;
}

/**
 * Adds a client to the secrets file unless it is there.
 *
 * @throws {CliError} the file cannot be read or written, or is full, or nobody says what the server is called
 */
export function invite(
  { identifier, secrets, host = publicAddress(), onWait, onWrite }: Invite,
): Invited {
  const invitation = (secret: string): Invitation => ({ identifier, secret, host });
  const before = readIfPresent(secrets);
  // A known client's line takes no right to change the file.
  let known = secretOf(identifier, before, secrets);
  if (known === undefined) {
    using locked = new LockedSecrets(secrets, onWait);
    onWrite?.();
    const text = readIfPresent(secrets);
    // Another command may just have changed it.
    if (text !== before) known = secretOf(identifier, text, secrets);
    if (known === undefined) {
      const invited = invitation(newSecret());
      const longer = withEntry(text, invited);
      // A server refuses a longer file, and so locks out everyone in it.
      if (isTooLong(longer, SECRETS_LENGTH)) throw tooMany(identifier, secrets);
      locked.replace(longer);
      return { line: formatInvitation(invited), isKnown: false };
    }
  }
  return { line: formatInvitation(invitation(known)), isKnown: true };
}

/** The secret of a client that is in the file. */
function secretOf(
  identifier: string,
  text: string | undefined,
  path: string,
): string | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const wanted = formatOctets(parseOctets(identifier)!);
  const [, entry] = parseSecrets(text, path).find(([each]) => formatOctets(each) === wanted) ?? [];
  if (entry === undefined) return undefined;
  if (!entry.retired) return formatOctets(entry.secret);
  throw new CliError(
    `Cannot invite ${identifier}: its secret in ${path} is retired. ` +
      "Remove that entry, and it gets a new one",
  );
}

function withEntry(text: string | undefined, { identifier, secret }: Invitation): string {
  const before = text === undefined || text === "" || text.endsWith("\n")
    ? text ?? ""
    : `${text}\n`;
  // JSON's strings are YAML's too.
  return `${before}${JSON.stringify(identifier)}: ${JSON.stringify(secret)}\n`;
}

function tooMany(identifier: string, path: string): CliError {
  const { longest, remedy } = SECRETS_LENGTH;
  return new CliError(
    `Cannot invite ${identifier}: ${path} would be longer than the ${longest} MiB that a server ` +
      `reads. ${remedy}`,
  );
}

/** Letters and digits only, which no shell, URI or YAML takes for anything else. */
function newSecret(): string {
  return crypto.getRandomValues(new Uint8Array(SECRET_OCTETS)).toHex();
}

function readIfPresent(path: string): string | undefined {
  try {
    return readSmallFile(path, SECRETS_LENGTH);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw systemFailure(`Cannot read the secrets file ${path}`, error, {
      words: { denied: DENIED },
    });
  }
}

/**
 * The host's public address, or the first of two that follow one another: a server takes it as its
 * primary one.
 */
function publicAddress(): string {
  const globalUnicast = new GlobalUnicast();
  const found = localAddresses().map(({ address }) => address)
    .filter((address) => globalUnicast.has(address)).toSorted((one, other) => one - other);
  const [primary, next] = found;
  const isClear = found.length === 1 || (found.length === 2 && next === primary! + 1);
  if (isClear) return formatIpv4(primary!);
  const reason = found.length === 0
    ? "this host has no public IPv4 address"
    : `this host has the addresses ${found.map(formatIpv4).join(", ")}`;
  throw new CliError(
    `Cannot tell what clients call this server: ${reason}. Give its name or address with --host`,
  );
}
