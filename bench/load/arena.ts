/**
 * A contestant at work in its own lab, on its own processor: the generator has the other.
 *
 * @module
 */

import { family, memory } from "../miredo/process_usage.ts";
import { type Contestant, type ContestantName, CONTESTANTS } from "./contestants.ts";
import { createLoadLab, type LoadLab } from "./load_lab.ts";
import type { Programs } from "./programs.ts";

/** A contestant and its lab. */
export interface Arena extends AsyncDisposable {
  readonly name: ContestantName;
  readonly contestant: Contestant;
  readonly lab: LoadLab;
  readonly programs: Programs;
  /** The contestant's processes. */
  processes(): number[];
  /** Its memory, resident, in MB. */
  memory(): number;
}

/** The processor of the contestants. */
const PROCESSOR = "1";

/** Starts a contestant. */
export async function openArena(name: ContestantName, programs: Programs): Promise<Arena> {
  await using stack = new AsyncDisposableStack();
  const contestant = CONTESTANTS[name];
  const lab = stack.use(await createLoadLab(programs.plain));
  const { pid } = await contestant.start(lab.relay, programs);
  const processes = () => family(pid);
  for (const process of processes()) await pin(process);
  const parts = stack.move();
  return {
    ...{ name, contestant, lab, programs, processes },
    memory: () => memory(pid).resident,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

async function pin(process: number): Promise<void> {
  const args = ["-acp", PROCESSOR, `${process}`];
  await new Deno.Command("taskset", { args, stdout: "null", stderr: "null" }).output();
}
