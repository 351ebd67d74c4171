/**
 * Running a program of the operator's at each change, beside everything else.
 *
 * @module
 */

import { reasonOf } from "../../../reason.ts";

/** Environment variables that say what changed. */
export type HookVariables = Readonly<Record<string, string>>;

/** How a hook is run. */
export interface HookOptions {
  /** The program. It is no line for a shell, and has no arguments. */
  readonly program: string;
  /** How long it may take, in milliseconds; then it is killed. */
  readonly timeout: number;
  /** Told of each run that failed, and why. */
  readonly onFailure: (reason: string) => void;
}

/** Changes that wait while the program runs; older ones are left out, for the newest tells what is. */
const MAX_WAITING = 4;

/** Runs a program at each change, one run after the other and in order. */
export class Hook {
  readonly #options: HookOptions;
  #waiting: HookVariables[] = [];
  #running: Promise<void> | undefined;

  constructor(options: HookOptions) {
    this.#options = options;
  }

  /** Runs the program soon. */
  run(variables: HookVariables): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#waiting.shift();
      this.#options.onFailure("it takes longer than its changes, so that one was left out");
    }
    this.#waiting.push(variables);
    this.#running ??= this.#work().finally(() => this.#running = undefined);
  }

  /** Waits for the runs that are due. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const failure = await this.#once(next);
      if (failure !== undefined) this.#options.onFailure(failure);
    }
  }

  /** One run; why it failed, if it did. */
  async #once(env: HookVariables): Promise<string | undefined> {
    const { program, timeout } = this.#options;
    let child: Deno.ChildProcess;
    try {
      // What it says goes where our log goes. It leads a process group: who ends us at a terminal ends
      // not the hook that is to clean up, and what it began can be killed with it.
      child = new Deno.Command(program, { env, stdin: "null", detached: true }).spawn();
    } catch (error) {
      return reasonOf(error);
    }
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      killGroup(child.pid);
    }, timeout);
    const { success, code, signal } = await child.status;
    clearTimeout(timer);
    if (isLate) return `it took longer than ${timeout / 1000} s and was killed`;
    if (signal !== null) return `it was ended by ${signal}`;
    return success ? undefined : `it ended with code ${code}`;
  }
}

/** Kills a program with all that it began. */
function killGroup(leader: number): void {
  try {
    Deno.kill(-leader, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}
