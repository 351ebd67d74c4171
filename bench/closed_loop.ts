/**
 * Load in a closed loop: a fixed number of requests is under way, and each answer sets off the next
 * one.
 *
 * @module
 */

import { openUdpSocket } from "../ffi/open.ts";
import { Poller } from "../ffi/polling/poller.ts";
import type { BatchedUdpSocket } from "../ffi/udp_socket.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import { pause } from "../tests/pause.ts";

/** What is asked, and which request an answer belongs to. */
export interface Exchange {
  /** The request `slot` of a socket, for the `turn`-th time. May be used again for the next one. */
  request(slot: number, turn: number): Uint8Array;
  /** The slot of an answer and its turn; undefined for anything else. */
  identify(answer: Uint8Array): { readonly slot: number; readonly turn: number } | undefined;
}

/** How much load there is, and for how long. */
interface LoadOptions {
  readonly from: Ipv4Address;
  readonly to: Endpoint;
  /** Sockets, each with its own port. */
  readonly sockets: number;
  /** Requests under way on each socket. */
  readonly outstanding: number;
  /**
   * Whether the kernel may join datagrams of a socket and cut them again. It cannot for those of
   * many hosts, which a server has to do with.
   */
  readonly offload: boolean;
  /** Milliseconds that are not measured, and that are. */
  readonly warmUp: number;
  readonly duration: number;
  readonly exchange: Exchange;
}

/** What came of it. */
interface LoadResult {
  readonly answersPerSecond: number;
  /** Requests that got no answer in time and were repeated, while it was measured. */
  readonly lost: number;
}

/** A request without an answer is repeated after this many milliseconds. */
const TIMEOUT = 200;

/** Runs the load. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const poller = new Poller();
  const stop = new AbortController();
  const sources = Array.from({ length: options.sockets }, () => new Source(options, poller));
  const running = [poller.run(stop.signal), ...sources.map((source) => source.run(stop.signal))];
  const repeat = setInterval(() => sources.forEach((source) => source.repeat()), TIMEOUT / 2);
  await pause(options.warmUp);
  const total = (what: "answers" | "lost") =>
    sources.reduce((sum, source) => sum + source[what], 0);
  const [answers, lost, begun] = [total("answers"), total("lost"), performance.now()];
  await pause(options.duration);
  const seconds = (performance.now() - begun) / 1000;
  const result = {
    answersPerSecond: (total("answers") - answers) / seconds,
    lost: total("lost") - lost,
  };
  clearInterval(repeat);
  stop.abort();
  await Promise.all(running);
  return result;
}

/** One socket with its requests. */
class Source {
  answers = 0;
  lost = 0;
  readonly #to: Endpoint;
  readonly #exchange: Exchange;
  readonly #socket: BatchedUdpSocket;
  readonly #turns: Uint32Array;
  readonly #sentAt: Float64Array;

  constructor({ from, to, outstanding, offload, exchange }: LoadOptions, poller: Poller) {
    this.#to = to;
    this.#exchange = exchange;
    this.#socket = openOn(from, offload, poller);
    this.#turns = new Uint32Array(outstanding);
    this.#sentAt = new Float64Array(outstanding);
  }

  run(signal: AbortSignal): Promise<void> {
    const running = this.#socket.run({
      datagram: (bytes) => this.#answered(bytes),
      end: () => this.#socket.flush(),
    }, signal);
    for (let slot = 0; slot < this.#turns.length; slot++) this.#ask(slot);
    this.#socket.flush();
    return running;
  }

  /** Asks again where no answer came. */
  repeat(): void {
    const now = performance.now();
    this.#sentAt.forEach((at, slot) => {
      if (now - at < TIMEOUT) return;
      this.lost++;
      this.#ask(slot);
    });
    this.#socket.flush();
  }

  #answered(bytes: Uint8Array): void {
    const answer = this.#exchange.identify(bytes);
    if (answer === undefined || this.#turns[answer.slot] !== answer.turn) return;
    this.answers++;
    this.#ask(answer.slot);
  }

  #ask(slot: number): void {
    const turn = ++this.#turns[slot]!;
    this.#sentAt[slot] = performance.now();
    this.#socket.send(this.#to, this.#exchange.request(slot, turn));
  }
}

function openOn(address: Ipv4Address, offload: boolean, watcher: Poller): BatchedUdpSocket {
  const observer = { lost() {}, refused() {} };
  const offloads = { segmenting: offload, joining: offload };
  return openUdpSocket({ address, port: 0, watcher, observer, ...offloads });
}
