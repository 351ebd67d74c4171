/**
 * Running the operator's program at each change, while everything else goes on.
 *
 * @module
 */

import { platform } from "../../../ffi/platform.ts";
import { reasonOf } from "../../../reason.ts";
import { after } from "../../../timers.ts";

/** Environment variables that say what changed. */
export type HookVariables = Readonly<Record<string, string>>;

/** How a hook is run. */
interface HookOptions {
  /**
   * The absolute path of the program, which runs in the folder "/". It is not a shell command, and
   * takes no arguments.
   */
  readonly program: string;
  /** Variables of every run, besides those of the change. */
  readonly environment?: HookVariables | undefined;
  /** How long it may take, in milliseconds, before it is killed. */
  readonly timeout: number;
  /** Called for each run that failed, with the reason. */
  readonly onFailure: (reason: string) => void;
}

/**
 * How many changes may wait while the program runs. Older ones are skipped, because only the newest
 * still holds.
 */
const MAX_WAITING = 4;

/** Runs a program at each change, one run after the other and in order. */
export class Hook {
  readonly #options: HookOptions;
  #waiting: HookVariables[] = [];
  #running: Promise<void> | undefined;
  /** What the first run waits for. */
  #before: Promise<unknown> | undefined;

  constructor(options: HookOptions) {
    this.#options = options;
  }

  /** Runs nothing before `before` settles. */
  follow(before: Promise<unknown>): void {
    this.#before = before;
  }

  /** Runs the program soon. */
  run(variables: HookVariables): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#waiting.shift();
      this.#options.onFailure("it is slower than the changes, so one was skipped");
    }
    this.#waiting.push(variables);
    this.#running ??= this.#work().finally(() => this.#running = undefined);
  }

  /** Waits until no run is due any more. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #work(): Promise<void> {
    if (this.#before !== undefined) await this.#before;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const failure = await this.#once(next);
      if (failure !== undefined) this.#options.onFailure(failure);
    }
  }

  /** Runs the program once, and returns why it failed, if it did. */
  async #once(variables: HookVariables): Promise<string | undefined> {
    const { program, timeout, environment } = this.#options;
    const env = { ...environment, ...variables };
    let child: Deno.ChildProcess;
    try {
      // Its output goes where our log goes. It leads its own process group: Ctrl+C at a terminal
      // then does not end the hook that is to clean up, and everything it started can be killed
      // with it.
      // The role's user may not be allowed to enter the folder in which root started it.
      const folder = platform.hasFileModes ? { cwd: "/" } : {};
      child = new Deno.Command(program, { env, ...folder, stdin: "null", detached: true }).spawn();
    } catch (error) {
      return reasonOf(error);
    }
    let isLate = false;
    const cancel = after(timeout, () => {
      isLate = true;
      killGroup(child.pid);
    });
    const { success, code, signal } = await child.status;
    cancel();
    if (isLate) return `it took longer than ${timeout / 1000} s and was killed`;
    if (signal !== null) return `it was ended by ${signal}`;
    return success ? undefined : `it ended with code ${code}`;
  }
}

/** Kills a program with everything it started. */
function killGroup(leader: number): void {
  try {
    Deno.kill(-leader, "SIGKILL");
  } catch {
    // It has ended in the meantime.
  }
}
