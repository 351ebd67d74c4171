/**
 * Sending many datagrams with one system call: `sendmmsg`, and UDP_SEGMENT where the kernel has it.
 *
 * @module
 */
import { MAX_DATAGRAM } from "../../protocol/constants.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import { giveBack, packetMemory } from "../../memory/packet_memory.ts";
import { errno, type ErrnoName, errnoName } from "../c/errno.ts";
import type { Libc } from "../c/libc.ts";
import { CONTROL_SIZE, MessageVector } from "./message_vector.ts";
import { NativeMemory } from "../c/native_memory.ts";
import { ARENA_SIZE, MAX_MESSAGES, SendBatch } from "./send_batch.ts";
import { SOL_UDP } from "./receive_offload.ts";
import { u16 } from "../c/struct.ts";
import { CMSGHDR, MMSGHDR, POLLFD } from "./structs.ts";

// <netinet/udp.h>
export const UDP_SEGMENT = 103;

// <poll.h>
const POLLOUT = 0x04;

/** How long is waited for room in the send buffer from flush to flush, all in all, in milliseconds. */
const LONGEST_WAIT = 10;

/** ICMP errors about earlier datagrams that are stepped over from flush to flush, at most. */
const MAX_PENDING_ERRORS = 64;

/** Why the kernel does not cut messages: it cannot at all, or not those to one destination. */
export type Refusal = "never" | "destination";

/** Hears what became of datagrams that were not sent as wished. */
export interface SendObserver {
  /** The kernel took datagrams, one or many. */
  sent?(): void;
  /** Datagrams were lost: refused by the kernel, or there was no room for them for too long (EAGAIN). */
  lost(count: number, code: ErrnoName): void;
  /** The kernel refused to cut a message; its datagrams were sent one by one, and will be from now on. */
  refused(refusal: Refusal, code: ErrnoName): void;
}

/** System calls of a sender. */
export type SendCalls = Pick<Libc, "poll" | "sendto"> & {
  readonly sendmmsg: NonNullable<Libc["sendmmsg"]>;
};

/** Sends from a socket. */
export class UdpSender {
  readonly #calls: SendCalls;
  readonly #fd: number;
  readonly #observer: SendObserver;
  readonly #arena = new NativeMemory(ARENA_SIZE, packetMemory(ARENA_SIZE));
  readonly #messages = new MessageVector(MAX_MESSAGES, this.#arena);
  readonly #batch: SendBatch;
  readonly #writable = POLLFD.encode({ events: POLLOUT });
  /**
   * What is left of {@linkcode LONGEST_WAIT} and {@linkcode MAX_PENDING_ERRORS} until the next flush: however many
   * batches a pass fills, it is held up once.
   */
  #waitsLeft = LONGEST_WAIT;
  #errorsLeft = MAX_PENDING_ERRORS;

  constructor(calls: SendCalls, fd: number, isJoining: boolean, observer: SendObserver) {
    this.#calls = calls;
    this.#fd = fd;
    this.#observer = observer;
    this.#batch = new SendBatch(this.#arena.bytes, isJoining);
    POLLFD.write(this.#writable, 0, { fd });
    for (let i = 0; i < MAX_MESSAGES; i++) {
      CMSGHDR.write(this.#messages.controls, i * CONTROL_SIZE, {
        length: BigInt(CMSGHDR.size + u16.size),
        level: SOL_UDP,
        type: UDP_SEGMENT,
      });
    }
  }

  /** Takes a copy of a datagram, to be sent at the latest with the next {@linkcode flush}. */
  send(to: Endpoint, bytes: Uint8Array): void {
    if (this.#batch.append(to, bytes)) return;
    if (bytes.length > MAX_DATAGRAM) return this.#observer.lost(1, "EMSGSIZE");
    this.#sendBatch();
    this.#batch.append(to, bytes);
  }

  /** The same for datagrams that stand one right behind the other, `length` octets each, the last one at most. */
  sendRun(to: Endpoint, run: Uint8Array, length: number): void {
    if (length > MAX_DATAGRAM) {
      return this.#observer.lost(Math.ceil(run.length / length), "EMSGSIZE");
    }
    let at = 0;
    while (at < run.length) {
      const taken = this.#batch.appendRun(to, run, at, length);
      if (taken === 0) this.#sendBatch();
      at += taken;
    }
  }

  /**
   * Sends all that was taken. Waits for room in the send buffer for {@linkcode LONGEST_WAIT} at most, what was waited
   * since the last flush included.
   */
  flush(): void {
    this.#sendBatch();
    this.#waitsLeft = LONGEST_WAIT;
    this.#errorsLeft = MAX_PENDING_ERRORS;
  }

  /** Gives its memory back. Nothing is sent any more. */
  close(): void {
    giveBack(this.#arena.bytes);
  }

  #sendBatch(): void {
    const { count } = this.#batch;
    if (count === 0) return;
    for (let i = 0; i < count; i++) this.#prepare(i);
    const { bytes } = this.#messages.headers;
    let next = 0;
    while (next < count) {
      const rest = next === 0 ? bytes : bytes.subarray(next * MMSGHDR.size);
      const sent = this.#calls.sendmmsg(this.#fd, rest, count - next, 0);
      if (sent > 0) this.#observer.sent?.();
      next += sent > 0 ? sent : this.#handleFailure(next, errnoName(errno()));
    }
    this.#batch.clear();
  }

  #prepare(i: number): void {
    const { starts, lengths, segmentLengths, datagrams, destinations } = this.#batch;
    const messages = this.#messages;
    messages.setPeer(i, destinations[i]!);
    messages.setRange(i, starts[i]!, lengths[i]!);
    if (datagrams[i]! > 1) {
      const at = i * CONTROL_SIZE + CMSGHDR.size;
      messages.controls[at] = segmentLengths[i]!;
      messages.controls[at + 1] = segmentLengths[i]! >>> 8;
      messages.setControlLength(i, CONTROL_SIZE);
    } else {
      messages.setControlLength(i, 0);
    }
  }

  /** Message `i` could not be sent. Returns how many messages are done with: 0 tries it once more. */
  #handleFailure(i: number, code: ErrnoName): number {
    if (this.#mayRepeat(code)) return 0;
    if (code === "EAGAIN") return this.#lose(i, this.#batch.count - i, code);
    const refusal = this.#batch.datagrams[i]! > 1 ? refusalOf(code) : undefined;
    if (refusal === undefined) return this.#lose(i, 1, code);
    // What cannot be sent one by one either was not refused for its length.
    if (this.#sendOneByOne(i)) {
      this.#observer.sent?.();
      this.#remember(refusal, i, code);
    }
    return 1;
  }

  #remember(refusal: Refusal, i: number, code: ErrnoName): void {
    if (refusal === "never") this.#batch.stopJoining();
    else this.#batch.stopJoiningTo(this.#batch.destinations[i]! as Endpoint);
    this.#observer.refused(refusal, code);
  }

  /** Whether a call that failed may do better now. Waits for that, if need be. */
  #mayRepeat(code: ErrnoName): boolean {
    switch (code) {
      case "EINTR":
        return true;
      case "EAGAIN":
        return this.#waitForRoom();
      // Not about this datagram: an ICMP error came in for an earlier one.
      case "ECONNREFUSED":
        return this.#errorsLeft-- > 0;
      default:
        return false;
    }
  }

  #lose(first: number, count: number, code: ErrnoName): number {
    let datagrams = 0;
    for (let i = first; i < first + count; i++) datagrams += this.#batch.datagrams[i]!;
    this.#observer.lost(datagrams, code);
    return count;
  }

  /**
   * Waits until the send buffer has room. Blocking here is what slows down whoever reads packets for this
   * socket, where losing them would slow down TCP far more.
   */
  #waitForRoom(): boolean {
    if (this.#waitsLeft <= 0) return false;
    const begun = performance.now();
    const ready = this.#calls.poll(this.#writable, 1n, this.#waitsLeft);
    this.#waitsLeft = Math.floor(this.#waitsLeft - (performance.now() - begun));
    return ready > 0;
  }

  /** Sends each datagram of message `i` with a system call of its own. True when one got through. */
  #sendOneByOne(i: number): boolean {
    const { starts, lengths, segmentLengths } = this.#batch;
    const end = starts[i]! + lengths[i]!;
    const segment = segmentLengths[i]!;
    const name = this.#messages.name(i);
    let isThrough = false;
    for (let at = starts[i]!; at < end; at += segment) {
      const bytes = this.#arena.bytes.subarray(at, Math.min(at + segment, end));
      const failure = this.#sendOne(bytes, name);
      if (failure === undefined) isThrough = true;
      else this.#observer.lost(1, failure);
    }
    return isThrough;
  }

  /** Sends one datagram; returns what is wrong. */
  #sendOne(
    bytes: Uint8Array<ArrayBuffer>,
    name: Uint8Array<ArrayBuffer>,
  ): ErrnoName | undefined {
    while (this.#calls.sendto(this.#fd, bytes, BigInt(bytes.length), 0, name, name.length) < 0) {
      const code = errnoName(errno());
      if (!this.#mayRepeat(code)) return code;
    }
    return undefined;
  }
}

/**
 * What an error says about cutting messages; undefined when it says something else.
 *
 * EINVAL and EMSGSIZE: the segments do not fit into the path's MTU, and the kernel does not cut and fragment at
 * once. EIO: the interface computes no checksums. EOPNOTSUPP, ENOPROTOOPT: not in this kernel or sandbox.
 */
export function refusalOf(code: ErrnoName): Refusal | undefined {
  switch (code) {
    case "EINVAL":
    case "EMSGSIZE":
      return "destination";
    case "EIO":
    case "EOPNOTSUPP":
    case "ENOPROTOOPT":
      return "never";
    default:
      return undefined;
  }
}
