/**
 * What a packet costs on its way through a relay in JavaScript, with the real code of every layer
 * and without a kernel: `recvmmsg`, `sendmmsg` and the TUN are functions that move nothing.
 *
 * @module
 */

import type { Libc } from "../ffi/c/libc.ts";
import { IOVEC, MMSGHDR } from "../ffi/linux/kernel/kernel_structs.ts";
import { UdpReceiver } from "../ffi/linux/udp/udp_receiver.ts";
import { UdpSender } from "../ffi/linux/udp/udp_sender.ts";
import type { Tun } from "../ffi/tun.ts";
import type { DatagramReceiver, UdpSocket } from "../ffi/udp_socket.ts";
import type { Drain, WaitHandle, Watcher } from "../ffi/waiting.ts";
import { Counters } from "../io/counters.ts";
import { Driver } from "../io/driver.ts";
import { OffloadLink } from "../io/host/offload_link.ts";
import { setU16, setU32 } from "../memory/octets.ts";
import { Relay } from "../relay/relay.ts";
import { RELAY_LIMITS } from "../relay/relay_limits.ts";
import { endpoint } from "../wire/endpoint.ts";
import { GlobalUnicast } from "../wire/global_unicast.ts";
import { ipv4Address } from "../wire/ipv4_address.ts";
import { NextHeader, SOURCE, writeIpv6Header } from "../wire/ipv6_header.ts";
import { encodeTeredoAddress } from "../wire/teredo_address.ts";

const SERVER = ipv4Address(0x53010101);
const CLIENTS = 0x53100001;
const PORT = 4096;
/** Octets of a packet, the shortest of them. */
const LENGTH = 64;
const LENGTHS = [64, 200, 64, 512, 64, 1280];
const BATCH = 64;
const NATIVE = Uint8Array.of(0x2a, ...new Uint8Array(14), 1);

type Calls = ConstructorParameters<typeof UdpSender>[0];

/**
 * A relay with `clients` clients on a kernel that does nothing. The packets of each have one of the
 * lengths.
 */
class Path {
  readonly #clients: number;
  readonly #up: Uint8Array[];
  readonly #down: Uint8Array[];
  #next = 0;
  #reads = 0;
  #drainTun: Drain = () => "nothing";
  #receive: () => void = () => {};

  constructor(clients: number, lengths: readonly number[]) {
    this.#clients = clients;
    const addresses = Array.from({ length: clients }, (_, i) =>
      encodeTeredoAddress({
        server: SERVER,
        flags: 0,
        mapping: endpoint(ipv4Address(CLIENTS + i), PORT),
      }));
    const lengthOf = (i: number) => lengths[i % lengths.length]!;
    this.#up = addresses.map((address, i) => udpPacket(address, NATIVE, lengthOf(i)));
    this.#down = addresses.map((address, i) => udpPacket(NATIVE, address, lengthOf(i)));
    const relay = new Relay({
      globalUnicast: new GlobalUnicast("rfc4380"),
      random: (bytes) => void crypto.getRandomValues(bytes),
      ...{ serves: [{ address: Uint8Array.of(0x20, ...new Uint8Array(15)), length: 3 }] },
      ...{ ownAddresses: [ipv4Address(0x53010301)], acceptUnknown: true },
      limits: { ...RELAY_LIMITS, newClientsPerSite: undefined, bubblesPerServer: undefined },
    });
    const counters = new Counters();
    const watcher = { watch: (_: WaitHandle, drain: Drain) => this.#watch(drain) } as Watcher;
    const link = new OffloadLink(this.#tun(), watcher, counters);
    const driver = new Driver({
      machine: relay,
      sockets: { service: this.#socket() },
      host: link,
      bulk: { fastPath: relay, via: "service" },
      onEvent() {},
      onFault(error) {
        throw error;
      },
      counters,
    });
    driver.run(new AbortController().signal);
  }

  /** Carries a batch of packets from clients. */
  up(): void {
    this.#receive();
  }

  /** Carries a batch of packets to clients. */
  down(): void {
    this.#reads = BATCH;
    this.#drainTun();
  }

  #watch(drain: Drain): Promise<void> {
    this.#drainTun = drain;
    return new Promise(() => {});
  }

  #tun(): Tun {
    return {
      name: "tun",
      index: 1,
      handle: 1 as unknown as WaitHandle,
      offload: { udp: true },
      read: (buffer) => {
        if (this.#reads-- <= 0) return 0;
        const packet = this.#down[this.#next = (this.#next + 1) % this.#clients]!;
        for (let i = 0; i < 10; i++) buffer[i] = 0;
        for (let i = 0; i < LENGTH; i++) buffer[10 + i] = packet[i]!;
        return 10 + packet.length;
      },
      write: () => true,
      close() {},
    };
  }

  #socket(): UdpSocket {
    const observer = { lost() {}, refused() {} };
    const receiver = new UdpReceiver({ recvmmsg: this.#recvmmsg() }, 1);
    const sender = new UdpSender(
      {
        poll: () => 1,
        sendto: () => 0,
        sendmmsg: (_fd, _messages, count) => count,
      } satisfies Partial<Calls> as unknown as Calls,
      1,
      true,
      observer,
    );
    return {
      local: endpoint(ipv4Address(0x53010301), 3545),
      send: (to, bytes) => sender.send(to, bytes),
      sendRun: (to, run, length) => sender.sendRun(to, run, length),
      flush: () => sender.flush(),
      close() {},
      run: (to: DatagramReceiver) => {
        const take = (bytes: Uint8Array, from: Parameters<DatagramReceiver["datagram"]>[1]) =>
          to.datagram(bytes, from);
        this.#receive = () => {
          receiver.receive(take);
          to.end();
        };
        return new Promise(() => {});
      },
    } as UdpSocket;
  }

  /** Fills the messages in place, as the kernel does. */
  #recvmmsg(): Libc["recvmmsg"] {
    let rooms: Uint8Array[] | undefined;
    let names: Uint8Array[] = [];
    const at = (address: bigint, length: number) =>
      new Uint8Array(
        Deno.UnsafePointerView.getArrayBuffer(Deno.UnsafePointer.create(address)!, length),
      );
    return (_fd, buffer, count) => {
      const headers = buffer as Uint8Array<ArrayBuffer>;
      if (rooms === undefined) {
        const all = Array.from(
          { length: count },
          (_, i) => MMSGHDR.decode(headers, i * MMSGHDR.size),
        );
        names = all.map(({ name }) => at(name, 16));
        rooms = all.map(({ iov }) => at(IOVEC.decode(at(iov, IOVEC.size)).base, LENGTH));
      }
      for (let i = 0; i < count; i++) {
        const client = this.#next = (this.#next + 1) % this.#clients;
        const room = rooms[i]!;
        const packet = this.#up[client]!;
        for (let j = 0; j < LENGTH; j++) room[j] = packet[j]!;
        setU16(names[i]!, 2, PORT);
        setU32(names[i]!, 4, CLIENTS + client);
        headers[i * MMSGHDR.size + MMSGHDR.offset.length] = packet.length;
        headers[i * MMSGHDR.size + MMSGHDR.offset.length + 1] = packet.length >>> 8;
        headers[i * MMSGHDR.size + MMSGHDR.offset.controlLength] = 0;
      }
      return count;
    };
  }
}

function udpPacket(source: Uint8Array, destination: Uint8Array, length: number): Uint8Array {
  const packet = new Uint8Array(length);
  const payloadLength = length - 40;
  writeIpv6Header(packet, {
    payloadLength,
    nextHeader: NextHeader.UDP,
    hopLimit: 64,
    source,
    destination,
  });
  setU16(packet, 40, 5000);
  setU16(packet, 42, 6000);
  setU16(packet, 44, payloadLength);
  let sum = NextHeader.UDP + payloadLength;
  for (let i = SOURCE; i < length; i += 2) sum += (packet[i]! << 8) | packet[i + 1]!;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  setU16(packet, 46, ~sum);
  return packet;
}

for (const clients of [1, 1_000, 10_000]) {
  const path = new Path(clients, [LENGTH]);
  const group = `${BATCH} packets through a relay, of ${
    clients.toLocaleString("en")
  } clients in turn`;
  Deno.bench("client → native", { group }, () => path.up());
  Deno.bench("native → client", { group }, () => path.down());
}

const mixed = new Path(1_000, LENGTHS);
const group = `${BATCH} packets of several lengths, of 1,000 clients in turn`;
Deno.bench("client → native, mixed", { group }, () => mixed.up());
Deno.bench("native → client, mixed", { group }, () => mixed.down());
