/**
 * The sockets of a driver: those that are open from the start, and those that the machine opens
 * while it runs.
 *
 * @module
 */

import type { DatagramReceiver, UdpSocket } from "../ffi/udp_socket.ts";
import { aborted, runTogether, type Task } from "./run_together.ts";

/** A socket that the machine opened, while it receives. */
interface Running {
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/** What the sockets need from the driver. */
interface OpenSocketsOptions<Via extends string> {
  /** Those that are open from the start. */
  readonly sockets: Readonly<Partial<Record<Via, UdpSocket>>>;
  /** Opens one more; without it, there are no more. */
  readonly open: ((via: Via) => UdpSocket) | undefined;
  /** What takes the datagrams of a socket. */
  readonly receiver: (via: Via) => DatagramReceiver;
  /** Called when one that the machine opened cannot be opened, or fails. */
  readonly onFailure: () => void;
}

/** Sockets by the machine's names for them. */
export class OpenSockets<Via extends string> {
  readonly #options: OpenSocketsOptions<Via>;
  readonly #sockets: Partial<Record<Via, UdpSocket>>;
  readonly #running = new Map<Via, Running>();
  #isRunning = false;

  constructor(options: OpenSocketsOptions<Via>) {
    this.#options = options;
    this.#sockets = { ...options.sockets };
  }

  /** A socket, if it is open. */
  get(via: Via): UdpSocket | undefined {
    return this.#sockets[via];
  }

  /** Sends what waits to be sent. */
  flush(): void {
    for (const via in this.#sockets) this.#sockets[via]?.flush();
  }

  /** Opens a socket on a free port, while the sockets run; `undefined` if it cannot be opened. */
  open(via: Via): UdpSocket | undefined {
    if (this.#options.open === undefined || !this.#isRunning) return undefined;
    let socket: UdpSocket | undefined;
    try {
      socket = this.#options.open(via);
      this.#run(via, socket);
      this.#sockets[via] = socket;
      return socket;
    } catch {
      socket?.close();
      this.#options.onFailure();
      return undefined;
    }
  }

  #run(via: Via, socket: UdpSocket): void {
    const stop = new AbortController();
    const done = socket.run(this.#options.receiver(via), stop.signal).catch(() => {
      this.#options.onFailure();
      // It is closed: what is sent from it is to count as lost. Another one may have its name.
      if (this.#sockets[via] === socket) this.close(via);
    });
    this.#running.set(via, { stop, done });
  }

  /** Closes a socket that {@linkcode open} opened. */
  close(via: Via): void {
    const running = this.#running.get(via);
    if (running === undefined) return;
    this.#running.delete(via);
    delete this.#sockets[via];
    running.stop.abort();
  }

  /** Receives until `signal` aborts; all sockets are closed then. */
  async run(signal: AbortSignal): Promise<void> {
    const entries = Object.entries<UdpSocket | undefined>(this.#options.sockets);
    const tasks = entries.flatMap(([via, socket]): Task[] =>
      socket === undefined
        ? []
        : [(signal) => socket.run(this.#options.receiver(via as Via), signal)]
    );
    this.#isRunning = true;
    try {
      await runTogether(signal, ...tasks, aborted);
    } finally {
      this.#isRunning = false;
      const running = [...this.#running];
      for (const [via] of running) this.close(via);
      await Promise.allSettled(running.map(([, { done }]) => done));
    }
  }
}
