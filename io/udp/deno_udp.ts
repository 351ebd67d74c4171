/**
 * UDP over `Deno.listenDatagram`: the transport of every operating system.
 *
 * @module
 */

import type { ErrnoName } from "../../ffi/c/errno.ts";
import { addressOf, type Endpoint, endpoint, MAX_DATAGRAM, portOf } from "../../wire/endpoint.ts";
import { formatIpv4, type Ipv4Address, ipv4Address, parseIpv4 } from "../../wire/ipv4_address.ts";
import { after } from "../../timers.ts";
import type { Counters } from "../counters.ts";
import { BoundedCache } from "../bounded_cache.ts";
import { SendQueue } from "./send_queue.ts";
import type { DatagramReceiver, UdpSocket } from "../../ffi/udp_socket.ts";

/** The first pause after receiving failed, and the longest, in milliseconds. */
const SHORTEST_PAUSE = 1;
const LONGEST_PAUSE = 1000;

/** Learns what becomes of datagrams. */
export interface DenoUdpObserver {
  /** The system took one. */
  sent(): void;
  /** The system refused one. */
  lost(code: ErrnoName): void;
  /** Receiving failed. */
  unreceived(code: ErrnoName): void;
}

/** How to open a socket. */
interface DenoUdpOptions {
  /** The address to bind; 0.0.0.0 for any. */
  readonly address: Ipv4Address;
  /** The port to bind; 0 for one that the system picks. */
  readonly port: number;
  /** Counts losses. */
  readonly counters: Counters;
  /** Learns what becomes of datagrams. */
  readonly observer?: DenoUdpObserver | undefined;
  /** Called with the bound address: sets the options of the socket that Deno cannot set. */
  readonly prepare?: ((address: string, port: number) => void) | undefined;
}

/**
 * Opens a socket.
 *
 * @throws {Deno.errors.AddrInUse} another program has the port
 * @throws {Deno.errors.AddrNotAvailable} this host does not have the address
 */
export function openDenoUdp(options: DenoUdpOptions): UdpSocket {
  const listener = Deno.listenDatagram({
    transport: "udp",
    hostname: formatIpv4(options.address),
    port: options.port,
  });
  const { hostname, port } = listener.addr as Deno.NetAddr;
  try {
    options.prepare?.(hostname, port);
  } catch (error) {
    listener.close();
    throw error;
  }
  const local = endpoint(options.address, port);
  return new DenoUdpSocket(listener, local, options.counters, options.observer);
}

/** Wraps a socket that Deno has opened at `local`. Closing the result closes it. */
export function fromListener(
  listener: Deno.DatagramConn,
  local: Endpoint,
  counters: Counters,
): UdpSocket {
  return new DenoUdpSocket(listener, local, counters, undefined);
}

class DenoUdpSocket implements UdpSocket {
  readonly local: Endpoint;
  readonly #listener: Deno.DatagramConn;
  readonly #counters: Counters;
  readonly #observer: DenoUdpObserver | undefined;
  readonly #addresses = new BoundedCache(parseAddress);
  readonly #destinations = new BoundedCache(toNetAddr);
  readonly #queue = new SendQueue((to, bytes) => this.#send(to, bytes));
  #isClosed = false;

  constructor(
    listener: Deno.DatagramConn,
    local: Endpoint,
    counters: Counters,
    observer: DenoUdpObserver | undefined,
  ) {
    this.#listener = listener;
    this.local = local;
    this.#counters = counters;
    this.#observer = observer;
  }

  send(to: Endpoint, bytes: Uint8Array): void {
    if (!this.#queue.add(to, bytes)) this.#counters.drop("send_backlog");
  }

  /** Every datagram is sent as soon as those before it are. */
  flush(): void {}

  async run(receiver: DatagramReceiver, signal: AbortSignal): Promise<void> {
    const close = () => this.close();
    signal.addEventListener("abort", close);
    try {
      if (signal.aborted) close();
      else await this.#receive(receiver);
    } finally {
      signal.removeEventListener("abort", close);
      close();
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#queue.clear();
    this.#listener.close();
  }

  async #receive(receiver: DatagramReceiver): Promise<void> {
    const buffer = new Uint8Array(MAX_DATAGRAM);
    let pause = SHORTEST_PAUSE;
    while (!this.#isClosed) {
      const received = await this.#listener.receive(buffer).catch(toError);
      if (this.#isClosed) return;
      if (!(received instanceof Error)) {
        const [bytes, from] = received;
        const { hostname, port } = from as Deno.NetAddr;
        receiver.datagram(bytes, endpoint(this.#addresses.get(hostname), port));
        receiver.end();
        pause = SHORTEST_PAUSE;
        continue;
      }
      this.#counters.drop("receive_failed");
      // Windows reports an ICMP error for an earlier datagram so. It is over with that, and others,
      // or datagrams, may wait behind it.
      if (received instanceof Deno.errors.ConnectionReset) continue;
      const code = codeOf(received);
      if (code !== undefined) this.#observer?.unreceived(code);
      // An error that persists must not keep the processor busy.
      await new Promise<void>((resolve) => after(pause, resolve));
      pause = Math.min(2 * pause, LONGEST_PAUSE);
    }
  }

  async #send(to: Endpoint, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      await this.#listener.send(bytes, this.#destinations.get(to));
      this.#observer?.sent();
    } catch (error) {
      if (!this.#isClosed) this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#counters.drop("send_failed");
    const code = codeOf(error);
    if (code !== undefined) this.#observer?.lost(code);
  }
}

/** The name of a system error, which Deno adds to its own errors. */
function codeOf(error: unknown): ErrnoName | undefined {
  return error instanceof Error && "code" in error ? error.code as ErrnoName : undefined;
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function parseAddress(hostname: string): Ipv4Address {
  // A socket that is bound to an IPv4 address receives from IPv4 only. Every role refuses 0.0.0.0.
  return parseIpv4(hostname) ?? ipv4Address(0);
}

function toNetAddr(to: Endpoint): Deno.NetAddr {
  return { transport: "udp", hostname: formatIpv4(addressOf(to)), port: portOf(to) };
}
