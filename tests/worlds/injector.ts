/**
 * Making faults happen.
 *
 * @module
 */

import { GOOD_LINK, type Link, type LinkQuality } from "../sim/link.ts";
import type { Fault } from "./fault.ts";
import type { Stage } from "./stage.ts";

/** How long a port mapper takes to notice that its router has another address, in milliseconds. */
const MAPPING_RENEWED_AFTER = 5_000;

/** Schedules the faults of a plan. */
export class Injector {
  readonly #stage: Stage;
  /** What each ailing link is like when it is well, and what it suffers from. */
  readonly #ailing = new Map<Link, { well: LinkQuality; ailments: Partial<LinkQuality>[] }>();
  /** How many outages each node suffers at the same time. */
  readonly #outages = new Map<string, number>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** All faults begin and end as planned, counted from now. */
  schedule(): void {
    const { world: { clock }, plan } = this.#stage;
    for (const fault of plan.faults) {
      clock.after(fault.from * 1000, () => this.#begin(fault));
      if ("to" in fault) clock.after(fault.to * 1000, () => this.#end(fault));
    }
  }

  #begin(fault: Fault): void {
    const stage = this.#stage;
    switch (fault.kind) {
      case "link":
        return this.#ail(this.#link(fault.link), fault.quality);
      case "outage":
        return this.#cutPower(fault.node);
      case "suspend":
        return stage.clients.get(fault.node)!.sleep();
      case "no names":
        return this.#setNames(false);
      case "reboot":
        return stage.nats.get(fault.nat)!.nat.reboot();
      case "renumber":
        return this.#renumber(fault.nat);
      case "restart":
        stage.clients.get(fault.node)!.restart();
        return stage.mapPort(stage.plan.clients.find(({ name }) => name === fault.node)!);
      case "leap":
        return stage.machine(fault.node).runner.leap(fault.by * 1000);
      case "move":
        return stage.hasMoved(fault.server) ? undefined : stage.move(fault.server);
    }
  }

  #end(fault: Fault & { readonly to: number }): void {
    switch (fault.kind) {
      case "link":
        return this.#heal(this.#link(fault.link), fault.quality);
      case "outage":
        return this.#restorePower(fault.node);
      case "suspend": {
        const asleep = fault.clockGoesOn ? 0 : (fault.to - fault.from) * 1000;
        return this.#stage.clients.get(fault.node)!.wakeUp(asleep);
      }
      case "no names":
        return this.#setNames(true);
    }
  }

  #link(name: string): Link {
    return this.#stage.world.links.get(name)!;
  }

  #ail(link: Link, ailment: Partial<LinkQuality>): void {
    const state = this.#ailing.get(link) ?? { well: link.quality, ailments: [] };
    this.#ailing.set(link, state);
    state.ailments.push(ailment);
    link.quality = { ...state.well, ...Object.assign({}, ...state.ailments) };
  }

  #heal(link: Link, ailment: Partial<LinkQuality>): void {
    const state = this.#ailing.get(link)!;
    state.ailments.splice(state.ailments.indexOf(ailment), 1);
    link.quality = { ...GOOD_LINK, ...state.well, ...Object.assign({}, ...state.ailments) };
  }

  #cutPower(name: string): void {
    this.#outages.set(name, (this.#outages.get(name) ?? 0) + 1);
    const node = this.#stage.machine(name);
    if ("die" in node) node.die();
  }

  #restorePower(name: string): void {
    const left = this.#outages.get(name)! - 1;
    this.#outages.set(name, left);
    const node = this.#stage.machine(name);
    if (left === 0 && "die" in node && !this.#stage.hasMoved(name)) node.returnToLife();
  }

  #setNames(answers: boolean): void {
    for (const names of this.#stage.names.values()) names.answers = answers;
  }

  #renumber(name: string): void {
    const { world, nats } = this.#stage;
    world.renumber(nats.get(name)!);
    for (const client of this.#stage.behind(name)) {
      world.clock.after(MAPPING_RENEWED_AFTER, () => this.#stage.mapPort(client));
    }
  }
}
