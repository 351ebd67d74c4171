/**
 * One question to a server: a solicitation that is repeated until an answer comes or patience ends.
 *
 * @module
 */

import type { DropReason } from "../../protocol/drop_reason.ts";
import type { Random } from "../../protocol/random.ts";
import type { Sink } from "../../protocol/machine.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import type { GlobalUnicast } from "../../wire/global_unicast.ts";
import type { Ipv4Address } from "../../wire/ipv4_address.ts";
import type { TeredoPacket } from "../../wire/teredo_packet.ts";
import { acceptAdvertisement, type Advertisement } from "../qualification/advertisement.ts";
import {
  CONE_SOLICITATION_SOURCE,
  Solicitation,
  SOLICITATION_SOURCE,
} from "../qualification/solicitation.ts";

/** How often a question is repeated before no answer counts as one. */
const UNANSWERED = 3;

/** Who asks, and by what rules. */
export interface Asking<Via extends string> {
  /** The socket. */
  readonly via: Via;
  /** The server's primary address, which its advertisements name. */
  readonly primary: Ipv4Address;
  readonly globalUnicast: GlobalUnicast;
  readonly random: Random;
}

/** What is asked. */
export interface Wording {
  readonly target: Endpoint;
  /** Who is to answer: another one than was asked if the cone bit is set. */
  readonly sender: Endpoint;
  /** The wait for each answer, in milliseconds. */
  readonly wait: number;
  /** How many answers are wanted, to measure round trips; one unless given. */
  readonly answers?: number | undefined;
}

/** What became of a question. */
export type QuestionState = "unasked" | "asked" | "answered" | "silent";

/** One transmission; each has a nonce of its own, by which its answer is known. */
interface Transmission {
  readonly solicitation: Solicitation;
  readonly sentAt: number;
}

/** A question. */
export class Question<Via extends string> {
  readonly via: Via;
  readonly roundTrips: number[] = [];
  /** Why an answer was not accepted, if one came. */
  refusal: DropReason | undefined;
  readonly #asking: Asking<Via>;
  readonly #wording: Wording;
  #transmissions: Transmission[] = [];
  #state: QuestionState = "unasked";
  #deadline = Infinity;
  #unanswered = 0;
  #answer: Advertisement | undefined;

  constructor(asking: Asking<Via>, wording: Wording) {
    this.via = asking.via;
    this.#asking = asking;
    this.#wording = wording;
  }

  get state(): QuestionState {
    return this.#state;
  }

  /** Whether nothing more will come of it. */
  get isOver(): boolean {
    return this.#state === "answered" || this.#state === "silent";
  }

  /** What the last answer said. */
  get answer(): Advertisement | undefined {
    return this.#answer;
  }

  /** When {@linkcode handleTimer} is due. */
  get deadline(): number {
    return this.#deadline;
  }

  /** Asks for the first time. */
  ask(now: number, sink: Sink<Via, never>): void {
    this.#state = "asked";
    this.#send(now, sink);
  }

  handleTimer(now: number, sink: Sink<Via, never>): void {
    if (now < this.#deadline) return;
    if (++this.#unanswered < UNANSWERED) this.#send(now, sink);
    else this.#end();
  }

  /** Whether a packet on this question's socket answers one of its transmissions. */
  isAnsweredBy(packet: TeredoPacket): boolean {
    return this.#transmissionOf(packet) !== undefined;
  }

  /** Takes an answer, or says why not. */
  hear(
    packet: TeredoPacket,
    from: Endpoint,
    now: number,
    sink: Sink<Via, never>,
  ): DropReason | undefined {
    const transmission = this.#transmissionOf(packet);
    if (transmission === undefined) return "nonce_mismatch";
    const { primary, globalUnicast } = this.#asking;
    const accepted = acceptAdvertisement(packet, from, {
      solicitation: transmission.solicitation,
      sender: this.#wording.sender,
      primary,
      globalUnicast,
      credentials: undefined,
    });
    if (typeof accepted === "string") return this.refusal = accepted;
    // A copy of it that comes again says nothing new.
    this.#transmissions = this.#transmissions.filter((each) => each !== transmission);
    this.#answer = accepted;
    this.roundTrips.push(now - transmission.sentAt);
    if (this.#state !== "asked") this.#state = "answered";
    else if (this.roundTrips.length < (this.#wording.answers ?? 1)) this.#send(now, sink);
    else this.#end();
    return undefined;
  }

  #send(now: number, sink: Sink<Via, never>): void {
    const { target, sender, wait } = this.#wording;
    const source = sender === target ? SOLICITATION_SOURCE : CONE_SOLICITATION_SOURCE;
    const solicitation = new Solicitation(target, this.#asking.random, undefined, source);
    this.#transmissions.push({ solicitation, sentAt: now });
    this.#deadline = now + wait;
    sink.datagram(target, this.via, solicitation.next(now));
  }

  #end(): void {
    this.#state = this.#answer === undefined ? "silent" : "answered";
    this.#deadline = Infinity;
  }

  #transmissionOf({ authentication }: TeredoPacket): Transmission | undefined {
    if (authentication === undefined) return undefined;
    return this.#transmissions.find(({ solicitation }) =>
      solicitation.hasNonce(authentication.nonce)
    );
  }
}
