/**
 * `teredo join`: a client's configuration from an invitation.
 *
 * @module
 */

import { platform } from "../../ffi/platform.ts";
import { readConfigText } from "../args/sources/config_text.ts";
import { CliError } from "../process/failure.ts";
import { pathIn } from "../process/folders.ts";
import { type Draft, draft } from "../process/private_file.ts";
import type { Invitation } from "./invitation.ts";
import { draftSecret, makeConfigFolder, orFailure, writePrivate } from "./private_file.ts";

/** Where a client's configuration goes. */
interface JoinTarget {
  /** `/etc/teredo` */
  readonly folder: string;
  /** Whether settings that are there may be replaced. */
  readonly replace: boolean;
  /** Whether the client may use servers in private networks. */
  readonly allowPrivate: boolean;
  /** Whether a file sets anything. */
  readonly setsNothing: (path: string) => Promise<boolean>;
}

/** The files that were written. */
interface Joined {
  readonly config: string;
  readonly secretFile: string;
  /** Where the settings and the secret are that were there before. */
  readonly kept: readonly string[];
}

/**
 * Writes `client.yaml` and the file with the secret: both, or neither if one cannot be written.
 *
 * @throws {CliError} one cannot be written, or there are settings that would be lost
 */
export async function join(
  invitation: Invitation,
  { folder, replace, allowPrivate, setsNothing }: JoinTarget,
): Promise<Joined> {
  makeConfigFolder(folder);
  const config = pathIn(folder, "client.yaml");
  const secretFile = pathIn(folder, "client.secret");
  const text = readConfigText(config, false);
  const isInUse = text !== undefined && !await setsNothing(config);
  if (isInUse && !replace) {
    throw new CliError(
      `Cannot join ${invitation.host}: ${config} has settings already. ` +
        `Add --replace to keep them in ${config}.old and write new ones`,
    );
  }
  // Whatever can go wrong goes wrong here, while the old files are in their place.
  using secret = draftSecret(secretFile, `${invitation.secret}\n`);
  using settings = draftConfig(config, settingsOf(invitation, secretFile, allowPrivate));
  const kept = isInUse ? [keepConfig(config), keepSecret(secretFile)] : [];
  orFailure(secretFile, () => secret.commit());
  orFailure(config, () => settings.commit());
  return { config, secretFile, kept: kept.filter((path) => path !== undefined) };
}

/** JSON's strings are YAML's too. */
function settingsOf(
  { host, identifier }: Invitation,
  secretFile: string,
  allowPrivate: boolean,
): string {
  return [
    `# Written by "teredo join"; the manual teredo.yaml(5) has all settings`,
    `server: ${JSON.stringify(host)}`,
    `identifier: ${JSON.stringify(identifier)}`,
    `secret-file: ${JSON.stringify(secretFile)}`,
    ...allowPrivate ? ["allow-private: true"] : [],
    "",
  ].join("\n");
}

/** Writes settings next to their place, with the rights that the file there has. */
function draftConfig(path: string, text: string): Draft {
  return orFailure(path, () =>
    draft(path, (draft) => {
      if (platform.hasFileModes && isPresent(path)) Deno.copyFileSync(path, draft);
      Deno.writeTextFileSync(draft, text);
    }));
}

/** Copies the settings, so that they can be put back. */
function keepConfig(path: string): string {
  const kept = nameOfKept(path);
  orFailure(kept, () => Deno.copyFileSync(path, kept));
  return kept;
}

/** The same of the secret, if there is one. */
function keepSecret(path: string): string | undefined {
  if (!isPresent(path)) return undefined;
  const kept = nameOfKept(path);
  writePrivate(kept, orFailure(kept, () => Deno.readTextFileSync(path)));
  return kept;
}

function isPresent(path: string): boolean {
  try {
    return Deno.lstatSync(path).isFile;
  } catch {
    return false;
  }
}

function nameOfKept(path: string): string {
  return `${path}.old`;
}
