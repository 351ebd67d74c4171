/**
 * A diagnosis in a file, to send to someone.
 *
 * @module
 */

import { systemFailure } from "../process/system_failure.ts";
import type { Diagnosis } from "./diagnose.ts";

/**
 * Writes a new file.
 *
 * @throws {CliError} it exists, or cannot be written
 */
export function writeBundle(path: string, diagnosis: Diagnosis): void {
  try {
    const text = `${JSON.stringify(diagnosis, undefined, 2)}\n`;
    Deno.writeTextFileSync(path, text, { createNew: true, mode: 0o600 });
  } catch (error) {
    throw systemFailure(`Cannot write the bundle ${path}`, error);
  }
}
