/**
 * The shared secrets of secure qualification, RFC 4380 §5.2.2, as a server looks them up.
 *
 * @module
 */

/** What a server knows of one client identifier. */
export interface ClientSecret {
  readonly secret: Uint8Array;
  /**
   * Whether a newer key replaces it: clients with this one are answered, and asked to get the new
   * one.
   */
  readonly retired: boolean;
}

/** Secrets by client identifier. */
export interface SecretStore {
  /** The secret of `identifier`, 0 to 255 octets, if there is one. */
  find(identifier: Uint8Array): ClientSecret | undefined;
}

/** Secrets in memory. */
export class SecretTable implements SecretStore {
  readonly #secrets = new Map<string, ClientSecret>();

  /** @param entries identifiers with their secrets; the last one of an identifier counts */
  constructor(entries: Iterable<readonly [identifier: Uint8Array, secret: ClientSecret]>) {
    for (const [identifier, secret] of entries) this.#secrets.set(identifier.toHex(), secret);
  }

  find(identifier: Uint8Array): ClientSecret | undefined {
    return this.#secrets.get(identifier.toHex());
  }
}
