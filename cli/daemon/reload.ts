/**
 * Reading settings again at SIGHUP, and applying those that can change while a role runs.
 *
 * @module
 */

import type { Log } from "../../io/log.ts";
import { reasonOf } from "../../reason.ts";
import { optionName } from "../args/spelling.ts";
import { DeniedConfig, toCliError } from "../process/failure.ts";
import { onHangup } from "../process/signals.ts";

/** Settings that can change while a role runs. */
export interface Reloadable<V> {
  /** Their properties. */
  readonly of: readonly (keyof V & string)[];
  /**
   * Applies them.
   *
   * @throws why they cannot be applied; then the old ones must still be in use
   */
  apply(values: V): void | Promise<void>;
  /** Reads again what the settings name, where they themselves stay the same. */
  refresh?(values: V): void;
}

/** The settings of a running role. */
export class Reload<V extends object> {
  readonly #reread: () => Promise<V>;
  readonly #table: readonly Reloadable<V>[];
  readonly #log: Log;
  readonly #whenDenied: (path: string) => string | undefined;
  /** The settings in use. */
  #values: V;
  /** Two reloads must not overtake each other. */
  #last: Promise<void> = Promise.resolve();

  /**
   * @param values the settings that the role started with
   * @param reread reads the settings as they are by now; throws what is wrong with them
   * @param table what can change
   * @param whenDenied what to do about a file that may not be read, if there is anything to say
   */
  constructor(
    values: V,
    reread: () => Promise<V>,
    table: readonly Reloadable<V>[],
    log: Log,
    whenDenied: (path: string) => string | undefined = () => undefined,
  ) {
    this.#values = values;
    this.#reread = reread;
    this.#table = table;
    this.#log = log;
    this.#whenDenied = whenDenied;
  }

  /** Reads the settings at each SIGHUP, until disposal. */
  atHangup(): Disposable {
    return onHangup(() => this.now());
  }

  /** Reads the settings. Mistakes in them, and changes that need a restart, are logged. */
  now(): Promise<void> {
    return this.#last = this.#last.then(() => this.#now());
  }

  /**
   * Warns if the settings can't be read any more. Settings that are wrong can be fixed before the
   * next reload, so nothing is said about them.
   */
  checkReading(): Promise<void> {
    return this.#last = this.#last.then(() => this.#checkReading());
  }

  async #checkReading(): Promise<void> {
    try {
      await this.#reread();
    } catch (error) {
      const denied = this.#explainDenied(error);
      if (denied !== undefined) {
        this.#log.warn(`A change of the settings takes a restart. ${denied}`);
      }
    }
  }

  async #now(): Promise<void> {
    const applied = await this.#applyChanges();
    for (const each of this.#table) {
      if (!applied.has(each)) each.refresh?.(this.#values);
    }
  }

  /** Applies what has changed, and returns what that was. */
  async #applyChanges(): Promise<Set<Reloadable<V>>> {
    const applied = new Set<Reloadable<V>>();
    let wanted: V;
    try {
      wanted = await this.#reread();
    } catch (error) {
      const consequence = "The old settings stay in use";
      const denied = this.#explainDenied(error);
      if (denied === undefined) this.#printError(error, consequence);
      else this.#log.error(`${denied}. ${consequence}`);
      return applied;
    }
    const changed = this.#differing(wanted);
    const failed: string[] = [];
    for (const each of this.#table) {
      const properties = each.of.filter((property) => changed.includes(property));
      if (properties.length === 0) continue;
      if (await this.#try(properties, wanted, each)) applied.add(each);
      else failed.push(...properties);
    }
    const inUse = changed.filter((property) => isSame(this.#values[property], wanted[property]));
    const others = changed.filter((each) => !inUse.includes(each) && !failed.includes(each));
    this.#log.info(`Settings were read again; changed: ${listOf(inUse) || "none"}`);
    if (others.length > 0) this.#log.warn(`Only a restart changes ${listOf(others)}`);
    return applied;
  }

  #differing(wanted: V): (keyof V & string)[] {
    const properties = Object.keys(wanted) as (keyof V & string)[];
    return properties.filter((each) => !isSame(this.#values[each], wanted[each]));
  }

  async #try(
    properties: readonly (keyof V & string)[],
    wanted: V,
    reloadable: Reloadable<V>,
  ): Promise<boolean> {
    const values = { ...this.#values };
    for (const property of properties) values[property] = wanted[property];
    try {
      await reloadable.apply(values);
    } catch (error) {
      this.#printError(error, `The old settings stay in use: ${listOf(properties)}`);
      return false;
    }
    this.#values = values;
    return true;
  }

  /** What to say about a file with settings that may not be read; undefined for other errors. */
  #explainDenied(error: unknown): string | undefined {
    const failure = toCliError(error);
    if (!(failure instanceof DeniedConfig)) return undefined;
    const advice = this.#whenDenied(failure.path);
    if (advice === undefined) return failure.message;
    return `Cannot read the configuration ${failure.path}: permission is denied. ${advice}`;
  }

  #printError(error: unknown, consequence: string): void {
    for (const line of reasonOf(error).split("\n")) this.#log.error(line);
    this.#log.error(consequence);
  }
}

function listOf(properties: readonly string[]): string {
  return properties.map(optionName).join(", ");
}

/** Values of options are made of plain data, octets, and maps of these. */
function isSame(one: unknown, other: unknown): boolean {
  return textOf(one) === textOf(other);
}

/** JSON has no maps, and writes each as `{}`. */
function textOf(value: unknown): string | undefined {
  return JSON.stringify(value, (_, part) => part instanceof Map ? [...part] : part);
}
