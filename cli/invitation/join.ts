/**
 * `teredo join`: a client's configuration from an invitation.
 *
 * @module
 */

import { readConfigText } from "../args/sources/config_text.ts";
import { CliError } from "../process/failure.ts";
import { systemFailure } from "../process/system_failure.ts";
import type { Invitation } from "./invitation.ts";
import { writePrivate } from "./private_file.ts";

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
  /** Where the settings are that were there before. */
  readonly previous: string | undefined;
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
  makeFolder(folder);
  const config = `${folder}/client.yaml`;
  const secretFile = `${folder}/client.secret`;
  const text = readConfigText(config, false);
  const isInUse = text !== undefined && !await setsNothing(config);
  if (isInUse && !replace) {
    throw new CliError(
      `Cannot join ${host}: ${config} has settings already. ` +
        `Add --replace to keep them in ${config}.old and write new ones`,
    );
  }
  const previous = isInUse ? `${config}.old` : undefined;
  if (previous !== undefined) rename(config, previous);
  writePrivate(secretFile, `${secret}\n`);
  writeConfig(config, settingsOf(host, identifier, secretFile));
  return { config, secretFile, previous };
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

function makeFolder(folder: string): void {
  try {
    Deno.mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw systemFailure(`Cannot make the folder ${folder}`, error);
  }
}

function rename(path: string, to: string): void {
  try {
    Deno.renameSync(path, to);
  } catch (error) {
    throw systemFailure(`Cannot rename ${path}`, error);
  }
}

function writeConfig(path: string, text: string): void {
  try {
    Deno.writeTextFileSync(path, text);
  } catch (error) {
    throw systemFailure(`Cannot write ${path}`, error);
  }
}
