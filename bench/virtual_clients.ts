/**
 * Virtual clients that qualify with a server again and again: load in a closed loop.
 *
 * A qualification is what today's clients do (RFC 4380 §5.2.1 without the cone bit, which RFC 5991 §3.2 retired): a
 * solicitation to the server's primary address and, once that is answered, one to the secondary address, whose answer
 * tells that the NAT is not symmetric. Each client waits for an answer before it goes on.
 *
 * Every client has its own IPv4 address, as on the Internet, so nothing can be joined or cut by the kernel. All
 * of them share one socket, which states the source of each datagram (IP_PKTINFO), and one loop that never
 * sleeps: the generator must cost less than the server that it measures.
 *
 * @module
 */

import { errnoName, SystemError } from "../ffi/c/errno.ts";
import { errno, libc } from "../ffi/c/libc.ts";
import { MessageVector } from "../ffi/linux/udp/message_vector.ts";
import { NativeMemory } from "../ffi/c/native_memory.ts";
import { i32 } from "../ffi/c/struct.ts";
import { CMSGHDR, MMSGHDR } from "../ffi/linux/kernel/kernel_structs.ts";
import { Poller } from "../ffi/polling/poller.ts";
import { LinuxUdpSocket } from "../ffi/linux/udp/udp_socket.ts";
import { encodeAuthentication, NONCE_LENGTH, nonceOnly } from "../wire/authentication.ts";
import { addressOf, type Endpoint } from "../wire/endpoint.ts";
import { type Ipv4Address, ipv4Address } from "../wire/ipv4_address.ts";
import { linkLocal } from "../wire/ipv6_address.ts";
import { encodeRouterSolicitation, parseRouterAdvertisement } from "../wire/neighbor_discovery.ts";
import { concatOctets, getU32, setU32 } from "../memory/octets.ts";
import { readOrigin } from "../wire/origin_indication.ts";
import { parseTeredoPacket } from "../wire/teredo_packet.ts";

/** How much load there is, and for how long. */
interface LoadOptions {
  /** The address of the first client; the others have the next ones. All must be local ones of this host. */
  readonly from: Ipv4Address;
  /** How many clients there are, and so how many solicitations under way. */
  readonly clients: number;
  readonly primary: Endpoint;
  readonly secondary: Endpoint;
  /** Milliseconds that are not measured, and that are. */
  readonly warmUp: number;
  readonly duration: number;
  /** The processor seconds that the server took so far. */
  readonly cpuSeconds: () => number;
}

/** What came of it. */
export interface LoadResult {
  readonly qualificationsPerSecond: number;
  /** Microseconds of the server's processor time for each qualification. */
  readonly cpuPerQualification: number;
}

/** A solicitation without an answer is repeated after this many milliseconds. */
const TIMEOUT = 200;

/** Answers that are taken apart, of each run; the others are told by nonce and origin alone. */
const LOOKED_AT = 1000;

/** Messages of one system call. */
const BATCH = 64;

// <netinet/in.h>: struct in_pktinfo { int index; struct in_addr source; struct in_addr destination; }
const IPPROTO_IP = 0;
const IP_PKTINFO = 8;
const PKTINFO_LENGTH = CMSGHDR.size + 12;
const PKTINFO_ROOM = CMSGHDR.size + 16;
const PKTINFO_SOURCE = CMSGHDR.size + i32.size;

/** A solicitation of a client behind a NAT. */
const SOLICITATION = concatOctets(
  encodeAuthentication(nonceOnly(new Uint8Array(NONCE_LENGTH))),
  encodeRouterSolicitation(linkLocal(0xffff, 0xfffffffe)),
);
/** Where the nonce stands: first the client's number, then its turn, in 32 bits each. */
const NONCE = 4;
/** Where the origin indication stands: behind the nonce and the confirmation. */
const ORIGIN = NONCE + NONCE_LENGTH + 1;

/** Runs the load; nothing else happens meanwhile. */
export function runLoad(options: LoadOptions): LoadResult {
  const clients = new VirtualClients(options);
  try {
    clients.runFor(options.warmUp);
    const { answers } = clients;
    const begun = performance.now();
    const cpu = options.cpuSeconds();
    clients.runFor(options.duration);
    const seconds = (performance.now() - begun) / 1000;
    const qualifications = (clients.answers - answers) / 2;
    return {
      qualificationsPerSecond: qualifications / seconds,
      cpuPerQualification: (options.cpuSeconds() - cpu) * 1e6 / qualifications,
    };
  } finally {
    clients.close();
  }
}

class VirtualClients {
  answers = 0;
  readonly #options: LoadOptions;
  readonly #calls = libc();
  readonly #socket = new LinuxUdpSocket({
    address: ipv4Address(0),
    port: 0,
    watcher: new Poller(),
    observer: { lost() {}, refused() {} },
    segmenting: false,
    joining: false,
  });
  readonly #data = new NativeMemory(BATCH * SOLICITATION.length);
  readonly #messages = new MessageVector(BATCH, this.#data, PKTINFO_ROOM);
  #count = 0;
  /** How many solicitations each client has sent: odd ones go to the primary address. */
  readonly #turns: Uint32Array;
  readonly #sentAt: Float64Array;
  #now = performance.now();
  #lookAt = LOOKED_AT;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#turns = new Uint32Array(options.clients);
    this.#sentAt = new Float64Array(options.clients).fill(-Infinity);
    for (let i = 0; i < BATCH; i++) {
      this.#data.bytes.set(SOLICITATION, i * SOLICITATION.length);
      this.#messages.setRange(i, i * SOLICITATION.length, SOLICITATION.length);
      this.#messages.setControlLength(i, PKTINFO_LENGTH);
      CMSGHDR.write(this.#messages.controls, i * PKTINFO_ROOM, {
        length: BigInt(PKTINFO_LENGTH),
        level: IPPROTO_IP,
        type: IP_PKTINFO,
      });
    }
  }

  runFor(milliseconds: number): void {
    const take = (bytes: Uint8Array, from: Endpoint) => this.#answered(bytes, from);
    const end = this.#now + milliseconds;
    let nextLook = 0;
    while ((this.#now = performance.now()) < end) {
      if (this.#now >= nextLook) {
        this.#repeat();
        nextLook = this.#now + TIMEOUT / 2;
      }
      this.#socket.receive(take);
      this.#flush();
    }
  }

  close(): void {
    this.#socket.close();
  }

  #answered(bytes: Uint8Array, from: Endpoint): void {
    const client = getU32(bytes, NONCE);
    const turn = getU32(bytes, NONCE + 4);
    if (turn !== this.#turns[client] || from !== this.#askedIn(turn)) return;
    if (addressOf(readOrigin(bytes, ORIGIN)) !== this.#options.from + client) {
      throw new Error(`A wrong answer: an origin indication that is not of client ${client}`);
    }
    if (this.#lookAt > 0) this.#look(bytes);
    this.answers++;
    this.#ask(client);
  }

  /** Throws unless a client would qualify by this answer. */
  #look(answer: Uint8Array): void {
    this.#lookAt--;
    const packet = parseTeredoPacket(answer);
    const found = typeof packet === "string" ? packet : parseRouterAdvertisement(packet.ipv6);
    if (typeof found === "string") throw new Error(`A wrong answer: ${found}`);
    if (found.prefixes.length !== 1) throw new Error("A wrong answer: not one prefix");
  }

  /** Asks where no answer came, which at first is everywhere. */
  #repeat(): void {
    for (let client = 0; client < this.#turns.length; client++) {
      if (this.#now - this.#sentAt[client]! < TIMEOUT) continue;
      // The same question once more: an answer that is merely late counts, too.
      if (this.#turns[client]! > 0) this.#turns[client]!--;
      this.#ask(client);
    }
  }

  #askedIn(turn: number): Endpoint {
    return turn % 2 === 1 ? this.#options.primary : this.#options.secondary;
  }

  #ask(client: number): void {
    const turn = ++this.#turns[client]!;
    this.#sentAt[client] = this.#now;
    const message = this.#count++;
    const nonce = message * SOLICITATION.length + NONCE;
    setU32(this.#data.bytes, nonce, client);
    setU32(this.#data.bytes, nonce + 4, turn);
    this.#messages.setPeer(message, this.#askedIn(turn));
    const source = message * PKTINFO_ROOM + PKTINFO_SOURCE;
    setU32(this.#messages.controls, source, this.#options.from + client);
    if (this.#count === BATCH) this.#flush();
  }

  #flush(): void {
    const { bytes } = this.#messages.headers;
    for (let next = 0; next < this.#count;) {
      const sent = this.#calls.sendmmsg(
        this.#socket.handle,
        bytes.subarray(next * MMSGHDR.size),
        this.#count - next,
        0,
      );
      if (sent > 0) next += sent;
      else if (errnoName(errno()) !== "EAGAIN") {
        throw new SystemError("send solicitations", "sendmmsg", errno());
      }
    }
    this.#count = 0;
  }
}
