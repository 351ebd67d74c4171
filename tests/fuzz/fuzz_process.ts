/**
 * A process that runs blocks, and what to make of its end.
 *
 * @module
 */

import type { Failure } from "./campaign.ts";

/** How long a block may take, in milliseconds: a thousand inputs, on a busy machine. */
const PATIENCE = 120_000;

/** What a block took. */
export interface Tally {
  readonly executions: number;
  readonly milliseconds: number;
}

/** A question to the process, a line of JSON. */
export interface Question {
  readonly target: string;
  readonly block: number;
  /** Where to write each input before it is tried. */
  readonly trace?: string | undefined;
}

/** Its answer, a line of JSON. */
export type Answer =
  | Tally
  | {
    readonly input: string;
    readonly name: string;
    readonly message: string;
    readonly stack: string;
  };

/** The process ended, or never answered. */
class Lost extends Error {
  override readonly name = "Lost";
}

/** A process of tests/fuzz/fuzz_worker.ts. */
export class FuzzProcess implements Disposable {
  readonly #seed: string;
  #child: Deno.ChildProcess;
  #lines: AsyncIterator<string>;
  #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor(seed: string) {
    this.#seed = seed;
    this.#child = spawn(seed);
    this.#lines = linesOf(this.#child.stdout);
    this.#writer = this.#child.stdin.getWriter();
  }

  /** Runs a block. */
  async run(target: string, block: number): Promise<Tally | Failure> {
    const answer = await this.#ask({ target, block });
    if (answer !== undefined) return outcomeOf(target, answer);
    this.#kill();
    return await this.#findInput(target, block);
  }

  /** Asks whether its memory has grown, at the end. */
  async finish(): Promise<Failure | undefined> {
    const answer = await this.#ask({ target: "", block: 0 });
    const outcome = answer && outcomeOf("memory", answer);
    return outcome !== undefined && "error" in outcome ? outcome : undefined;
  }

  [Symbol.dispose](): void {
    this.#kill();
  }

  /** Runs the block again in another process, which writes each input to a file beforehand. */
  async #findInput(target: string, block: number): Promise<Failure> {
    const trace = await Deno.makeTempFile();
    try {
      using again = new FuzzProcess(this.#seed);
      const answer = await again.#ask({ target, block, trace });
      if (answer !== undefined && "input" in answer) return outcomeOf(target, answer) as Failure;
      const input = await Deno.readFile(trace);
      const error = new Lost("The process ends, or the input takes more than two minutes");
      return { target, input, error };
    } finally {
      await Deno.remove(trace);
    }
  }

  /** Undefined if there is no answer in time. */
  async #ask(question: Question): Promise<Answer | undefined> {
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), PATIENCE);
    try {
      await this.#writer.write(new TextEncoder().encode(`${JSON.stringify(question)}\n`));
      const line = await Promise.race([this.#lines.next(), late.promise]);
      return line === undefined || line.done ? undefined : JSON.parse(line.value);
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) return undefined;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  }
}

function spawn(seed: string): Deno.ChildProcess {
  const worker = new URL("fuzz_worker.ts", import.meta.url).href;
  const map = new URL("../../tools/stand_ins/import_map.json", import.meta.url).href;
  // The same packages as in this process, which tools/launch.ts has chosen.
  const hasStandIns = import.meta.resolve("@std/yaml").startsWith("file:");
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--quiet", "--no-check", "--v8-flags=--expose-gc"],
      ...hasStandIns ? ["--import-map", map] : [],
      ...[worker, seed],
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

function outcomeOf(target: string, answer: Answer): Tally | Failure {
  if (!("input" in answer)) return answer;
  const error = Object.assign(new Error(answer.message), {
    name: answer.name,
    stack: answer.stack,
  });
  return { target, input: Uint8Array.fromHex(answer.input), error };
}
