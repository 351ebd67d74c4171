/**
 * How long an idle mapping lasts: the idea of RFC 4380 §5.2.7, with all silences at once.
 *
 *     service    RS             RS, bubble ---+          RS, bubble ---+
 *                                             | by the server         | by the server
 *     rung_0     RS .... 5 s of silence ..... v comes in?             |
 *     rung_1     RS .............. 10 s of silence .................. v comes in?
 *
 * Each silence has its own port, so that the whole test takes no longer than the longest one. The
 * test packet comes from outside, because a port-preserving NAT would give a new mapping the old
 * one's port: only a mapping that still exists lets the packet in.
 *
 * @module
 */

import { TEREDO_PORT } from "../../protocol/constants.ts";
import type { DropReason } from "../../protocol/drop_reason.ts";
import { drawFlags } from "../../protocol/flags.ts";
import type { Machine, Sink } from "../../protocol/machine.ts";
import type { Random } from "../../protocol/random.ts";
import { encodeBubble, isBubble } from "../../wire/bubble.ts";
import { type Endpoint, endpoint } from "../../wire/endpoint.ts";
import type { GlobalUnicast } from "../../wire/global_unicast.ts";
import type { Ipv4Address } from "../../wire/ipv4_address.ts";
import { isSameIpv6 } from "../../wire/ipv6_address.ts";
import { DESTINATION } from "../../wire/ipv6_header.ts";
import { isRouterAdvertisement } from "../../wire/neighbor_discovery.ts";
import { encodeTeredoAddress } from "../../wire/teredo_address.ts";
import { parseTeredoPacket, type TeredoPacket } from "../../wire/teredo_packet.ts";
import type { ClientCredentials } from "../client_config.ts";
import { MAX_TRANSMISSIONS, Question } from "./question.ts";

/** A socket of the test: one that sends, and one for each silence. */
export type LifetimeSocket = "service" | `rung_${number}`;

/** What the test reports: it has found out everything it can. */
interface LifetimeEvent {
  readonly type: "complete";
}

type LifetimeSink = Sink<LifetimeSocket, LifetimeEvent>;

/** The configuration of the test. */
interface LifetimeConfig {
  /** The primary address of a server that answers. */
  readonly server: Ipv4Address;
  /** The silences to try in milliseconds, from the shortest to the longest. */
  readonly silences: readonly number[];
  readonly globalUnicast: GlobalUnicast;
  readonly random: Random;
  /** For servers that require authentication. */
  readonly credentials?: ClientCredentials | undefined;
  /** How long to wait for an answer of the server in all, in milliseconds. */
  readonly timeout: number;
}

/** What the test found. Times are in milliseconds. */
export interface LifetimeFindings {
  readonly isComplete: boolean;
  /** The longest silence that a mapping outlived. */
  readonly held: number | undefined;
  /** The shortest silence after which a mapping was gone. */
  readonly lost: number | undefined;
}

/** The time between the solicitations of two rungs, because servers limit them by address. */
const PACE = 250;

/** How many bubbles test whether a mapping still exists, and the wait for each. */
const BUBBLES = 3;
const BUBBLE_WAIT = 1_000;

/**
 * Silences worth trying, in seconds: the lifetimes of known NATs, from the poorest to RFC 4787
 * REQ-5.
 */
const USUAL_SILENCES = [5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 600, 900, 1800, 3600];

/** The silences to try up to `longest` milliseconds, which is the last one. */
export function silencesUpTo(longest: number): number[] {
  const shorter = USUAL_SILENCES.map((seconds) => 1000 * seconds).filter((each) => each < longest);
  return [...shorter, longest];
}

/** The socket for the silence with this index. */
export function rungSocket(index: number): LifetimeSocket {
  return `rung_${index}`;
}

type RungState =
  | { readonly name: "due"; readonly at: number }
  | { readonly name: "soliciting"; readonly question: Question<LifetimeSocket> }
  | { readonly name: "silent"; readonly mapping: Endpoint; readonly until: number }
  /** The service port asks for its own mapping, so that the server forwards its bubbles. */
  | {
    readonly name: "introducing";
    readonly mapping: Endpoint;
    readonly question: Question<LifetimeSocket>;
  }
  | {
    readonly name: "testing";
    readonly bubble: Uint8Array;
    readonly sent: number;
    readonly deadline: number;
  }
  | { readonly name: "held" | "lost" | "unknown" };

interface Rung {
  readonly via: LifetimeSocket;
  readonly silence: number;
  state: RungState;
}

/** Tests how long idle mappings last. */
export class MappingLifetime implements Machine<LifetimeSocket, LifetimeEvent, LifetimeFindings> {
  readonly #config: LifetimeConfig;
  readonly #server: Endpoint;
  #rungs: readonly Rung[] = [];
  #hasBegun = false;
  #isComplete = false;

  constructor(config: LifetimeConfig) {
    this.#config = config;
    this.#server = endpoint(config.server, TEREDO_PORT);
  }

  handleDatagram(
    bytes: Uint8Array,
    from: Endpoint,
    via: LifetimeSocket,
    now: number,
    sink: LifetimeSink,
  ): void {
    const packet = parseTeredoPacket(bytes);
    const reason = typeof packet === "string" ? packet : this.#hear(packet, from, via, now, sink);
    if (reason !== undefined) sink.drop(reason);
    this.#advance(now, sink);
  }

  /** A probe has no interface that could send. */
  handlePacket(_ipv6: Uint8Array, _now: number, sink: LifetimeSink): void {
    sink.drop("not_qualified");
  }

  nextTimer(): number {
    if (this.#isComplete) return Infinity;
    if (!this.#hasBegun) return -Infinity;
    return Math.min(...this.#rungs.map(({ state }) => deadlineOf(state)));
  }

  handleTimer(now: number, sink: LifetimeSink): void {
    if (this.#isComplete) return;
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      this.#rungs = this.#config.silences.map((silence, i) => ({
        via: rungSocket(i),
        silence,
        state: { name: "due", at: now + PACE * i },
      }));
    }
    for (const rung of this.#rungs) {
      if (deadlineOf(rung.state) <= now) this.#wake(rung, now, sink);
    }
    this.#advance(now, sink);
  }

  status(): LifetimeFindings {
    const silences = (name: "held" | "lost") =>
      this.#rungs.filter(({ state }) => state.name === name).map(({ silence }) => silence);
    return {
      isComplete: this.#isComplete,
      held: silences("held").at(-1),
      lost: silences("lost").at(0),
    };
  }

  #wake(rung: Rung, now: number, sink: LifetimeSink): void {
    const { state } = rung;
    switch (state.name) {
      case "due":
        rung.state = { name: "soliciting", question: this.#ask(rung.via, now, sink) };
        return;
      case "soliciting":
      case "introducing":
        return state.question.handleTimer(now, sink);
      case "silent": {
        const question = this.#ask("service", now, sink);
        rung.state = { name: "introducing", mapping: state.mapping, question };
        return;
      }
      case "testing":
        if (state.sent >= BUBBLES) rung.state = { name: "lost" };
        else this.#test(rung, state.bubble, state.sent, now, sink);
        return;
    }
  }

  #hear(
    packet: TeredoPacket,
    from: Endpoint,
    via: LifetimeSocket,
    now: number,
    sink: LifetimeSink,
  ): DropReason | undefined {
    if (isRouterAdvertisement(packet.ipv6)) {
      const question = this.#rungs.map(questionOf)
        .find((each) => each?.via === via && each.isAnsweredBy(packet));
      return question === undefined ? "nonce_mismatch" : question.hear(packet, from, now, sink);
    }
    const rung = this.#rungs.find((each) => each.via === via);
    if (rung?.state.name !== "testing" || from !== this.#server) return "destination_invalid";
    const { ipv6 } = packet;
    const expected = rung.state.bubble.subarray(DESTINATION);
    if (!isBubble(ipv6) || !isSameIpv6(ipv6, DESTINATION, expected)) return "destination_invalid";
    rung.state = { name: "held" };
    return undefined;
  }

  /** Acts on answers, and ends when nothing is left to find out. */
  #advance(now: number, sink: LifetimeSink): void {
    if (this.#isComplete) return;
    for (const rung of this.#rungs) {
      const { state } = rung;
      const question = questionOf(rung);
      if (question === undefined || !question.isOver) continue;
      const mapping = question.answer?.mapping;
      if (mapping === undefined) rung.state = { name: "unknown" };
      else if (state.name === "soliciting") {
        rung.state = { name: "silent", mapping, until: now + rung.silence };
      } else if (state.name === "introducing") {
        const bubble = encodeBubble(this.#addressAt(mapping), this.#addressAt(state.mapping));
        this.#test(rung, bubble, 0, now, sink);
      }
    }
    // A mapping that is gone after one silence is gone after a longer one.
    const lost = this.#rungs.findIndex(({ state }) => state.name === "lost");
    const relevant = lost < 0 ? this.#rungs : this.#rungs.slice(0, lost);
    if (!this.#hasBegun || relevant.some(({ state }) => deadlineOf(state) < Infinity)) return;
    this.#isComplete = true;
    sink.event({ type: "complete" });
  }

  #test(rung: Rung, bubble: Uint8Array, sent: number, now: number, sink: LifetimeSink): void {
    rung.state = { name: "testing", bubble, sent: sent + 1, deadline: now + BUBBLE_WAIT };
    sink.datagram(this.#server, "service", bubble);
  }

  #ask(via: LifetimeSocket, now: number, sink: LifetimeSink): Question<LifetimeSocket> {
    const { server: primary, globalUnicast, random, credentials, timeout } = this.#config;
    const question = new Question({ via, primary, globalUnicast, random, credentials }, {
      target: this.#server,
      sender: this.#server,
      wait: timeout / MAX_TRANSMISSIONS,
    });
    question.ask(now, sink);
    return question;
  }

  #addressAt(mapping: Endpoint): Uint8Array {
    const { server, random } = this.#config;
    return encodeTeredoAddress({ server, flags: drawFlags(random), mapping });
  }
}

function questionOf({ state }: Rung): Question<LifetimeSocket> | undefined {
  return state.name === "soliciting" || state.name === "introducing" ? state.question : undefined;
}

/** When a rung needs attention; `Infinity` once its outcome is known. */
function deadlineOf(state: RungState): number {
  switch (state.name) {
    case "due":
      return state.at;
    case "soliciting":
    case "introducing":
      return state.question.deadline;
    case "silent":
      return state.until;
    case "testing":
      return state.deadline;
    case "held":
    case "lost":
    case "unknown":
      return Infinity;
  }
}
