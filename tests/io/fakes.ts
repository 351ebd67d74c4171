/**
 * Stand-ins for what a driver connects: a clock that tests set, sockets and a host that keep what
 * they are handed, and a machine that does what the test says.
 *
 * @module
 */

import type { Drain, WaitHandle, Watcher } from "../../ffi/waiting.ts";
import type { Clock } from "../../io/clock.ts";
import type { HostLink, PacketReceiver } from "../../io/host/host_link.ts";
import { aborted } from "../../io/run_together.ts";
import type { DatagramReceiver, UdpSocket } from "../../ffi/udp_socket.ts";
import type { FastPath, Machine, Sink } from "../../protocol/machine.ts";
import { type Endpoint, parseEndpoint } from "../../wire/endpoint.ts";

/** An endpoint by its text. */
export function at(text: string): Endpoint {
  return parseEndpoint(text)!;
}

/** A clock that stands still until the test moves it. */
export class FakeClock implements Clock {
  time = 1000;
  /** How many timers were ever set. */
  timersSet = 0;
  readonly #timers = new Map<number, { due: number; callback: () => void }>();

  now(): number {
    return this.time;
  }

  after(delay: number, callback: () => void): () => void {
    const id = ++this.timersSet;
    this.#timers.set(id, { due: this.time + delay, callback });
    return () => void this.#timers.delete(id);
  }

  /** When the timers that are set go off. */
  get due(): number[] {
    return [...this.#timers.values()].map(({ due }) => due);
  }

  /** Moves to `time`, and lets timers go off that are due until then. */
  moveTo(time: number): void {
    for (const [id, { due, callback }] of [...this.#timers]) {
      if (due > time) continue;
      this.time = Math.max(this.time, due);
      this.#timers.delete(id);
      callback();
    }
    this.time = time;
  }
}

/** Waits for nothing: the test calls the drains. */
export class FakeWatcher implements Watcher {
  /** The drains of what is watched now. */
  readonly drains = new Map<WaitHandle, Drain>();

  async watch(handle: WaitHandle, drain: Drain, signal: AbortSignal): Promise<void> {
    this.drains.set(handle, drain);
    await aborted(signal);
    this.drains.delete(handle);
  }
}

/** A socket that keeps what is sent, one datagram at a time. */
export class FakeSocket implements UdpSocket {
  readonly local = at("192.0.2.1:3544");
  /** What happened, in order: `"send ENDPOINT OCTETS"` and `"flush"`. */
  readonly calls: string[] = [];
  /** Ends {@linkcode run} by this error. */
  readonly failure = Promise.withResolvers<never>();
  #receiver: DatagramReceiver | undefined;

  constructor() {
    this.failure.promise.catch(() => {});
  }

  send(to: Endpoint, bytes: Uint8Array): void {
    this.calls.push(`send ${to} ${bytes.join()}`);
  }

  flush(): void {
    this.calls.push("flush");
  }

  run(receiver: DatagramReceiver, signal: AbortSignal): Promise<void> {
    this.#receiver = receiver;
    return Promise.race([aborted(signal), this.failure.promise]);
  }

  close(): void {}

  /** Lets datagrams arrive in one pass. */
  arrive(from: Endpoint, ...datagrams: number[][]): void {
    for (const octets of datagrams) this.#receiver!.datagram(Uint8Array.from(octets), from);
    this.#receiver!.end();
  }
}

/** The same, and takes runs of datagrams as they are. */
export class FakeRunSocket extends FakeSocket {
  sendRun(to: Endpoint, run: Uint8Array, length: number): void {
    this.calls.push(`send ${to} ${run.join()} by ${length}`);
  }
}

/** Takes what a host sends one packet at a time, however it comes. */
export function oneByOne(packet: (ipv6: Uint8Array) => void, end = () => {}): PacketReceiver {
  const packets = (run: Uint8Array, length: number) => {
    for (let at = 0; at < run.length; at += length) {
      packet(run.subarray(at, Math.min(at + length, run.length)));
    }
  };
  return { packet, packets, end };
}

/** A host that keeps what it is handed. */
export class FakeHost implements HostLink {
  readonly packets: string[] = [];
  flushes = 0;
  takes = true;
  #receiver: PacketReceiver | undefined;

  write(ipv6: Uint8Array): boolean {
    if (this.takes) this.packets.push(ipv6.join());
    return this.takes;
  }

  flush(): void {
    this.flushes++;
  }

  run(receiver: PacketReceiver, signal: AbortSignal): Promise<void> {
    this.#receiver = receiver;
    return aborted(signal);
  }

  /** Lets the host send packets of one flow in one pass. */
  sendRun(run: number[], length: number): void {
    this.#receiver!.packets(Uint8Array.from(run), length);
    this.#receiver!.end();
  }

  /** Lets the host send packets in one pass. */
  send(...packets: number[][]): void {
    for (const octets of packets) this.#receiver!.packet(Uint8Array.from(octets));
    this.#receiver!.end();
  }
}

/** The sockets of {@linkcode FakeMachine}. */
export type FakeVia = "service" | "other";

type FakeSink = Sink<FakeVia, string>;

/** A machine that reports each call as an event, and does what its octets say. */
export class FakeMachine implements Machine<FakeVia, string, string>, FastPath {
  /** What {@linkcode nextTimer} answers. */
  due = Infinity;
  /** Destinations of the fast path, by the first octet of the packet. */
  readonly routes = new Map<number, Endpoint>();
  /** Datagrams that the fast path admits, by their first octet. */
  readonly admitted = new Set<number>();
  /** Answers every call; may throw. */
  behave: (sink: FakeSink) => void = () => {};

  handleDatagram(bytes: Uint8Array, from: Endpoint, via: FakeVia, now: number, sink: FakeSink) {
    sink.event(`datagram ${bytes.join()} ${from} ${via} ${now}`);
    this.behave(sink);
  }

  handlePacket(ipv6: Uint8Array, now: number, sink: FakeSink): void {
    sink.event(`packet ${ipv6.join()} ${now}`);
    this.behave(sink);
  }

  handleTimer(now: number, sink: FakeSink): void {
    sink.event(`timer ${now}`);
    this.due = Infinity;
    this.behave(sink);
  }

  nextTimer(): number {
    return this.due;
  }

  status(now: number): string {
    return `status ${now}`;
  }

  /** What {@linkcode route} was told of the octets that go along it. */
  routed: number | undefined;

  route(ipv6: Uint8Array, _now: number, total?: number): Endpoint | undefined {
    this.routed = total;
    return this.routes.get(ipv6[0]!);
  }

  admit(datagram: Uint8Array): boolean {
    return this.admitted.has(datagram[0]!);
  }
}
