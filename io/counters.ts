/**
 * How many packets passed through a role, and how many were dropped.
 *
 * @module
 */

import type { ErrnoName } from "../ffi/c/errno.ts";
import type { DropReason } from "../protocol/drop_reason.ts";

/**
 * Why a datagram or packet was dropped outside of the machine. These are labels of the same metric.
 */
export type TransportDropReason =
  /** The operating system refused to send a datagram. */
  | "send_failed"
  /** More datagrams wait to be sent than the transport keeps. */
  | "send_backlog"
  /** Receiving failed, for instance after an ICMP error. */
  | "receive_failed"
  /** The machine sends from a socket that this process did not open. */
  | "socket_absent"
  /** The host did not accept the packet: its queue is full, or it has no route. */
  | "host_refused"
  /** This process has no way to the host. */
  | "host_absent"
  /** The host sent more than the queue of our interface holds until it is read. */
  | "interface_backlog"
  /** Refused by the firewall before this host's services. */
  | "firewall"
  /** The machine failed: a bug in this program. */
  | "internal_error";

/** Every label of the drop counter. */
export type CountedDrop = DropReason | TransportDropReason;

/** Counters, which only grow. */
export class Counters {
  datagramsReceived = 0;
  datagramsSent = 0;
  octetsReceived = 0;
  octetsSent = 0;
  /** Packets that the host sent into the tunnel. */
  packetsFromHost = 0;
  /** Packets that were delivered to the host. */
  packetsToHost = 0;
  readonly #drops = new Map<CountedDrop, number>();
  readonly #included = new Map<CountedDrop, () => number>();
  readonly #failures = new Map<string, number>();

  /** Counts a drop. */
  drop(reason: CountedDrop): void {
    this.#drops.set(reason, (this.#drops.get(reason) ?? 0) + 1);
  }

  /** Includes drops that something else counts. `read` returns how many there were so far. */
  include(reason: CountedDrop, read: () => number): void {
    this.#included.set(reason, read);
  }

  /** How often something was dropped for `reason`. */
  dropped(reason: CountedDrop): number {
    return (this.#drops.get(reason) ?? 0) + (this.#included.get(reason)?.() ?? 0);
  }

  /** Counts failures of a system call. */
  fail(call: string, code: ErrnoName, count: number): void {
    const name = `${call} ${code}`;
    this.#failures.set(name, (this.#failures.get(name) ?? 0) + count);
  }

  /** Every failure of a system call, such as `"sendmmsg ENOBUFS"`, and how often it occurred. */
  failures(): ReadonlyMap<string, number> {
    return this.#failures;
  }

  /** Everything that was counted, for `JSON.stringify`. */
  toJSON(): object {
    return {
      ...this,
      drops: Object.fromEntries(this.drops()),
      failures: Object.fromEntries(this.failures()),
    };
  }

  /** Every reason that occurred, and how often. */
  drops(): ReadonlyMap<CountedDrop, number> {
    const reasons = new Set([...this.#drops.keys(), ...this.#included.keys()]);
    return new Map(
      [...reasons].map((reason) => [reason, this.dropped(reason)] as const)
        .filter(([, count]) => count > 0),
    );
  }
}
