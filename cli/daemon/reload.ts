/**
 * Reading settings again at SIGHUP, and putting those in use that can change while a role runs.
 *
 * @module
 */

import type { Log } from "../../io/log.ts";
import { optionName } from "../args/spelling.ts";
import { onHangup } from "../process/signals.ts";
import { reasonOf } from "../../reason.ts";

/** Settings that can change while a role runs. */
export interface Live<V> {
  /** Their properties. */
  readonly of: readonly (keyof V & string)[];
  /**
   * Puts them in use.
   *
   * @throws why that cannot be; what was in use has to stay so
   */
  apply(values: V): void | Promise<void>;
}

/** The settings of a running role. */
export class Reload<V extends object> {
  readonly #reread: () => Promise<V>;
  readonly #live: readonly Live<V>[];
  readonly #log: Log;
  /** What is in use. */
  #values: V;
  /** Two of them must not overtake each other. */
  #last: Promise<void> = Promise.resolve();

  /**
   * @param values what the role was begun with
   * @param reread what is wanted now; throws what is wrong with it
   */
  constructor(values: V, reread: () => Promise<V>, live: readonly Live<V>[], log: Log) {
    this.#values = values;
    this.#reread = reread;
    this.#live = live;
    this.#log = log;
  }

  /** Reads the settings at each SIGHUP, until disposal. */
  atHangup(): Disposable {
    return onHangup(() => this.now());
  }

  /** Reads the settings. What is wrong with them, or cannot change now, is logged. */
  now(): Promise<void> {
    return this.#last = this.#last.then(() => this.#now());
  }

  async #now(): Promise<void> {
    let wanted: V;
    try {
      wanted = await this.#reread();
    } catch (error) {
      this.#printError(error, "The settings that were read before stay in use");
      return;
    }
    const changed = this.#differing(wanted);
    const failed: string[] = [];
    for (const { of, apply } of this.#live) {
      const properties = of.filter((property) => changed.includes(property));
      if (properties.length > 0 && !await this.#try(properties, wanted, apply)) {
        failed.push(...properties);
      }
    }
    const inUse = changed.filter((property) => isSame(this.#values[property], wanted[property]));
    const others = changed.filter((each) => !inUse.includes(each) && !failed.includes(each));
    this.#log.info(`Settings are read again; changed: ${listOf(inUse) || "none"}`);
    if (others.length > 0) this.#log.warn(`Only a restart changes ${listOf(others)}`);
  }

  #differing(wanted: V): (keyof V & string)[] {
    const properties = Object.keys(wanted) as (keyof V & string)[];
    return properties.filter((each) => !isSame(this.#values[each], wanted[each]));
  }

  async #try(
    properties: readonly (keyof V & string)[],
    wanted: V,
    apply: Live<V>["apply"],
  ): Promise<boolean> {
    const values = { ...this.#values };
    for (const property of properties) values[property] = wanted[property];
    try {
      await apply(values);
    } catch (error) {
      this.#printError(error, `What was in use stays so: ${listOf(properties)}`);
      return false;
    }
    this.#values = values;
    return true;
  }

  #printError(error: unknown, consequence: string): void {
    const reason = reasonOf(error);
    for (const line of reason.split("\n")) this.#log.error(line);
    this.#log.error(consequence);
  }
}

function listOf(properties: readonly string[]): string {
  return properties.map(optionName).join(", ");
}

/** Values of options are made of plain data and octets. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
