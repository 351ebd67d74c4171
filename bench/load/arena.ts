/**
 * A contestant at work in its own lab.
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
  /** Its memory in MB: what is its own, without files. */
  memory(): number;
}

/** Starts a contestant. */
export async function openArena(name: ContestantName, programs: Programs): Promise<Arena> {
  await using stack = new AsyncDisposableStack();
  const contestant: Contestant = CONTESTANTS[name];
  const lab = stack.use(await createLoadLab(programs.plain));
  const started = await contestant.start(lab.relay, programs);
  const processes = () => started === undefined ? [] : family(started.pid);
  const parts = stack.move();
  return {
    ...{ name, contestant, lab, programs, processes },
    memory: () => started === undefined ? NaN : memory(started.pid).anonymous,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
