/**
 * A machine of the tests on a real socket, behind a NAT that is there in one respect: the socket
 * takes datagrams only from where the machine has sent some, as a port-restricted NAT does.
 *
 * @module
 */

import type { Machine } from "../../protocol/machine.ts";
import { addressOf, type Endpoint, endpoint, portOf } from "../../wire/endpoint.ts";
import { formatIpv4, parseIpv4 } from "../../wire/ipv4_address.ts";

/** The machine, its socket and its timer. */
export class MachineOnSocket<Event extends { readonly type: string }> implements AsyncDisposable {
  /** What the machine reported. */
  readonly events: Event[] = [];
  /** The packets that it gave its host. */
  readonly packets: Uint8Array[] = [];
  readonly #machine: Machine<"service", Event, unknown>;
  readonly #socket: Deno.DatagramConn;
  readonly #contacted = new Set<Endpoint>();
  readonly #receiving: Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #changed = Promise.withResolvers<void>();

  constructor(hostname: string, machine: Machine<"service", Event, unknown>) {
    this.#machine = machine;
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
    this.#receiving = this.#receive();
    this.#act(() => {});
  }

  /** Hands the machine a packet of its host. */
  send(ipv6: Uint8Array): void {
    this.#act(() => this.#machine.handlePacket(ipv6, performance.now(), this.#sink));
  }

  /** Waits until something is so; it is looked at after whatever the machine does. */
  async until<T>(what: () => T | undefined): Promise<T> {
    for (;;) {
      const found = what();
      if (found !== undefined) return found;
      await this.#changed.promise;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    this.#socket.close();
    await this.#receiving;
  }

  readonly #sink = {
    datagram: (to: Endpoint, _via: "service", bytes: Uint8Array) => {
      this.#contacted.add(to);
      const [hostname, port] = [formatIpv4(addressOf(to)), portOf(to)];
      this.#socket.send(bytes.slice(), { transport: "udp", hostname, port });
    },
    packet: (ipv6: Uint8Array) => void this.packets.push(ipv6.slice()),
    event: (event: Event) => void this.events.push(event),
    drop: () => {},
  };

  async #receive(): Promise<void> {
    for await (const [bytes, address] of this.#socket) {
      const { hostname, port } = address as Deno.NetAddr;
      const from = endpoint(parseIpv4(hostname)!, port);
      if (!this.#contacted.has(from)) continue;
      this.#act(() => {
        this.#machine.handleDatagram(bytes, from, "service", performance.now(), this.#sink);
      });
    }
  }

  #act(action: () => void): void {
    action();
    const now = performance.now();
    if (now >= this.#machine.nextTimer()) this.#machine.handleTimer(now, this.#sink);
    clearTimeout(this.#timer);
    const wait = Math.max(0, this.#machine.nextTimer() - performance.now());
    if (wait < Infinity) this.#timer = setTimeout(() => this.#act(() => {}), wait);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
