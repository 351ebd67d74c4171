/**
 * The process that tests/fuzz/fuzz.ts starts for each processor: it is told blocks on its standard
 * input, and answers on its standard output.
 *
 * @module
 */

import { BLOCK, Campaign, type Failure } from "./campaign.ts";
import type { Answer, Question } from "./fuzz_process.ts";
import { TARGETS } from "./targets.ts";

/** Blocks after which the memory should not grow any more: all code has run by then. */
const WARM_UP = 60;

/** Octets by which the memory may differ nevertheless. */
const TOLERANCE = 24 * 1024 * 1024;

const [seed = ""] = Deno.args;
const campaigns = new Map<string, Campaign>();
let blocks = 0;
let octetsWhenWarm: number | undefined;

/** Octets in use: objects, and what they hold outside of the heap. */
function octetsInUse(): number {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  gc?.();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

async function answerTo({ target: name, block, trace }: Question): Promise<Answer> {
  if (name === "") return holdMemory();
  const target = TARGETS.find((each) => each.name === name)!;
  const isNew = !campaigns.has(name);
  const campaign = campaigns.get(name) ?? new Campaign(target, seed);
  campaigns.set(name, campaign);
  const watch = trace === undefined
    ? undefined
    : (input: Uint8Array) => Deno.writeFileSync(trace, input);
  const start = performance.now();
  const failure = (isNew ? await campaign.runParents() : undefined) ??
    await campaign.runBlock(block, watch);
  if (failure !== undefined) return described(failure);
  if (++blocks === WARM_UP) octetsWhenWarm = octetsInUse();
  return { executions: BLOCK, milliseconds: performance.now() - start };
}

function holdMemory(): Answer {
  const before = octetsWhenWarm;
  const after = octetsInUse();
  if (before === undefined || after <= before + TOLERANCE) {
    return { executions: 0, milliseconds: 0 };
  }
  const message = `${after} octets are in use, ${before} were after ${WARM_UP} blocks`;
  return { input: "", name: "Growth", message, stack: message };
}

function described({ input, error: { name, message, stack } }: Failure): Answer {
  return { input: input.toHex(), name, message, stack: stack ?? message };
}

const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
let rest = "";
for await (const chunk of lines) {
  const questions = (rest + chunk).split("\n");
  rest = questions.pop()!;
  for (const question of questions) {
    const answer = await answerTo(JSON.parse(question));
    Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(answer)}\n`));
  }
}
