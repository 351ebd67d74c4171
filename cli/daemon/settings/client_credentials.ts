/**
 * What a client authenticates itself with, RFC 4380 §5.2.2.
 *
 * @module
 */

import type { ClientCredentials } from "../../../client/client_config.ts";
import type { Log } from "../../../io/log.ts";
import { ConfigError } from "../../process/failure.ts";
import { OCTETS_EXPECTED, parseOctets } from "../../args/kinds/secret_notation.ts";
import { readSecretText } from "./secret_text.ts";
import { type Contradiction, contradiction } from "../../args/setting.ts";

/** The settings. The secret is in a file, because everybody can see a command line. */
export interface CredentialOptions {
  readonly identifier: Uint8Array | undefined;
  readonly secretFile: string | undefined;
}

/** Neither works without the other. */
export function credentialContradiction(
  { identifier, secretFile }: CredentialOptions,
): Contradiction | undefined {
  if ((identifier === undefined) === (secretFile === undefined)) return undefined;
  return identifier !== undefined
    ? contradiction(
      ["identifier", "secretFile"],
      (identifier, secretFile) => `${identifier} needs ${secretFile}, the secret that goes with it`,
    )
    : contradiction(
      ["secretFile", "identifier"],
      (secretFile, identifier) => `${secretFile} needs ${identifier}, which the secret belongs to`,
    );
}

/**
 * Reads the secret.
 *
 * @throws {CliError} it cannot be read, or is not a secret
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
    throw new ConfigError(`Cannot use the secret in ${secretFile}: it needs ${OCTETS_EXPECTED}`);
  }
  return { identifier, secret };
}
