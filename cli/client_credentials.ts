/**
 * What a client proves itself with, RFC 4380 §5.2.2.
 *
 * @module
 */

import type { ClientCredentials } from "../client/client_config.ts";
import type { Log } from "../io/log.ts";
import { CliError, UsageError } from "./cli_error.ts";
import { OCTETS_EXPECTED, parseOctets } from "./octets.ts";
import { readSecretText } from "./secret_text.ts";

/** What a person tells of them. The secret stands in a file: everybody sees a command line. */
export interface CredentialOptions {
  readonly identifier: Uint8Array | undefined;
  readonly secretFile: string | undefined;
}

/** Refuses one without the other. */
export function checkCredentials({ identifier, secretFile }: CredentialOptions): void {
  if (identifier !== undefined && secretFile === undefined) {
    throw new UsageError(
      "--identifier needs --secret-file, the secret that goes with it",
      "client",
    );
  }
  if (secretFile !== undefined && identifier === undefined) {
    throw new UsageError("--secret-file needs --identifier, to whom the secret belongs", "client");
  }
}

/**
 * Reads the secret.
 *
 * @throws {CliError} it cannot be read, or is none
 */
export function readCredentials(
  { identifier, secretFile }: CredentialOptions,
  log: Log,
): ClientCredentials | undefined {
  if (identifier === undefined || secretFile === undefined) return undefined;
  // Editors end the last line.
  const text = readSecretText("the secret file", secretFile, log).replace(/\r?\n$/, "");
  const secret = parseOctets(text);
  if (secret === undefined) {
    throw new CliError(`Cannot use the secret in ${secretFile}: it needs ${OCTETS_EXPECTED}`);
  }
  return { identifier, secret };
}
