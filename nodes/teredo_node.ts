/**
 * What client, server and relay have in common: how they are opened, started and ended.
 *
 *     open ──► open, but silent ──start──► running ──┐
 *                     └────────── close ◄────────────┴── close, signal, failure
 *
 * @module
 */

import type { Counters } from "../io/counters.ts";
import { Driver, type DriverOptions } from "../io/driver.ts";
import type { HostLink } from "../io/host/host_link.ts";
import { aborted, runTogether, type Task } from "../io/run_together.ts";
import { originalError } from "../reason.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import { reportFault } from "./fault.ts";
import type { NetworkChanges, NetworkWatch } from "./network_watch.ts";
import type { NodeContext } from "./node_context.ts";
import type { NodeListeners, NodeOptions } from "./node_options.ts";
import { makeReadable } from "./readable.ts";
import { type Rehearsal, rehearse } from "./rehearsal/rehearsal.ts";
import { tapped, tappedSocket } from "./tap.ts";

/** What every node opens. */
export interface OpenNode {
  readonly options: NodeOptions;
  readonly context: NodeContext;
  readonly watch: NetworkWatch;
  /** Closes everything that is open, when the node has ended. */
  readonly resources: DisposableStack;
}

/** The open parts that a node is made of. */
interface NodeParts<Via extends string, Event, Status>
  extends
    OpenNode,
    Pick<DriverOptions<Via, Event, Status>, "machine" | "sockets" | "openSocket" | "bulk"> {
  /** The way to the host, if there is one. */
  readonly link: HostLink | undefined;
}

/**
 * A role of the protocol on this host. It is open from the beginning and runs from its start on,
 * until it is closed, its signal aborts or something fails.
 */
export abstract class TeredoNode<Via extends string, Event, Status> implements AsyncDisposable {
  /**
   * Settles when the node has ended and everything it opened is closed. It rejects with what ended
   * the node against its will, such as an interface that somebody deleted.
   */
  readonly finished: Promise<void>;
  /** Counts packets, and drops by reason. */
  readonly counters: Counters;
  /**
   * Connects the machine with the rest of the world.
   *
   * @ignore
   */
  protected readonly driver: Driver<Via, Event, Status>;
  /** Takes errors that must not end the node. */
  protected readonly onFault: (error: unknown) => void;
  readonly #started = Promise.withResolvers<void>();
  readonly #stop = new AbortController();
  #listeners: NodeListeners<Event> = {};

  protected constructor(parts: NodeParts<Via, Event, Status>) {
    const { machine, sockets, openSocket, link, bulk, options, context } = parts;
    this.counters = context.counters;
    this.onFault = options.onFault ?? reportFault(context.log);
    this.driver = new Driver<Via, Event, Status>({
      machine,
      sockets: tapped(sockets, options.tap),
      openSocket: openSocket && ((via) => tappedSocket(openSocket(via), options.tap)),
      host: link,
      bulk,
      onEvent: (event) => {
        this.#guard(() => this.handleEvent(event));
        this.#guard(() => this.#listeners.onEvent?.(makeReadable(event)));
      },
      onFault: this.onFault,
      counters: context.counters,
    });
    this.finished = this.#live(parts).catch((error) => {
      throw originalError(error);
    });
    // A program that never looks at it is not to end because of it.
    this.finished.catch(() => {});
  }

  /** Sets the node to work. Nothing is sent or received before. */
  start(listeners: NodeListeners<Event> = {}): void {
    this.#listeners = listeners;
    this.#started.resolve();
  }

  /**
   * The node's state, a snapshot. JSON and the console show its addresses as text.
   *
   * @param listed how many peers it lists at most, all by default: a relay may have 65,536, and no
   * packet is handled while they are described
   */
  status(listed?: number): Status {
    return makeReadable(this.driver.status(listed));
  }

  /**
   * Ends the node, and settles when everything it opened is closed. It never rejects: {@linkcode
   * finished} says whether the node failed. May be repeated.
   */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.finished.catch(() => {});
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Acts on an event, before the listener does. */
  protected handleEvent(_event: Event): void {}

  /** Adapts to a change of the network, before the listener is called. */
  protected abstract handleNetworkChange(): void;

  /** Packets may leave this host by another way now. */
  protected handleMove(): void {}

  /** The IPv4 addresses that the way out matters for, besides the rest of the Internet. */
  protected get destinations(): readonly Ipv4Address[] {
    return [];
  }

  /**
   * What this role does besides driving its machine.
   *
   * @ignore
   */
  protected tasks(): readonly Task[] {
    return [];
  }

  /**
   * What the role rehearses when it has started, if anything.
   *
   * @ignore
   */
  protected rehearsal(): Rehearsal<Via, Event, Status> | undefined {
    return undefined;
  }

  async #live(open: OpenNode): Promise<void> {
    using _ = open.resources;
    const { signal } = open.options;
    const stop = () => this.#stop.abort();
    signal?.addEventListener("abort", stop);
    if (signal?.aborted) stop();
    try {
      await Promise.race([this.#started.promise, aborted(this.#stop.signal)]);
      if (!this.#stop.signal.aborted) await this.#work(open);
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  #work({ options, context: { poller, udp }, watch }: OpenNode): Promise<void> {
    const { isAlone = false } = options;
    const changes: NetworkChanges = {
      destinations: () => this.destinations,
      onChange: () => {
        this.#guard(() => this.handleNetworkChange());
        this.#guard(() => this.#listeners.onNetworkChange?.());
      },
      onMove: () => this.#guard(() => this.handleMove()),
      onFaults: () => this.#guard(() => this.#listeners.onInterfaceFaults?.()),
    };
    const tasks: Task[] = [
      (ending) => this.driver.run(ending),
      (ending) => watch.run(changes, ending),
      ...this.tasks(),
    ];
    const rehearsal = isAlone ? this.rehearsal() : undefined;
    if (rehearsal !== undefined) {
      const mode = udp.needsPoller ? "batched" : "deno";
      const rehearsing = { watcher: poller, udp: mode, counters: this.counters } as const;
      tasks.push(async (ending) => {
        const held = await rehearse(rehearsal, rehearsing, ending);
        await aborted(ending);
        // Its use here makes V8 hold it until now.
        held.machine = undefined;
      });
    }
    // Without a descriptor to wait for, there may be no C library to wait with.
    if (watch.needsPoller || udp.needsPoller) {
      tasks.push((ending) => poller.run(ending, { mayHold: isAlone && udp.needsPoller }));
    }
    return runTogether(this.#stop.signal, ...tasks);
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.onFault(error);
    }
  }
}

/**
 * Opens a node with what `open` puts into the stack. If that fails, everything in it is closed
 * again.
 *
 * @throws what `open` threw, or the reason of `signal` when it has aborted
 */
export async function openNode<Node>(
  { signal }: NodeOptions,
  open: (resources: DisposableStack) => Node | Promise<Node>,
): Promise<Node> {
  signal?.throwIfAborted();
  const resources = new DisposableStack();
  try {
    return await open(resources);
  } catch (error) {
    try {
      resources.dispose();
    } catch {
      // What kept the node from opening matters more than what closing adds to it.
    }
    throw originalError(error);
  }
}
