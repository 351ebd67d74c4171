/**
 * What a command checks before it starts, beyond its values: the files they name, and this host.
 *
 * @module
 */

import { type CliError, joinFailures, placed, toCliError } from "../process/failure.ts";
import type { Settings } from "./setting.ts";

/** Something that must hold before a command starts. Checking it changes nothing. */
export interface Precondition<V> {
  /** The options it depends on, by their properties. */
  readonly about: readonly string[];
  /** @throws {CliError} it does not hold */
  check(values: V): void | Promise<void>;
}

/**
 * Checks all preconditions.
 *
 * @param settings where the values were given
 * @throws {CliError} what does not hold, each with the line of the file that it is about
 */
export async function checkPreconditions<V>(
  preconditions: readonly Precondition<V>[],
  values: V,
  settings: Settings,
): Promise<void> {
  const failures: CliError[] = [];
  for (const precondition of preconditions) {
    try {
      await precondition.check(values);
    } catch (error) {
      const given = precondition.about.flatMap((property) => settings.get(property) ?? []);
      failures.push(placed(toCliError(error), given[0]?.place));
    }
  }
  if (failures.length > 0) throw joinFailures(failures);
}
