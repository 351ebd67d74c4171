/**
 * Looking at all roles, and at the way between all pairs.
 *
 * @module
 */

import type { StatusReport } from "../../cli/daemon/status/status_report.ts";
import type { Pairs } from "./pairs.ts";
import type { RoleSample, Sample } from "./soak_record.ts";
import { vitalsOf, zombiesOf } from "./vitals.ts";
import type { WatchedRole } from "./watched_role.ts";
import type { World } from "./world.ts";

/** Looks again and again. */
export class Sampler {
  readonly samples: Sample[] = [];
  /** The Teredo address of each client that has one now. */
  readonly addresses = new Map<string, string>();
  readonly #world: World;
  readonly #pairs: Pairs;
  readonly #now: () => number;
  readonly #fault: (what: string) => void;
  readonly #delay: (what: string) => void;

  /** @param now seconds since the beginning */
  constructor(
    world: World,
    pairs: Pairs,
    now: () => number,
    fault: (what: string) => void,
    delay: (what: string) => void,
  ) {
    this.#world = world;
    this.#pairs = pairs;
    this.#now = now;
    this.#fault = fault;
    this.#delay = delay;
  }

  /** Asks every role for its status and metrics, looks at its process, and pings between all pairs. */
  async look(): Promise<void> {
    const at = this.#now();
    const roles: Record<string, RoleSample> = {};
    await Promise.all(this.#world.watched.map(async (role) => {
      const vitals = vitalsOf(role.process.pid);
      if (vitals === undefined) return this.#fault(`${role.name} has ended: ${role.process.log}`);
      const [report, metrics] = await Promise.all([role.status(), role.metrics()]);
      if (!metrics.includes("teredo_info")) this.#delay(`${role.name} gives no metrics`);
      if (report === undefined) return this.#delay(`${role.name} gives no status`);
      this.#noteAddress(role, report);
      roles[role.name] = { ...vitals, entries: entriesOf(report) };
    }));
    const pings = await this.#pairs.round(this.addresses, this.#now);
    this.samples.push({ at, roles, ...pings });
  }

  /** Children of the roles that ended and were never waited for. */
  zombies(): string[] {
    return this.#world.watched.flatMap((role) =>
      zombiesOf(role.process.pid).map((pid) => `${role.name} has a zombie: ${pid}`)
    );
  }

  #noteAddress({ name }: WatchedRole, { address }: StatusReport): void {
    if (address === null) this.addresses.delete(name);
    else this.addresses.set(name, address);
  }
}

function entriesOf({ peerCount, gateway }: StatusReport): number {
  const peers = Object.values(peerCount).reduce((sum, count) => sum + count, 0);
  return peers + (gateway?.accounts.length ?? 0);
}
