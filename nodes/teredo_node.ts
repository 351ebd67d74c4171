/**
 * What client, server and relay have in common once they are started.
 *
 * @module
 */

import type { Counters } from "../io/counters.ts";
import type { Driver } from "../io/driver.ts";
import { runTogether, type Task } from "../io/run_together.ts";

/** What a node is made of. */
export interface NodeParts<Via extends string, Event, Status> {
  readonly driver: Driver<Via, Event, Status>;
  /** What runs beside the driver. */
  readonly tasks: readonly Task[];
  /** What is open, to be closed when all of it has ended. */
  readonly resources: DisposableStack;
  readonly signal: AbortSignal | undefined;
}

/** A role of the protocol at work on this host. It ends when it is closed, or by its signal. */
export abstract class TeredoNode<Via extends string, Event, Status> implements AsyncDisposable {
  /**
   * Settles when the node has ended and all that it had is closed. It rejects with what ended the node
   * against its will, such as an interface that somebody deleted.
   */
  readonly finished: Promise<void>;
  /** What passed through, and what was dropped and why. */
  readonly counters: Counters;
  readonly #driver: Driver<Via, Event, Status>;
  readonly #stop = new AbortController();

  protected constructor(parts: NodeParts<Via, Event, Status>) {
    this.#driver = parts.driver;
    this.counters = parts.driver.counters;
    this.finished = this.#run(parts);
    // Who does not look at it learns of a failure by close().
    this.finished.catch(() => {});
  }

  /** The node's state, a snapshot. */
  status(): Status {
    return this.#driver.status();
  }

  /**
   * Ends the node. May be repeated.
   *
   * @returns {@linkcode finished}
   */
  close(): Promise<void> {
    this.#stop.abort();
    return this.finished;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run({ driver, tasks, resources, signal }: NodeParts<Via, Event, Status>): Promise<void> {
    using _ = resources;
    const end = () => this.#stop.abort();
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
    try {
      // With the next turn of the event loop: whoever starts the node has it in hands by then.
      await new Promise((resolve) => setTimeout(resolve));
      await runTogether(this.#stop.signal, (ending) => driver.run(ending), ...tasks);
    } finally {
      signal?.removeEventListener("abort", end);
    }
  }
}

/** Waits for the end of a node, which comes with `signal` at the latest. */
export async function untilEnd(
  node: Pick<TeredoNode<string, unknown, unknown>, "finished" | "close">,
  signal: AbortSignal,
): Promise<void> {
  const close = () => void node.close();
  signal.addEventListener("abort", close);
  if (signal.aborted) close();
  try {
    await node.finished;
  } finally {
    signal.removeEventListener("abort", close);
  }
}
