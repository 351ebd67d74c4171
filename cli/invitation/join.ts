/**
 * `teredo join`: a client's configuration from an invitation.
 *
 * @module
 */

import { readConfigText } from "../args/sources/config_text.ts";
import { CliError } from "../process/failure.ts";
import { pathIn } from "../process/folders.ts";
import { systemFailure } from "../process/system_failure.ts";
import type { Invitation } from "./invitation.ts";
import { DENIED, makeConfigFolder, writePrivate } from "./private_file.ts";

/** Where a client's configuration goes. */
interface JoinTarget {
  /** `/etc/teredo` */
  readonly folder: string;
  /** Whether settings that are there may be replaced. */
  readonly replace: boolean;
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
 * Writes `client.yaml` and the file with the secret.
 *
 * @throws {CliError} one cannot be written, or there are settings that would be lost
 */
export async function join(
  { identifier, secret, host }: Invitation,
  { folder, replace, setsNothing }: JoinTarget,
): Promise<Joined> {
  makeConfigFolder(folder);
  const config = pathIn(folder, "client.yaml");
  const secretFile = pathIn(folder, "client.secret");
  const text = readConfigText(config, false);
  const isInUse = text !== undefined && !await setsNothing(config);
  if (isInUse && !replace) {
    throw new CliError(
      `Cannot join ${host}: ${config} has settings already. ` +
        `Add --replace to keep them in ${config}.old and write new ones`,
    );
  }
  const kept = isInUse ? [config, secretFile].filter(keep).map(nameOfKept) : [];
  writePrivate(secretFile, `${secret}\n`);
  writeConfig(config, settingsOf(host, identifier, secretFile));
  return { config, secretFile, kept };
}

/** JSON's strings are YAML's too. */
function settingsOf(host: string, identifier: string, secretFile: string): string {
  return [
    `# Written by "teredo join"; the manual teredo.yaml(5) has all settings`,
    `server: ${JSON.stringify(host)}`,
    `identifier: ${JSON.stringify(identifier)}`,
    `secret-file: ${JSON.stringify(secretFile)}`,
    "",
  ].join("\n");
}

/** Renames a file, so that it can be put back. Returns whether there was one. */
function keep(path: string): boolean {
  try {
    Deno.renameSync(path, nameOfKept(path));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw systemFailure(`Cannot rename ${path}`, error, { words: { denied: DENIED } });
  }
}

function nameOfKept(path: string): string {
  return `${path}.old`;
}

function writeConfig(path: string, text: string): void {
  try {
    Deno.writeTextFileSync(path, text);
  } catch (error) {
    throw systemFailure(`Cannot write ${path}`, error, { words: { denied: DENIED } });
  }
}
