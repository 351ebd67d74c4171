/**
 * Running a target on many inputs.
 *
 * The inputs come in blocks, each of which depends on seed, target and number alone: a block that
 * ended with its process can be run again, by itself.
 *
 * @module
 */

import { cpuUsage } from "node:process";
import { numbersBelow } from "../hostile/hostile_datagrams.ts";
import { parentsOf } from "./corpus.ts";
import { Mutator } from "./mutator.ts";
import type { FuzzTarget } from "./target.ts";

/** Inputs in a block. The last one is for its length. */
export const BLOCK = 1_000;

/** How long an input may take a processor, in milliseconds. */
const SLOW = 1_000;

/** An input that fails, and how. */
export interface Failure {
  readonly target: string;
  readonly input: Uint8Array;
  readonly error: Error;
}

/** Takes an input; what it returns is what is wrong. */
export async function tryInput(target: FuzzTarget, input: Uint8Array): Promise<Error | undefined> {
  try {
    await target.run(input);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(`It threw ${String(error)}`);
  }
}

/**
 * What is wrong with the time that an input takes: the best of three runs counts.
 *
 * @param slow how long it may take a processor, in milliseconds
 */
async function timeInput(
  target: FuzzTarget,
  input: Uint8Array,
  slow: number,
): Promise<Error | undefined> {
  let best = Infinity;
  for (let i = 0; i < 3; i++) {
    const start = cpuUsage();
    const error = await tryInput(target, input);
    if (error !== undefined) return error;
    const { user, system } = cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
    if (best <= slow) return undefined;
  }
  return new Error(`It takes ${Math.round(best)} ms for ${input.length} octets`);
}

/** Runs the blocks of one target. */
export class Campaign {
  readonly target: FuzzTarget;
  readonly #seed: string;
  readonly #slow: number;
  readonly #parents: readonly Uint8Array[];

  /** @param slow how long an input may take a processor, in milliseconds */
  constructor(target: FuzzTarget, seed: string, slow = SLOW) {
    this.#slow = slow;
    this.target = target;
    this.#seed = seed;
    this.#parents = parentsOf(target);
  }

  /** Runs what the mutations start from. */
  async runParents(): Promise<Failure | undefined> {
    for (const parent of this.#parents) {
      const failure = this.#failure(
        parent,
        await timeInput(this.target, parent.slice(), this.#slow),
      );
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  /**
   * Runs a block.
   *
   * @param watch is shown each input before it is tried
   */
  async runBlock(
    number: number,
    watch?: (input: Uint8Array) => void,
    size = BLOCK,
  ): Promise<Failure | undefined> {
    const { target } = this;
    const { words, maxLength, stressLength, name } = target;
    const below = numbersBelow(`${this.#seed}/${name}/${number}`);
    const mutator = new Mutator(below, { parents: this.#parents, words, maxLength });
    for (let i = 1; i <= size; i++) {
      const isStress = i === size && stressLength > 0;
      const input = isStress ? mutator.stress(stressLength) : mutator.next();
      watch?.(input);
      const error = isStress ? await timeInput(target, input, this.#slow) : await this.#try(input);
      if (error !== undefined) return this.#failure(input, error);
    }
    return undefined;
  }

  /** Without waiting for what need not be waited for: this is the inner loop. */
  #try(input: Uint8Array): Error | undefined | Promise<Error | undefined> {
    try {
      const running = this.target.run(input);
      return running?.then(() => undefined, (error: Error) => error);
    } catch (error) {
      return error instanceof Error ? error : new Error(`It threw ${String(error)}`);
    }
  }

  #failure(input: Uint8Array, error: Error | undefined): Failure | undefined {
    return error && { target: this.target.name, input: input.slice(), error };
  }
}
