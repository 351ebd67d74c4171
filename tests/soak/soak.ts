/**
 * The soak: everything at once, for as long as wanted.
 *
 * @module
 */

import { LAB } from "../capabilities.ts";
import { prefetch } from "../netns/deno_run.ts";
import { serveEcho } from "../netns/echo_host.ts";
import type { LabProcess } from "../netns/lab_process.ts";
import { executablePath, prepareTeredo } from "../netns/teredo.ts";
import { churn, type ChurnContext, lastLives, PROGRAMS, rest } from "./churn.ts";
import { endAll, Traces } from "./leftovers.ts";
import { Pairs } from "./pairs.ts";
import { Sampler } from "./sampler.ts";
import type { Delay, Fault, SoakOptions, SoakRecord } from "./soak_record.ts";
import { processorPressure } from "./vitals.ts";
import { createWorld, hookRuns, type World } from "./world.ts";

/** What a lab for a soak needs. */
export const SOAK_NEEDS = [...LAB, "root", "nft", "ping", "curl", "bash"] as const;

/** How many faults, and how many delays, are kept. */
const MAX_FAULTS = 200;

/** Runs a soak. `onProgress` is called with a line about each sample. */
export async function soak(
  options: SoakOptions,
  onProgress: (line: string) => void = () => {},
): Promise<SoakRecord> {
  await prepareTeredo();
  for (const program of PROGRAMS) await prefetch(program);
  let traces: Traces | undefined;
  await using world = await createWorld(async (_lab, machines) => {
    traces = new Traces(machines);
    await traces.note();
  });
  const run = new Run(world, options, onProgress);
  await run.churnAndWatch();
  await run.finish(traces!);
  return run.record();
}

class Run {
  readonly #world: World;
  readonly #options: SoakOptions;
  readonly #onProgress: (line: string) => void;
  readonly #begun = performance.now();
  readonly #started = new Date();
  readonly #faults: Fault[] = [];
  readonly #delays: Delay[] = [];
  readonly #counts: Record<string, number> = {};
  readonly #pairs: Pairs;
  readonly #sampler: Sampler;
  /** What answers flows. */
  readonly #services: LabProcess[] = [];
  readonly #churning = new AbortController();
  readonly #context: ChurnContext;

  constructor(world: World, options: SoakOptions, onProgress: (line: string) => void) {
    this.#world = world;
    this.#options = options;
    this.#onProgress = onProgress;
    const now = () => this.#now();
    const fault = (what: string) => this.#fault(what);
    const delay = (what: string) => this.#delay(what);
    this.#pairs = new Pairs(world, delay);
    this.#sampler = new Sampler(world, this.#pairs, now, fault, delay);
    this.#context = {
      ...{ world, fault, delay, crowd: options.crowd },
      signal: this.#churning.signal,
      addressOf: (client) => this.#sampler.addresses.get(client),
      count: (what, by = 1) => this.#counts[what] = (this.#counts[what] ?? 0) + by,
    };
  }

  /** Until the time is over; then what is under way comes to its end. */
  async churnAndWatch(): Promise<void> {
    const { native, sites } = this.#world.lab;
    for (const machine of [native, sites.A.client, sites.D.client]) {
      this.#services.push(await serveEcho(machine));
    }
    await this.#sampler.look();
    const churning = churn(this.#context);
    const end = this.#now() + this.#options.duration;
    while (this.#now() < end) await this.#lookAndRest(this.#options.interval);
    this.#churning.abort();
    await churning;
  }

  /** Lets everything rest, and looks whether every pair still meets and nothing is left at the end. */
  async finish(traces: Traces): Promise<void> {
    await lastLives(this.#context);
    const end = this.#now() + this.#options.rest;
    do await this.#lookAndRest(this.#options.interval); while (this.#now() < end);
    for (const pair of await this.#pairs.stuck(this.#sampler.addresses)) {
      this.#fault(`stuck: ${pair}`);
    }
    for (const zombie of this.#sampler.zombies()) this.#fault(zombie);
    if (this.#hookRuns() === 0) this.#fault("no hook ran");
    for (const wrong of await endAll(this.#world)) this.#fault(wrong);
    for (const service of this.#services) await service.end("SIGKILL");
    for (const difference of await traces.differences()) this.#fault(difference);
  }

  record(): SoakRecord {
    return {
      options: this.#options,
      started: this.#started.toISOString(),
      program: executablePath() === undefined ? "the sources" : "the executable",
      machine: `${navigator.hardwareConcurrency} processors`,
      samples: this.#sampler.samples,
      silences: this.#pairs.silences,
      counts: this.#counts,
      faults: this.#faults,
      delays: this.#delays,
    };
  }

  async #lookAndRest(interval: number): Promise<void> {
    const next = this.#now() + interval;
    await this.#sampler.look();
    const sample = this.#sampler.samples.at(-1)!;
    const memory = Object.entries(sample.roles).map(([name, { resident, descriptors }]) =>
      `${name} ${resident.toFixed(0)} MB ${descriptors} fd`
    );
    this.#onProgress(
      `${sample.at.toFixed(0)} s: ${memory.join(", ")}; ` +
        `${sample.roundTrips.length} of ${sample.requests} pings, ${this.#faults.length} faults`,
    );
    await rest(Math.max(0, next - this.#now()));
  }

  #hookRuns(): number {
    const runs = Object.values(this.#world.hooks).reduce(
      (sum, hook) => sum + hookRuns(hook).all,
      0,
    );
    this.#counts["hook runs"] = runs;
    return runs;
  }

  #now(): number {
    return (performance.now() - this.#begun) / 1000;
  }

  #delay(what: string): void {
    const pressure = processorPressure();
    this.#onProgress(`DELAY: ${what} (pressure ${pressure})`);
    if (this.#delays.length < MAX_FAULTS) {
      this.#delays.push({ at: this.#now(), what, pressure });
    }
  }

  #fault(what: string): void {
    this.#onProgress(`FAULT: ${what}`);
    if (this.#faults.length < MAX_FAULTS) this.#faults.push({ at: this.#now(), what });
  }
}
