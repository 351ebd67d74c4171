/**
 * Noticing changes of the host's network, and reporting them in bunches.
 *
 * @module
 */

import type { NetworkNews } from "../../ffi/link_monitor.ts";
import { type Clock, systemClock } from "../clock.ts";
import { runTogether } from "../run_together.ts";
import type { ChangeSource } from "./network_changes.ts";

/**
 * How long changes are gathered before they are reported, in milliseconds: a network that comes up
 * changes half a dozen things one after another.
 */
const SETTLING = 500;

/** What a monitor reports. */
interface NetworkListener {
  /** Our own interface may have changed, or the way to it. Reported at once. */
  onOwn(): void;
  /** The rest of the network has changed. Reported once for each bunch of changes. */
  onChange(news: NetworkNews): void;
}

/** Watches several sources of news. */
export class NetworkMonitor {
  readonly #sources: readonly ChangeSource[];
  readonly #listener: NetworkListener;
  readonly #clock: Clock;
  /** What has changed and is not reported yet. */
  #news: NetworkNews | undefined;
  #cancel: (() => void) | undefined;

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
      this.#cancel?.();
      this.#cancel = undefined;
    }
  }

  #gather(news: NetworkNews): void {
    if (news.isOwn || news.isRouting || news.isVague) this.#listener.onOwn();
    if (!news.isRouting && !news.isVague && news.interfaces.size === 0) return;
    this.#news = this.#news === undefined ? news : join(this.#news, news);
    this.#cancel ??= this.#clock.after(SETTLING, () => this.#report());
  }

  #report(): void {
    const news = this.#news!;
    this.#cancel = this.#news = undefined;
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
