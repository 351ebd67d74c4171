/**
 * Opening the UDP sockets of a node with the best transport there is.
 *
 * @module
 */

import type { Watcher } from "../ffi/waiting.ts";
import { openUdpSocket, socketOptions } from "../ffi/open.ts";
import {
  BatchingUnavailable,
  RECEIVE_BUFFER,
  type SegmentationRefusal,
  type UdpObserver,
  type UdpSocket,
} from "../ffi/udp_socket.ts";
import type { ErrnoName } from "../ffi/c/errno.ts";
import type { Counters } from "../io/counters.ts";
import type { SystemErrors } from "../io/system_errors.ts";
import { type DenoUdpObserver, openDenoUdp } from "../io/udp/deno_udp.ts";
import { lossCounter } from "../io/udp/loss_counter.ts";
import { type SendTrouble, SendWatch } from "../io/udp/send_watch.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import { ListenError } from "./listen_error.ts";
import type { UdpMode } from "./udp_mode.ts";
import { reasonOf } from "../reason.ts";

/** What a person may want to know about the transport. */
export type TransportNews =
  /** Datagrams are moved in batches. Reported once. */
  | {
    readonly type: "batched";
    /** Whether the kernel cuts datagrams from longer messages (UDP_SEGMENT). */
    readonly isSegmenting: boolean;
    /** Whether the kernel joins datagrams of one source (UDP_GRO). */
    readonly isJoining: boolean;
  }
  /** Datagrams are moved one by one. Reported once. */
  | {
    readonly type: "single";
    /** Why batching is not available; `undefined` if it is not wanted. */
    readonly reason: string | undefined;
  }
  /** The kernel does not cut messages after all: never, or not for narrow paths. Reported once. */
  | {
    readonly type: "segmenting_refused";
    readonly refusal: SegmentationRefusal;
    readonly code: string;
  }
  /** A socket works, but has less room for bursts and cannot fragment. */
  | { readonly type: "options_refused"; readonly port: number; readonly reason: string }
  /** Nothing could be sent to anybody for a while; `undefined`: sending works again. */
  | { readonly type: "sending"; readonly trouble: SendTrouble | undefined };

/** What the sockets of a node need. */
interface UdpOpenerOptions {
  readonly mode: UdpMode;
  /** Whether the C library may be called; without it, `deno` is the only mode. */
  readonly ffi: boolean;
  /** Waits for batched sockets, among other things. */
  readonly watcher: Watcher;
  readonly counters: Counters;
  readonly errors: SystemErrors;
  readonly onNews: (news: TransportNews) => void;
}

/** Where a socket is opened, and with how much room. */
interface Place {
  readonly address: Ipv4Address;
  readonly port: number;
  readonly receiveBuffer: number;
}

/** Opens the sockets of a node, all with the same transport; the first socket finds out which. */
export class UdpOpener {
  readonly #watcher: Watcher;
  readonly #counters: Counters;
  readonly #errors: SystemErrors;
  readonly #onNews: (news: TransportNews) => void;
  readonly #watch: SendWatch;
  readonly #observer: UdpObserver;
  readonly #ffi: boolean;
  #mode: UdpMode;
  #isAnnounced = false;
  #isRefused = false;

  constructor({ mode, ffi, watcher, counters, errors, onNews }: UdpOpenerOptions) {
    this.#mode = mode;
    this.#ffi = ffi;
    this.#watcher = watcher;
    this.#counters = counters;
    this.#errors = errors;
    this.#onNews = onNews;
    const watch = this.#watch = new SendWatch((trouble) => onNews({ type: "sending", trouble }));
    const count = lossCounter(counters);
    this.#observer = {
      ...count,
      sent: () => watch.sent(),
      lost: (lost, code) => {
        count.lost(lost, code);
        this.#refuse("sendmmsg", code, lost);
      },
      refused: (refusal, code) => {
        if (!this.#isRefused) onNews({ type: "segmenting_refused", refusal, code });
        this.#isRefused = true;
      },
    };
  }

  /** What keeps the sockets from sending anything at all, if something does. */
  get trouble(): SendTrouble | undefined {
    return this.#watch.trouble;
  }

  /** Whether the poller must run for a socket that was opened. */
  get needsPoller(): boolean {
    return this.#mode === "batched";
  }

  /**
   * Opens a socket on `address` and `port`; 0 stands for any address, and for a port that the
   * system picks.
   *
   * @param receiveBuffer room for datagrams that wait to be received, in octets
   * @throws {ListenError} it cannot be opened
   */
  open(address: Ipv4Address, port: number, receiveBuffer = RECEIVE_BUFFER): UdpSocket {
    const place = { address, port, receiveBuffer };
    try {
      return this.#mode === "deno" ? this.#openDeno(place) : this.#openBatched(place);
    } catch (error) {
      throw new ListenError(address, port, error);
    }
  }

  #openBatched(place: Place): UdpSocket {
    try {
      const socket = openUdpSocket({
        ...place,
        watcher: this.#watcher,
        observer: this.#observer,
      });
      this.#mode = "batched";
      const { isSegmenting, isJoining } = socket;
      this.#announce({ type: "batched", isSegmenting, isJoining });
      return socket;
    } catch (error) {
      if (this.#mode === "batched" || !(error instanceof BatchingUnavailable)) throw error;
      this.#mode = "deno";
      return this.#openDeno(place, error.message);
    }
  }

  #openDeno({ address, port, receiveBuffer }: Place, reason?: string): UdpSocket {
    const prepare = this.#ffi
      ? (at: string, port: number) => this.#prepare(at, port, receiveBuffer)
      : undefined;
    const observer: DenoUdpObserver = {
      sent: () => this.#watch.sent(),
      lost: (code) => this.#refuse("send", code, 1),
      unreceived: (code) => this.#errors.failed("receive", code),
    };
    const socket = openDenoUdp({ address, port, counters: this.#counters, observer, prepare });
    this.#announce({ type: "single", reason });
    return socket;
  }

  /** The system refused to send. */
  #refuse(call: string, code: ErrnoName, count: number): void {
    if (this.#watch.failed(code)) this.#errors.failed(call, code, count);
    else this.#errors.failedQuietly(call, code, count);
  }

  /** Sets options that Deno cannot set. UDP works without them. */
  #prepare(address: string, port: number, receiveBuffer: number): void {
    try {
      const options = socketOptions();
      options?.clearDontFragment(address, port);
      options?.setReceiveBuffer(address, port, receiveBuffer);
    } catch (error) {
      const reason = reasonOf(error);
      this.#onNews({ type: "options_refused", port, reason });
    }
  }

  #announce(news: TransportNews): void {
    if (!this.#isAnnounced) this.#onNews(news);
    this.#isAnnounced = true;
  }
}
