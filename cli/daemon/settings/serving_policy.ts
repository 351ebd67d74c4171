/**
 * What a server requires of its clients and tells them. It may change while the server runs.
 *
 * @module
 */

import type { Log } from "../../../io/log.ts";
import type { ServerPolicy } from "../../../nodes/teredo_server.ts";
import type { LimitsValue } from "../../args/kinds/limits_kind.ts";
import { serverLimits } from "./limits.ts";
import { type Rereading, SecretsFile } from "./secrets_file.ts";

/** The settings behind it. */
export interface PolicyOptions {
  /** The file with the secrets of the only clients to serve. */
  readonly secrets: string | undefined;
  readonly requireNonce: boolean;
  readonly acceptPortMismatch: boolean;
  readonly mtu: number | "omit" | undefined;
  readonly limits: LimitsValue | undefined;
}

/** A server's policy, with the secrets file that it was made from. */
export class ServingPolicy {
  readonly #log: Log;
  readonly #rereading: Rereading;
  #secrets: SecretsFile | undefined;

  /** @throws {CliError} the secrets file cannot be read, or is wrong */
  constructor({ secrets }: PolicyOptions, log: Log, rereading: Rereading) {
    this.#log = log;
    this.#rereading = rereading;
    this.#secrets = this.#open(secrets);
  }

  /** The policy by these settings, with the secrets that are in use. */
  by({ requireNonce, acceptPortMismatch, mtu, limits }: PolicyOptions): ServerPolicy {
    return {
      secrets: this.#secrets,
      advertisedMtu: mtu,
      requireNonce,
      acceptPortMismatch,
      limits: serverLimits(limits),
    };
  }

  /**
   * Turns to the secrets file of these settings.
   *
   * @throws {CliError} it cannot be read, or is wrong; the secrets in use stay
   */
  useSecrets({ secrets }: PolicyOptions): void {
    this.#secrets = this.#open(secrets);
  }

  /** Warns if the secrets file could be read at the start, but can't be read again. */
  checkRereading(): void {
    this.#secrets?.checkRereading();
  }

  /** Reads the secrets file in use again. */
  rereadSecrets(): void {
    this.#secrets?.reload();
  }

  #open(path: string | undefined): SecretsFile | undefined {
    return path === undefined ? undefined : new SecretsFile(path, this.#log, this.#rereading);
  }
}
