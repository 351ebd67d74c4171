/**
 * Noticing changes of the host's network, and telling of them in bunches.
 *
 * @module
 */

import type { NetworkNews } from "../../ffi/link_monitor.ts";
import { type Clock, systemClock } from "../clock.ts";
import { runTogether } from "../run_together.ts";
import type { ChangeSource } from "./network_changes.ts";

/**
 * How long changes are gathered before they are told, in milliseconds: a network that comes up changes half a dozen
 * things one after the other.
 */
const SETTLING = 500;

/** What a monitor tells. */
interface NetworkListener {
  /** Our own interface may have changed, or the way to it: told at once. */
  onOwn(): void;
  /** The rest of the network has changed: told once for each bunch of changes. */
  onChange(news: NetworkNews): void;
}

/** Watches several sources of news. */
export class NetworkMonitor {
  readonly #sources: readonly ChangeSource[];
  readonly #listener: NetworkListener;
  readonly #clock: Clock;
  /** What has changed, until it is told. */
  #news: NetworkNews | undefined;
  #callOff: (() => void) | undefined;

  constructor(
    sources: readonly ChangeSource[],
    listener: NetworkListener,
    clock: Clock = systemClock,
  ) {
    this.#sources = sources;
    this.#listener = listener;
    this.#clock = clock;
  }

  /** Watches until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const changed = (news: NetworkNews) => this.#gather(news);
    const tasks = this.#sources.map((source) => (end: AbortSignal) => source(changed, end));
    try {
      await runTogether(signal, ...tasks);
    } finally {
      this.#callOff?.();
      this.#callOff = undefined;
    }
  }

  #gather(news: NetworkNews): void {
    if (news.isOwn || news.isRouting || news.isVague) this.#listener.onOwn();
    if (!news.isRouting && !news.isVague && news.interfaces.size === 0) return;
    this.#news = this.#news === undefined ? news : join(this.#news, news);
    this.#callOff ??= this.#clock.after(SETTLING, () => this.#tell());
  }

  #tell(): void {
    const news = this.#news!;
    this.#callOff = this.#news = undefined;
    this.#listener.onChange(news);
  }
}

function join(one: NetworkNews, other: NetworkNews): NetworkNews {
  return {
    isOwn: one.isOwn || other.isOwn,
    isRouting: one.isRouting || other.isRouting,
    isVague: one.isVague || other.isVague,
    interfaces: one.interfaces.union(other.interfaces),
  };
}
