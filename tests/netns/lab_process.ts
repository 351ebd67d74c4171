/**
 * A program at work in the lab: what it says is kept, and what it has to say can be waited for.
 *
 * @module
 */

import { lines } from "./lines.ts";

/** Patience with a line of log, in milliseconds, unless the caller has another. */
const LOG_TIMEOUT = 20_000;

/** How to wait for a line of log. */
interface LogQuery {
  /** How long, in milliseconds. */
  readonly timeout?: number;
  /** Looks only at what comes behind this many lines: see {@linkcode LabProcess.logLength}. */
  readonly since?: number;
}

/** What a program says, until we stop listening. */
interface Voice {
  readonly output: AsyncIterable<string>;
  readonly errors: AsyncIterable<string>;
  readonly listening: AbortController;
}

/** A running program with its log: all that it writes on standard output and standard error. */
export class LabProcess implements AsyncDisposable {
  /** The program's process number, as this process knows it. */
  readonly pid: number;
  /** Settles when the program has ended. */
  readonly status: Promise<Deno.CommandStatus>;
  readonly #title: string;
  readonly #log: string[] = [];
  readonly #listening: AbortController;
  readonly #heard: Promise<unknown>;
  #hasEnded = false;
  /** Whether it has ended and everything that it said is in the log. */
  #isSilent = false;
  /** Settles, and is replaced, whenever there is news: a line, or the end. */
  #news = Promise.withResolvers<void>();

  private constructor(pid: number, title: string, child: Deno.ChildProcess, voice: Voice) {
    this.pid = pid;
    this.#title = title;
    this.#listening = voice.listening;
    this.#heard = Promise.all([this.#listen(voice.output), this.#listen(voice.errors)]);
    this.status = child.status.then((status) => {
      this.#hasEnded = true;
      return status;
    });
    const silence = () => {
      this.#isSilent = true;
      this.#announce();
    };
    // What it said right before it ended may still be on its way. Disposal reports what fails.
    Promise.all([this.status, this.#heard]).then(silence, silence);
  }

  /** Takes charge of a child whose first line of output is the program's process number. */
  static async adopt(child: Deno.ChildProcess, title: string): Promise<LabProcess> {
    const listening = new AbortController();
    const output = lines(child.stdout, listening.signal);
    const errors = lines(child.stderr, listening.signal);
    const { value: pid } = await output.next();
    if (pid !== undefined) {
      return new LabProcess(Number(pid), title, child, { output, errors, listening });
    }
    const reason = (await Array.fromAsync(errors)).join(" ");
    const { code } = await child.status;
    throw new Error(`Cannot start \`${title}\`: it ended with code ${code}: ${reason}`);
  }

  /** What the program has said so far. */
  get log(): string {
    return this.#log.join("\n");
  }

  /** The number of lines said so far: a mark behind which {@linkcode waitForLog} can look. */
  get logLength(): number {
    return this.#log.length;
  }

  /**
   * Waits for a line that fits a pattern, and returns the match.
   *
   * @throws {Error} No such line came in time, or the program ended without it. The message has the
   * log.
   */
  async waitForLog(pattern: RegExp, query: LogQuery = {}): Promise<RegExpMatchArray> {
    const { timeout = LOG_TIMEOUT, since = 0 } = query;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#announce();
    }, timeout);
    try {
      for (let i = since;;) {
        const isLast = this.#isSilent || isLate;
        for (; i < this.#log.length; i++) {
          const match = this.#log[i]!.match(pattern);
          if (match !== null) return match;
        }
        if (isLast) break;
        await this.#news.promise;
      }
    } finally {
      clearTimeout(timer);
    }
    const when = isLate ? `within ${timeout} ms` : "before it ended";
    throw new Error(`\`${this.#title}\` did not say ${pattern} ${when}. It said:\n${this.log}`);
  }

  /** Sends a signal to the program, which may have ended by itself. */
  kill(signal: Deno.Signal): void {
    try {
      if (!this.#hasEnded) Deno.kill(this.pid, signal);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** Sends a signal, waits for the end, and returns how the program ended. */
  async end(signal: Deno.Signal): Promise<Deno.CommandStatus> {
    this.kill(signal);
    return await this.status;
  }

  /**
   * Kills the program if it still runs, and stops listening even if a child of it goes on talking.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
    this.#listening.abort();
    await this.#heard;
  }

  async #listen(output: AsyncIterable<string>): Promise<void> {
    try {
      for await (const line of output) {
        this.#log.push(line);
        this.#announce();
      }
    } catch (error) {
      if (!this.#listening.signal.aborted) throw error;
    }
  }

  #announce(): void {
    const news = this.#news;
    this.#news = Promise.withResolvers();
    news.resolve();
  }
}
