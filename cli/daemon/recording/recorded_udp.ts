/**
 * A UDP socket that records what passes through it.
 *
 * @module
 */

import { addressOf, type Endpoint, endpoint, portOf } from "../../../wire/endpoint.ts";
import type { Ipv4Address } from "../../../wire/ipv4_address.ts";
import type { PcapFile } from "./pcap_file.ts";
import type { DatagramReceiver, UdpSocket } from "../../../ffi/udp_socket.ts";

/** Wraps another socket, and records each datagram in a file. */
export class RecordedUdp implements UdpSocket {
  readonly #socket: UdpSocket;
  readonly #file: PcapFile;
  /** The endpoint to record as ours. */
  readonly #seenAs: Endpoint;

  /** @param standIn the address to record for a socket that is bound to any address */
  constructor(socket: UdpSocket, file: PcapFile, standIn: Ipv4Address) {
    const { local } = socket;
    this.#socket = socket;
    this.#file = file;
    this.#seenAs = endpoint(addressOf(local) === 0 ? standIn : addressOf(local), portOf(local));
  }

  get local(): Endpoint {
    return this.#socket.local;
  }

  send(to: Endpoint, bytes: Uint8Array): void {
    this.#file.datagram(this.#seenAs, to, bytes);
    this.#socket.send(to, bytes);
  }

  flush(): void {
    this.#socket.flush();
    this.#file.flush();
  }

  run(receiver: DatagramReceiver, signal: AbortSignal): Promise<void> {
    return this.#socket.run({
      datagram: (bytes, from) => {
        this.#file.datagram(from, this.#seenAs, bytes);
        receiver.datagram(bytes, from);
      },
      end: () => {
        receiver.end();
        this.#file.flush();
      },
    }, signal);
  }

  close(): void {
    this.#socket.close();
    this.#file.flush();
  }
}
