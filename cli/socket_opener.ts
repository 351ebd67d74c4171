/**
 * Opening UDP sockets, with messages for what can go wrong.
 *
 * @module
 */

import { SystemError } from "../ffi/errno.ts";
import type { Poller } from "../ffi/poller.ts";
import { clearDontFragment, setReceiveBuffer } from "../ffi/socket_options.ts";
import { BatchingUnavailable, openUdpSocket, type SendObserver } from "../ffi/udp_socket.ts";
import { BatchedUdp, countLosses } from "../io/batched_udp.ts";
import type { Counters } from "../io/counters.ts";
import { openDenoUdp } from "../io/deno_udp.ts";
import type { Log } from "../io/log.ts";
import { type SendTrouble, SendWatch } from "../io/send_watch.ts";
import type { UdpSocket } from "../io/udp.ts";
import { formatIpv4, type Ipv4Address } from "../wire/ipv4_address.ts";
import { CliError } from "./cli_error.ts";
import { ExitCode } from "./exit_code.ts";
import { writeMessage } from "./message.ts";
import { describeSending } from "./send_report.ts";
import { describeBatches, describeRefusal, describeSingles, type UdpMode } from "./udp_mode.ts";

/** Room for a burst of packets, octets. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;

/** What the sockets of a role need. */
export interface SocketOpenerOptions {
  readonly mode: UdpMode;
  /** Waits for batched sockets, beside whatever else it waits for. */
  readonly poller: Poller;
  readonly counters: Counters;
  readonly log: Log;
  /** What to do where another program has the port, beside stopping it. */
  readonly instead?: string | undefined;
}

/** Opens the sockets of a role, all with the same transport; the first one finds out which. */
export class SocketOpener {
  readonly #poller: Poller;
  readonly #counters: Counters;
  readonly #log: Log;
  readonly #watch: SendWatch;
  readonly #observer: SendObserver;
  readonly #instead: string;
  #mode: UdpMode;
  #isAnnounced = false;
  #isRefused = false;

  constructor(
    { mode, poller, counters, log, instead = "choose another port with --port" }:
      SocketOpenerOptions,
  ) {
    this.#mode = mode;
    this.#instead = instead;
    this.#poller = poller;
    this.#counters = counters;
    this.#log = log;
    const watch = this.#watch = new SendWatch((trouble) =>
      writeMessage(log, describeSending(trouble))
    );
    const count = countLosses(counters);
    this.#observer = {
      sent: () => watch.sent(),
      lost(lost, code) {
        count(lost, code);
        watch.failed(code);
      },
      refused: (refusal, code) => {
        if (!this.#isRefused) log.info(describeRefusal(refusal, code));
        this.#isRefused = true;
      },
    };
  }

  /** What keeps the sockets from sending anything, if that is so. */
  get trouble(): SendTrouble | undefined {
    return this.#watch.trouble;
  }

  /** Whether a socket was opened for which the poller must run. */
  get needsPoller(): boolean {
    return this.#mode === "batched";
  }

  /**
   * Opens a socket on `address` and `port`; 0 stands for any address, and for a port that the system
   * picks.
   *
   * @throws {CliError} with the remedy
   */
  open(address: Ipv4Address, port: number): UdpSocket {
    try {
      return this.#mode === "deno"
        ? this.#openDeno(address, port, "so --udp deno asks")
        : this.#openBatched(address, port);
    } catch (error) {
      throw explain(error, address, port, this.#instead);
    }
  }

  #openBatched(address: Ipv4Address, port: number): UdpSocket {
    try {
      const socket = openUdpSocket({ address, port, observer: this.#observer });
      this.#mode = "batched";
      this.#announce(describeBatches(socket));
      return new BatchedUdp(socket, this.#poller, this.#counters);
    } catch (error) {
      if (this.#mode === "batched" || !(error instanceof BatchingUnavailable)) throw error;
      this.#mode = "deno";
      return this.#openDeno(address, port, `batches are not to be had. ${error.message}`);
    }
  }

  #openDeno(address: Ipv4Address, port: number, reason: string): UdpSocket {
    const prepare = (hostname: string, bound: number) => this.#prepare(hostname, bound);
    const [counters, watch] = [this.#counters, this.#watch];
    const socket = openDenoUdp({ address, port, counters, watch, prepare });
    this.#announce(describeSingles(reason));
    return socket;
  }

  /** Sets options that Deno cannot set. Without a C library to call, UDP still works. */
  #prepare(address: string, port: number): void {
    try {
      clearDontFragment(address, port);
      setReceiveBuffer(address, port, RECEIVE_BUFFER);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.warn(`Cannot set options of the UDP socket on port ${port}: ${reason}`);
    }
  }

  #announce(what: string): void {
    if (!this.#isAnnounced) this.#log.info(what);
    this.#isAnnounced = true;
  }
}

function explain(
  error: unknown,
  address: Ipv4Address,
  port: number,
  instead: string,
): CliError {
  if (error instanceof BatchingUnavailable) {
    return new CliError(
      `Cannot move UDP datagrams in batches: ${error.message}. ` +
        'Leave out "--udp batched", and what there is will be used',
    );
  }
  const attempt = `Cannot listen on UDP ${formatIpv4(address)}:${port}`;
  const reason = error instanceof Error ? error.message : String(error);
  switch (kindOf(error)) {
    case "in use":
      return new CliError(
        `${attempt}: another program has the port. ` +
          `Stop it ("ss -lunp sport = :${port}" names it), or ${instead}`,
      );
    case "not local":
      return new CliError(`${attempt}: this host does not have the address`);
    case "denied":
      return new CliError(
        `${attempt}: ports below 1024 need a permission. Choose a higher one with --port, ` +
          "run as root, or give the program the capability CAP_NET_BIND_SERVICE",
        ExitCode.PERMISSION,
      );
    case undefined:
      return new CliError(`${attempt}: ${reason}`);
  }
}

type Kind = "in use" | "not local" | "denied";

function kindOf(error: unknown): Kind | undefined {
  if (error instanceof Deno.errors.AddrInUse) return "in use";
  if (error instanceof Deno.errors.AddrNotAvailable) return "not local";
  if (error instanceof Deno.errors.PermissionDenied) return "denied";
  return error instanceof SystemError ? KINDS[error.code] : undefined;
}

const KINDS: Readonly<Record<string, Kind>> = {
  EADDRINUSE: "in use",
  EADDRNOTAVAIL: "not local",
  EACCES: "denied",
};
