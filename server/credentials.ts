/**
 * Which solicitations are answered, and how the answer proves itself: RFC 4380 §5.2.2 and §5.3.2.
 *
 *     secure server                                   answer
 *     no element                                      none
 *     unknown identifier, value not of this secret    none
 *     current identifier                              confirmation 0, value by its secret
 *     retired identifier                              confirmation 1, value by its old secret
 *
 *     other server
 *     no element                                      without element (none with `requireNonce`)
 *     any element                                     its nonce alone
 *
 * @module
 */

import {
  type Authentication,
  authenticationValue,
  encodeAuthentication,
  isAuthentic,
} from "../wire/authentication.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import type { ClientSecret, SecretStore } from "./secret_store.ts";
import type { RefusalCause } from "./server_event.ts";

/** Confirmation octet of an answer: the key is valid. */
export const KEY_VALID = 0;

/** Confirmation octet of an answer: the client needs another key. */
const NEW_KEY_NEEDED = 1;

/**
 * The secret of a secure server's client, if the solicitation proves that the client sent it;
 * otherwise what is wrong.
 */
export function authenticate(
  store: SecretStore,
  { identifier, value, nonce, confirmation }: Authentication,
  solicitation: Uint8Array,
): ClientSecret | RefusalCause {
  const client = store.find(identifier);
  if (client === undefined) return identifier.length === 0 ? "no_identifier" : "unknown_identifier";
  const content = { nonce, confirmation, origin: undefined, ipv6: solicitation };
  return isAuthentic(value, client.secret, content) ? client : "wrong_secret";
}

/**
 * The authentication element of a secure server's answer. Its value covers origin and
 * advertisement.
 */
export function secureElement(
  { identifier, nonce }: Authentication,
  { secret, retired }: ClientSecret,
  origin: Endpoint,
  advertisement: Uint8Array,
): Uint8Array {
  const confirmation = retired ? NEW_KEY_NEEDED : KEY_VALID;
  const content = { nonce, confirmation, origin, ipv6: advertisement };
  const value = authenticationValue(secret, content);
  return encodeAuthentication({ identifier, value, nonce, confirmation });
}
