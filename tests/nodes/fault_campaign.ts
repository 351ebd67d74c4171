/**
 * Campaigns of failing system calls against each role: at its start, at work, one call or all.
 *
 * Whatever fails, this must hold:
 *
 * - no exception but those with a message for people, and no end of a role that works
 * - no spinning: what fails is called a bounded number of times in a second
 * - the role works again soon after the fault has ended
 * - nothing is left when the role has ended: no descriptor, no interface
 * - an error that lasts is counted by its name
 *
 * @module
 */
import type { NodeOptions } from "../../nodes/node_options.ts";
import {
  always,
  type CallName,
  callsOf,
  type Fault,
  first,
  injectFaults,
  type Mischief,
} from "../ffi/faults.ts";
import { ipJson } from "../ffi/namespace.ts";
import { randomBytes } from "../../protocol/random.ts";
import { seededRandom } from "../sim/seeded_random.ts";
import { type OpenWorld, type World, WORLDS } from "./fault_worlds.ts";
import { pause } from "../pause.ts";

/**
 * Errors that may go away. `ENOTSOCK` is what looking for the event loop leaves, and no call of a
 * role that works gives it; the stale number is that of whatever failed before.
 */
const PASSING: readonly Mischief[] = [
  ...["EAGAIN", "ENOBUFS", "EPERM", "ENOMEM", "EINTR", "EIO", "ENOTSOCK", "stale"] as const,
  "short",
];

/** Calls with an error that the system names, and the names by which it is counted. */
const COUNTED: Readonly<Partial<Record<CallName, string>>> = {
  read: "read",
  write: "write",
  poll: "poll",
  recvmmsg: "recvmmsg",
  sendmmsg: "sendmmsg",
  recv: "recv",
};

/** How long a fault lasts, and how soon after it a role works again; milliseconds. */
const WHILE = 400;
const RECOVERY = 5_000;

/** A call may fail this often in a second. */
const RATE_MAX = 3_000;

/** What went wrong, and under which fault. */
export interface Finding {
  readonly fault: string;
  readonly problem: string;
}

/** How a role runs. */
export interface Mode {
  readonly world: string;
  readonly isAlone: boolean;
}

/** A role under faults, which is opened again when it has ended. */
class Subject implements AsyncDisposable {
  readonly findings: Finding[] = [];
  readonly #mode: Mode;
  #world: World | undefined;
  #fault = "none";

  constructor(mode: Mode) {
    this.#mode = mode;
  }

  /** Has faults at work while the role is used, and looks at what becomes of it. */
  async suffer(name: string, faults: Parameters<typeof injectFaults>[0], time: number) {
    this.#fault = name;
    const world = this.#world ??= await this.#open();
    const begun = performance.now();
    let rate: number;
    let kinds: ReadonlyMap<string, number>;
    {
      using injected = injectFaults(faults);
      do {
        await world.use(Math.max(50, time));
        await pause(10);
      } while (performance.now() - begun < time);
      rate = failuresOf(injected.kinds) / (Math.max(WHILE, performance.now() - begun) / 1_000);
      kinds = injected.kinds;
    }
    if (rate > RATE_MAX) this.#find(`${Math.round(rate)} calls a second`);
    if (!await this.#recovers(world)) this.#find(`it does not recover within ${RECOVERY} ms`);
    if (time > 0) this.#checkCounted(world, kinds);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#world?.[Symbol.asyncDispose]();
    this.#world = undefined;
  }

  async #open(): Promise<World> {
    const { world: name, isAlone } = this.#mode;
    const onFault = (error: unknown) => this.#find(`it throws ${error}`);
    const world = await WORLDS[name]!({ udp: "batched", isAlone, onFault });
    world.node.finished.catch((error) => {
      this.#find(`it ends: ${error}`);
      this.#world = undefined;
    });
    return world;
  }

  async #recovers(world: World): Promise<boolean> {
    const end = performance.now() + RECOVERY;
    while (performance.now() < end && world === this.#world) {
      if (await world.use(500) && world.interfaceFaults.length === 0) return true;
    }
    return false;
  }

  /** What failed often enough to be believed is among the counters. */
  #checkCounted({ node }: World, kinds: ReadonlyMap<string, number>): void {
    for (const [kind, count] of kinds) {
      const [call, code] = kind.split(" ") as [CallName, string];
      const counted = COUNTED[call];
      const isSilent = counted === undefined || !code.startsWith("E") || code === "EAGAIN" ||
        code === "EINTR";
      if (isSilent || count < 20 || kinds.size > 1) continue;
      if (!node.counters.failures().has(`${counted} ${code}`)) this.#find("nothing is counted");
    }
  }

  #find(problem: string): void {
    this.findings.push({ fault: `${this.#mode.world}: ${this.#fault}`, problem });
  }
}

/** How many calls failed; those that did less than they might have worked. */
function failuresOf(kinds: ReadonlyMap<string, number>): number {
  let count = 0;
  for (const [kind, times] of kinds) if (!kind.endsWith(" short")) count += times;
  return count;
}

/** The calls that a role makes from its opening on. */
async function callsOfWorld(open: OpenWorld, options: NodeOptions): Promise<CallName[]> {
  const called = await callsOf(async () => {
    await using world = await open(options);
    await world.use(RECOVERY);
  });
  return [...called].sort();
}

/**
 * Each call of a role at work fails by each error: once, three times, and for a while.
 *
 * @param isShort only once
 */
export async function failEachCall(mode: Mode, isShort: boolean): Promise<Finding[]> {
  const open = WORLDS[mode.world]!;
  const calls = await callsOfWorld(open, { udp: "batched", isAlone: mode.isAlone });
  return await leavingNothing(mode, async (subject) => {
    for (const call of calls) {
      for (const mischief of PASSING) {
        const name = `${call} ${mischief}`;
        await subject.suffer(`${name} once`, { [call]: first(1, mischief) }, 0);
        if (isShort) continue;
        await subject.suffer(`${name} three times`, { [call]: first(3, mischief) }, 0);
        await subject.suffer(`${name} for a while`, both(call, always(mischief)), WHILE);
      }
    }
  });
}

/** Waiting on a thread and without one is the same call. */
function both(call: CallName, fault: Fault): Parameters<typeof injectFaults>[0] {
  const isPoll = call === "poll" || call === "pollOnThread";
  return isPoll ? { poll: fault, pollOnThread: fault } : { [call]: fault };
}

/** One call of a role at work fails for a while. */
export async function failCall(
  mode: Mode,
  call: CallName,
  mischief: Mischief,
): Promise<Finding[]> {
  const faults = both(call, always(mischief));
  return await leavingNothing(mode, (subject) => {
    return subject.suffer(`${call} ${mischief} for a while`, faults, WHILE);
  });
}

/** All calls of a role at work fail now and then, as the seed says, for so many milliseconds. */
export async function failAtRandom(mode: Mode, seed: number, time: number): Promise<Finding[]> {
  const open = WORLDS[mode.world]!;
  const calls = await callsOfWorld(open, { udp: "batched", isAlone: mode.isAlone });
  const below = numbersFrom(`faults ${seed}`);
  const percent = [1, 10, 30, 60][below(4)]!;
  const fault: Fault = () => below(100) < percent ? PASSING[below(PASSING.length)] : undefined;
  const faults = Object.fromEntries(calls.map((call) => [call, fault]));
  return await leavingNothing(mode, (subject) => {
    return subject.suffer(`seed ${seed}, ${percent} % of all calls`, faults, time);
  });
}

/** Random whole numbers below a limit. */
function numbersFrom(seed: string): (limit: number) => number {
  const random = seededRandom(seed);
  return (limit) => {
    const [high, low] = randomBytes(random, 2);
    return (high! << 8 | low!) % limit;
  };
}

/**
 * Each call of a role's start fails, once or from its first, second, … time on. The role starts all
 * the same, or says what it could not do.
 */
export async function failStarts(mode: Mode, codes: readonly Mischief[]): Promise<Finding[]> {
  const open = WORLDS[mode.world]!;
  const options = { udp: "batched", isAlone: mode.isAlone } as const;
  const calls = await callsOfWorld(open, options);
  const findings: Finding[] = [];
  for (const call of calls) {
    for (const code of codes) {
      for (const [times, from] of [[1, 0], [1, 1], [Infinity, 0], [Infinity, 2]] as const) {
        const fault = `${mode.world} at its start: ${call} ${code}, ${times} times from ${from}`;
        const find = (problem: string) => findings.push({ fault, problem });
        const before = leftovers();
        const failure = await startFailure(open, options, {
          [call]: (count: number) => count >= from && count < from + times ? code : undefined,
        });
        if (failure !== undefined && !isForPeople(failure)) find(`it ends with ${failure}`);
        if (failure !== undefined && times === 1) find(`it does not start: ${failure}`);
        const after = await leftoversUnlike(before);
        if (after !== undefined) find(`before: ${before}, after: ${after}`);
      }
    }
  }
  return findings;
}

/** Why a role does not start, or ends soon after; undefined if it works. */
async function startFailure(
  open: OpenWorld,
  options: NodeOptions,
  faults: Parameters<typeof injectFaults>[0],
): Promise<unknown> {
  using _ = injectFaults(faults);
  let failure: unknown;
  try {
    await using world = await open({ ...options, onFault: (error) => failure = error });
    world.node.finished.catch((error) => failure = error);
    await world.use(100);
  } catch (error) {
    failure = error;
  }
  return failure;
}

/** Whether an error is meant to be read: those of the language show a bug. */
function isForPeople(error: unknown): boolean {
  return error instanceof Error && error.message.length > 10 &&
    !/^(TypeError|ReferenceError|RangeError|SuppressedError)/.test(error.name);
}

async function leavingNothing(
  mode: Mode,
  body: (subject: Subject) => Promise<void>,
): Promise<Finding[]> {
  const before = leftovers();
  const findings: Finding[] = [];
  {
    await using subject = new Subject(mode);
    await body(subject);
    findings.push(...subject.findings);
  }
  const after = await leftoversUnlike(before);
  if (after !== undefined) {
    findings.push({ fault: `${mode.world}: all`, problem: `before: ${before}, after: ${after}` });
  }
  return findings;
}

/** What is left of a role, unless that is gone within a second: the runtime closes files later. */
async function leftoversUnlike(before: string): Promise<string | undefined> {
  for (let i = 0; i < 50; i++) {
    if (leftovers() === before) return undefined;
    await pause(20);
  }
  return leftovers();
}

/** What a role might leave behind. */
function leftovers(): string {
  const interfaces = ipJson("link").map(({ ifname }) => ifname).join();
  return `${[...Deno.readDirSync("/proc/self/fd")].length} descriptors, interfaces ${interfaces}`;
}
