/**
 * The secrets of a server's clients, RFC 4380 §5.2.2, in a YAML file:
 *
 *     alice: correct horse battery staple
 *     hex:00a1: base64:c2VjcmV0IG9jdGV0cw==
 *     bob:
 *       secret: hex:0123456789abcdef
 *       retired: true      # answered, but told to get a new key
 *
 * @module
 */

import type { Log } from "../../../io/log.ts";
import { type ClientSecret, type SecretStore, SecretTable } from "../../../server/secret_store.ts";
import { ConfigError } from "../../process/failure.ts";
import { OCTETS_EXPECTED, parseOctets } from "../../args/kinds/secret_notation.ts";
import type { FileLength } from "../../process/small_file.ts";
import { readSecretText } from "./secret_text.ts";
import { firstLine, isMapping, keyLines, parseYaml } from "../../args/sources/yaml.ts";
import { reasonOf } from "../../../reason.ts";

/** The longest identifier that fits the authentication element, octets (§5.1.1). */
const MAX_IDENTIFIER = 255;

/**
 * Some 200,000 clients that `teredo invite` made secrets for. Reading them takes a second or two, in
 * which a server does nothing else.
 */
export const SECRETS_LENGTH: FileLength = {
  longest: 16,
  remedy: "Remove the entries of clients that are gone",
};

const ABSENT = 'there is no such file. "teredo invite" makes one';

/** Reading files again, perhaps as a user with fewer rights. */
export interface Rereading {
  /** Whether this process may read a file now. */
  mayRead(path: string): boolean;
  /** What to do about a file that it may not read, if that is known. */
  howToLetRead(path: string): string | undefined;
}

/** A secrets file that can be read again. */
export class SecretsFile implements SecretStore {
  readonly #path: string;
  readonly #log: Log;
  readonly #rereading: Rereading | undefined;
  #table: SecretTable;

  /** @throws {ConfigError} what is wrong with the file, and where */
  constructor(path: string, log: Log, rereading?: Rereading) {
    this.#path = path;
    this.#log = log;
    this.#rereading = rereading;
    this.#table = this.#read();
  }

  find(identifier: Uint8Array): ClientSecret | undefined {
    return this.#table.find(identifier);
  }

  /** Reads the file again; if something is wrong with it, the old secrets stay in use. */
  reload(): void {
    try {
      this.#table = this.#read();
    } catch (error) {
      this.#log.error(`${reasonOf(error)}. The old secrets stay in use`);
    }
  }

  /** Warns if this process may no longer read the file. */
  checkRereading(): void {
    const rereading = this.#rereading;
    if (rereading === undefined || rereading.mayRead(this.#path)) return;
    const advice = rereading.howToLetRead(this.#path);
    this.#log.warn(
      [`A change of ${this.#path} takes a restart: this server may not read it any more`, advice]
        .filter((each) => each !== undefined).join(". "),
    );
  }

  #read(): SecretTable {
    const text = readSecretText("the secrets file", this.#path, this.#log, {
      absent: ABSENT,
      length: SECRETS_LENGTH,
      ...this.#rereading,
    });
    const entries = parseSecrets(text, this.#path);
    const retired = entries.filter(([, { retired }]) => retired).length;
    const which = entries.length === 1
      ? `the one secret${retired === 1 ? ", which is retired" : ""}`
      : `one of ${entries.length} secrets, ${retired} of them retired`;
    this.#log.info(`Serving only clients with ${which}`);
    return new SecretTable(entries);
  }
}

/**
 * Reads the text of a secrets file.
 *
 * @param path the file's name, for messages
 * @throws {ConfigError} what is wrong, and where
 */
export function parseSecrets(
  text: string,
  path: string,
): (readonly [identifier: Uint8Array, secret: ClientSecret])[] {
  const document = parseYaml(text, path);
  if (!isMapping(document) || Object.keys(document).length === 0) {
    throw new ConfigError(
      `Cannot use ${path}:${firstLine(text)}: it needs a line "IDENTIFIER: SECRET" for each client`,
    );
  }
  const lines = new Map(keyLines(text).map(({ key, line }) => [key, line]));
  return Object.entries(document).map(([key, value]) => {
    const line = lines.get(key);
    const place = line === undefined ? path : `${path}:${line}`;
    const identifier = parseOctets(key);
    if (identifier === undefined || identifier.length > MAX_IDENTIFIER) {
      throw mistake(place, key, `an identifier is ${OCTETS_EXPECTED}, 1 to 255 octets`);
    }
    return [identifier, parseEntry(value, place, key)];
  });
}

function parseEntry(value: unknown, place: string, key: string): ClientSecret {
  if (!isMapping(value)) return { secret: parseSecret(value, place, key), retired: false };
  const { secret, retired = false, ...rest } = value;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw mistake(place, key, `there is no setting "${unknown}"; those are secret and retired`);
  }
  if (typeof retired !== "boolean") throw mistake(place, key, "retired is true or false");
  return { secret: parseSecret(secret, place, key), retired };
}

function parseSecret(value: unknown, place: string, key: string): Uint8Array {
  if (value === null || value === undefined) throw mistake(place, key, "the secret is missing");
  if (typeof value !== "string") {
    throw mistake(place, key, "the secret is not text to YAML; put it in quotes");
  }
  const secret = parseOctets(value);
  if (secret === undefined) throw mistake(place, key, `the secret needs ${OCTETS_EXPECTED}`);
  return secret;
}

function mistake(place: string, key: string, what: string): ConfigError {
  return new ConfigError(`Cannot use ${place}, identifier "${key}": ${what}`);
}
