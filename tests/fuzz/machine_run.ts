/**
 * A machine that lives through what an input chooses: datagrams, packets of its host, timers, and
 * answers of others that mostly keep to the protocol.
 *
 * @module
 */

import type { FastPath, Machine } from "../../protocol/machine.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import { type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { encodeEcho, Icmpv6Type, isEcho } from "../../wire/icmpv6.ts";
import { destinationOf, sourceOf } from "../../wire/ipv6_header.ts";
import { isRouterSolicitation } from "../../wire/neighbor_discovery.ts";
import { isTeredo, mappingOf } from "../../wire/teredo_address.ts";
import { encodeTeredoPacket, parseTeredoPacket } from "../../wire/teredo_packet.ts";
import type { SentDatagram } from "../recording_sink.ts";
import { ACTORS } from "../vectors/vectors.ts";
import type { Choices } from "./choices.ts";
import { hold } from "./target.ts";
import {
  addressFrom,
  advertisementFrom,
  datagramFrom,
  endpointFrom,
  packetFrom,
} from "./traffic.ts";
import type { WatchedSink } from "./watched_sink.ts";

/** Steps of a run; each takes a few octets of the input. */
const MAX_STEPS = 250;

/** Timers in one step at most: a machine that wants more is in a loop. */
const MAX_TIMERS = 2_000;

/** Timers at one time at most: what one part of a machine does may be news to another. */
const MAX_AT_ONCE = 4;

const SPANS: readonly number[] = [0, 1, 40, 300, 1_000, 4_000, 30_000, 120_000, 3_600_000];

/** A machine and its limits. */
interface Subject<Via extends string, Event, Status> {
  readonly machine: Machine<Via, Event, Status> & Partial<FastPath>;
  readonly vias: readonly Via[];
  readonly sink: WatchedSink<Via, Event>;
  /** The most outputs of one step that is not a timer. */
  readonly maxOutputs: number;
  /** The most octets that leave because of one step, beyond those that came. */
  readonly maxGrowth: number;
  /** Whether what it remembers is within bounds. */
  holdBounds(status: Status): void;
}

/** Runs a machine. */
export class MachineRun<Via extends string, Event, Status> {
  readonly #subject: Subject<Via, Event, Status>;
  readonly #choices: Choices;
  #now = 1_000_000;

  constructor(subject: Subject<Via, Event, Status>, choices: Choices) {
    this.#subject = subject;
    this.#choices = choices;
  }

  /** Goes through all that was chosen, then lets an hour pass: everything ends. */
  run(): void {
    for (let step = 0; this.#choices.hasMore && step < MAX_STEPS; step++) this.#step();
    this.#pass(3_600_000);
    this.#holdBounds();
  }

  #step(): void {
    const choices = this.#choices;
    switch (choices.below(10)) {
      case 0:
      case 1:
        return this.#receive(datagramFrom(choices), endpointFrom(choices));
      case 2:
        return this.#send(packetFrom(choices));
      case 3:
        return this.#send(packetFrom(choices, ACTORS.addressOfA, addressFrom(choices)));
      case 4:
        return this.#pass(choices.of(SPANS));
      case 5:
        return this.#repeat();
      case 6:
        return this.#holdBounds();
      default:
        return this.#answer();
    }
  }

  #receive(bytes: Uint8Array, from: Endpoint, via?: Via): void {
    const { machine, sink, vias } = this.#subject;
    sink.clear();
    const socket = via ?? this.#choices.of(vias);
    const isBulk = socket === vias[0] && machine.admit?.(bytes, from, this.#now);
    if (isBulk) sink.packet(bytes);
    else machine.handleDatagram(bytes, from, socket, this.#now, sink);
    this.#holdSmall(bytes.length);
  }

  #send(ipv6: Uint8Array): void {
    const { machine, sink, vias } = this.#subject;
    sink.clear();
    const to = machine.route?.(ipv6, this.#now);
    if (to !== undefined) sink.datagram(to, vias[0]!, ipv6);
    else machine.handlePacket(ipv6, this.#now, sink);
    this.#holdSmall(ipv6.length);
  }

  #holdSmall(length: number): void {
    const { sink: { outputs, octets }, maxOutputs, maxGrowth } = this.#subject;
    hold(outputs <= maxOutputs, `${outputs} outputs of one input`);
    hold(octets <= length + maxGrowth, `${octets} octets leave for ${length}`);
  }

  /** Lets time pass, timers included. */
  #pass(span: number): void {
    const { machine, sink } = this.#subject;
    const until = this.#now + span;
    let atOnce = 0;
    for (let timers = 0; machine.nextTimer() <= until; timers++) {
      hold(timers < MAX_TIMERS, `${timers} timers in ${span} ms`);
      this.#now = Math.max(this.#now, machine.nextTimer());
      machine.handleTimer(this.#now, sink);
      atOnce = machine.nextTimer() > this.#now ? 0 : atOnce + 1;
      hold(atOnce < MAX_AT_ONCE, "A timer is due again and again at once");
    }
    this.#now = until;
  }

  /** Something that was sent comes back, as it is. */
  #repeat(): void {
    const { sink: { sent } } = this.#subject;
    if (sent.length === 0) return;
    const { to, bytes } = sent[this.#choices.octet() % sent.length]!;
    this.#receive(bytes, to);
  }

  /** Whom the machine sent something last answers. */
  #answer(): void {
    const { sent } = this.#subject.sink;
    const last = sent[sent.length - 1 - this.#choices.below(2)];
    if (last === undefined) return;
    const answer = answerTo(last, this.#choices);
    if (answer === undefined) return;
    const from = this.#choices.oneIn(8) ? endpointFrom(this.#choices) : answer.from;
    this.#receive(answer.bytes, from, last.via);
  }

  #holdBounds(): void {
    const { machine } = this.#subject;
    this.#subject.holdBounds(machine.status(this.#now));
    const next = machine.nextTimer();
    hold(typeof next === "number" && !Number.isNaN(next), "The next timer is not a time");
  }
}

interface Answer {
  readonly bytes: Uint8Array;
  readonly from: Endpoint;
}

/** What a server or client would answer. */
function answerTo({ bytes, to }: SentDatagram<string>, choices: Choices): Answer | undefined {
  const packet = parseTeredoPacket(bytes);
  if (typeof packet === "string") return undefined;
  const { ipv6, authentication, origin } = packet;
  if (isRouterSolicitation(ipv6)) {
    const mapping = choices.oneIn(8) ? endpointFrom(choices) : ACTORS.a;
    const advertisement = advertisementFrom(choices, sourceOf(ipv6));
    return {
      bytes: encodeTeredoPacket({ authentication, origin: mapping, ipv6: advertisement }),
      from: to,
    };
  }
  const [source, destination] = [destinationOf(ipv6).slice(), sourceOf(ipv6).slice()];
  const from = isTeredo(source) && choices.oneIn(2) ? mappingOf(source) : origin ?? to;
  if (isEcho(ipv6)) {
    const data = ipv6.subarray(48);
    const [identifier, sequence] = [256 * ipv6[44]! + ipv6[45]!, 256 * ipv6[46]! + ipv6[47]!];
    const type = Icmpv6Type.ECHO_REPLY;
    return { bytes: encodeEcho({ type, source, destination, identifier, sequence, data }), from };
  }
  return {
    bytes: encodeBubble(source, destination),
    from: from === 0 ? endpoint(ACTORS.s1, 3544) : from,
  };
}
