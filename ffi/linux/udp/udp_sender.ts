/**
 * Sending many datagrams with one system call: `sendmmsg`, and UDP_SEGMENT if the kernel has it.
 *
 * @module
 */

import { giveBack, packetMemory } from "../../../memory/packet_memory.ts";
import { type Endpoint, MAX_DATAGRAM } from "../../../wire/endpoint.ts";
import { type ErrnoName, errnoName } from "../../c/errno.ts";
import { errno, type Libc } from "../../c/libc.ts";
import { NativeMemory } from "../../c/native_memory.ts";
import { POLLFD, POLLOUT } from "../../c/poll_list.ts";
import { u16 } from "../../c/struct.ts";
import type { SegmentationRefusal, UdpObserver } from "../../udp_socket.ts";
import { SOL_UDP, UDP_SEGMENT } from "../kernel/kernel_numbers.ts";
import { CMSGHDR, MMSGHDR } from "../kernel/kernel_structs.ts";
import { CONTROL_SIZE, MessageVector } from "./message_vector.ts";
import { ARENA_SIZE, MAX_MESSAGES, SendBatch } from "./send_batch.ts";

/**
 * How long to wait for room in the send buffer from flush to flush, all in all, in milliseconds.
 */
const LONGEST_WAIT = 10;

/**
 * How long to wait before asking again, in milliseconds. A socket is writable when half of its
 * buffer is empty (`sock_writeable` in Linux), but it takes what there is room for.
 */
const WAIT_STEP = 1;

/** How often a call that failed is repeated from flush to flush, at most. */
const MAX_REPEATS = 64;

/** System calls of a sender. */
type SendCalls = Pick<Libc, "poll" | "sendto" | "sendmmsg">;

/** Sends from a socket. */
export class UdpSender {
  readonly #calls: SendCalls;
  readonly #fd: number;
  readonly #observer: UdpObserver;
  readonly #arena = new NativeMemory(ARENA_SIZE, packetMemory(ARENA_SIZE));
  readonly #messages = new MessageVector(MAX_MESSAGES, this.#arena);
  readonly #batch: SendBatch;
  readonly #writable = POLLFD.encode({ events: POLLOUT });
  /**
   * What is left of {@linkcode LONGEST_WAIT} and {@linkcode MAX_REPEATS} until the next flush. They
   * limit a whole pass, however many batches it fills.
   */
  #waitLeft = LONGEST_WAIT;
  #repeatsLeft = MAX_REPEATS;
  /** The error that the last call gave, unless it succeeded. */
  #suspected: ErrnoName | undefined;

  constructor(calls: SendCalls, fd: number, isJoining: boolean, observer: UdpObserver) {
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

  /** Takes a copy of a datagram, and sends it with the next {@linkcode flush} at the latest. */
  send(to: Endpoint, bytes: Uint8Array): void {
    if (this.#batch.append(to, bytes)) return;
    if (bytes.length > MAX_DATAGRAM) return this.#observer.lost(1, "EMSGSIZE");
    this.#sendBatch();
    this.#batch.append(to, bytes);
  }

  /**
   * The same for datagrams that follow one another, `length` octets each; the last may be shorter.
   */
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
   * Sends all that was taken. Waits for room in the send buffer for {@linkcode LONGEST_WAIT} at
   * most, counted from the last flush.
   */
  flush(): void {
    this.#sendBatch();
    this.#waitLeft = LONGEST_WAIT;
    this.#repeatsLeft = MAX_REPEATS;
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
      if (sent > 0) {
        this.#suspected = undefined;
        this.#observer.sent?.();
        next += sent;
      } else next += this.#handleFailure(next, errnoName(errno()));
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

  /**
   * Message `i` could not be sent. Returns how many messages are finished: with 0 it is tried once
   * more.
   */
  #handleFailure(i: number, code: ErrnoName): number {
    if (this.#mayRepeat(code)) return 0;
    if (code === "EAGAIN") return this.#lose(i, this.#batch.count - i, code);
    const refusal = this.#batch.datagrams[i]! > 1 ? refusalOf(code) : undefined;
    if (refusal === undefined) return this.#lose(i, 1, code);
    // If sending one by one fails too, the kernel did not refuse the message because it had to be
    // cut.
    if (this.#sendOneByOne(i)) {
      this.#observer.sent?.();
      this.#remember(refusal, i, code);
    }
    return 1;
  }

  #remember(refusal: SegmentationRefusal, i: number, code: ErrnoName): void {
    if (refusal === "never") this.#batch.stopJoining();
    else this.#batch.stopJoiningTo(this.#batch.destinations[i]! as Endpoint);
    this.#observer.refused(refusal, code);
  }

  /** Whether to repeat a call that failed. Waits until that makes sense, if need be. */
  #mayRepeat(code: ErrnoName): boolean {
    if (code === "EAGAIN") return this.#waitForRoom();
    // An error counts when the same call gives it once more; see `errno`. These two are not about
    // the datagram: a signal, or an ICMP error that came in for an earlier datagram.
    const counts = code === this.#suspected && code !== "EINTR" && code !== "ECONNREFUSED";
    this.#suspected = counts ? undefined : code;
    return !counts && this.#repeatsLeft-- > 0;
  }

  #lose(first: number, count: number, code: ErrnoName): number {
    let datagrams = 0;
    for (let i = first; i < first + count; i++) datagrams += this.#batch.datagrams[i]!;
    this.#observer.lost(datagrams, code);
    return count;
  }

  /**
   * Waits until the send buffer may have room; false if that has taken too long. Blocking here slows
   * down the reading of packets for this socket; losing them would slow down TCP far more.
   */
  #waitForRoom(): boolean {
    if (this.#waitLeft <= 0) return false;
    const begun = performance.now();
    this.#calls.poll(this.#writable, 1n, WAIT_STEP);
    // One that ended early, as by a signal, counts as a whole one.
    this.#waitLeft -= Math.max(WAIT_STEP, performance.now() - begun);
    return true;
  }

  /** Sends the datagrams of message `i` one by one. True if one got through. */
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

  /** Sends one datagram. Returns the error, if there is one. */
  #sendOne(
    bytes: Uint8Array<ArrayBuffer>,
    name: Uint8Array<ArrayBuffer>,
  ): ErrnoName | undefined {
    this.#suspected = undefined;
    while (this.#calls.sendto(this.#fd, bytes, BigInt(bytes.length), 0, name, name.length) < 0) {
      const code = errnoName(errno());
      if (!this.#mayRepeat(code)) return code;
    }
    this.#suspected = undefined;
    return undefined;
  }
}

/**
 * What an error says about cutting messages; undefined if it is about something else.
 *
 * EINVAL and EMSGSIZE: the segments do not fit into the path's MTU, and the kernel cannot both cut
 * and fragment. EIO: the interface computes no checksums. EOPNOTSUPP, ENOPROTOOPT: this kernel or
 * sandbox does not cut.
 */
export function refusalOf(code: ErrnoName): SegmentationRefusal | undefined {
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
