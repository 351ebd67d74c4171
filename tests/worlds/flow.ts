/**
 * Numbered packets from one host to another: which of them arrived, and when.
 *
 * @module
 */

import { Icmpv6Type, icmpv6TypeOf, isIcmpv6 } from "../../wire/icmpv6.ts";
import type { VirtualClock } from "../sim/virtual_clock.ts";
import type { Meddling } from "./meddling.ts";
import { isUnchanged, numberedData } from "./numbered_packet.ts";
import type { Talker } from "./stage.ts";
import type { FlowPlan } from "./world_plan.ts";

/** A packet may wait for its receiver to be found, and at its sender's end again. */
export const SLOWEST_ARRIVAL = 12_000;

/** What became of one packet. */
interface Numbered {
  readonly sentAt: number;
  /** Copies that its receiver got, and, of a ping, that came back. */
  arrived: number;
  answered: number;
  /** When the first copy arrived or, of a ping, came back. */
  doneAt: number | undefined;
}

/** A flow under way. */
export class Flow {
  readonly index: number;
  readonly plan: FlowPlan;
  readonly from: Talker;
  readonly to: Talker;
  readonly packets: Numbered[] = [];
  readonly #clock: VirtualClock;
  #isOver = false;

  constructor(index: number, plan: FlowPlan, from: Talker, to: Talker, clock: VirtualClock) {
    this.index = index;
    this.plan = plan;
    this.from = from;
    this.to = to;
    this.#clock = clock;
    this.#next();
  }

  /** No more packets are sent. */
  stop(): void {
    this.#isOver = true;
  }

  /** "alice -> bob" */
  get name(): string {
    return `${this.from.name} -> ${this.to.name}`;
  }

  /**
   * A packet of this flow came to the host `at`.
   *
   * @returns what is wrong with that, if anything
   */
  arrive(packet: Uint8Array, number: number, at: Talker, net: Meddling): string | undefined {
    const numbers = { flow: this.index, number };
    if (!isUnchanged(packet, numbers, this.plan.size)) {
      return net.hasDamaged(packet) ? undefined : `${at.name} got packet ${number} changed`;
    }
    const entry = this.packets[number];
    if (entry === undefined) return `${at.name} got packet ${number}, which was not sent`;
    const isAnswer = isIcmpv6(packet) && icmpv6TypeOf(packet) === Icmpv6Type.ECHO_REPLY;
    if ((isAnswer ? this.from : this.to) !== at) return `packet ${number} came to ${at.name}`;
    const copies = isAnswer ? ++entry.answered : ++entry.arrived;
    if (isAnswer || this.plan.kind === "datagrams") entry.doneAt ??= this.#clock.now;
    const allowed = net.copiesOf(numbers);
    return copies > allowed
      ? `${at.name} got packet ${number} ${copies} times, and the network made ${allowed}`
      : undefined;
  }

  /** Whether every packet sent between two times arrived, of which there was at least one. */
  isLossless(since: number, until: number): boolean {
    const sent = this.packets.filter(({ sentAt }) => sentAt >= since && sentAt < until);
    return sent.length > 0 && sent.every(({ doneAt }) => doneAt !== undefined);
  }

  /**
   * How long it took after `since` until nothing was lost any more: until the packet after the last
   * lost one arrived, in milliseconds.
   */
  recoveryAfter(since: number): number {
    const until = this.#clock.now - SLOWEST_ARRIVAL;
    const isLost = ({ sentAt, doneAt }: Numbered) =>
      sentAt >= since && sentAt < until && doneAt === undefined;
    const lastLost = this.packets.findLastIndex(isLost);
    if (lastLost < 0) return 0;
    return (this.packets[lastLost + 1]?.doneAt ?? Infinity) - since;
  }

  #next(): void {
    if (this.#isOver) return;
    const { address } = this.to.stack;
    if (address !== undefined && this.from.stack.address !== undefined) this.#send(address);
    this.#clock.after(this.plan.interval, () => this.#next());
  }

  #send(destination: Uint8Array): void {
    const { index, packets, from: { stack } } = this;
    const number = packets.length;
    const data = numberedData({ flow: index, number }, this.plan.size);
    packets.push({ sentAt: this.#clock.now, arrived: 0, answered: 0, doneAt: undefined });
    if (this.plan.kind === "datagrams") stack.sendDatagram(destination, data);
    else stack.sendEcho(destination, 1000 + index, number & 0xffff, data);
  }
}
