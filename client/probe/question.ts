/**
 * One question to a server: a solicitation, repeated until an answer comes or the last wait ends.
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
import type { ClientCredentials } from "../client_config.ts";
import { acceptAdvertisement, type Advertisement } from "../qualification/advertisement.ts";
import {
  CONE_SOLICITATION_SOURCE,
  Solicitation,
  SOLICITATION_SOURCE,
} from "../qualification/solicitation.ts";

/** How often a question is sent before silence counts as the answer. */
export const MAX_TRANSMISSIONS = 3;

/** What all questions of a probe to one socket have in common. */
interface QuestionContext<Via extends string> {
  /** The socket. */
  readonly via: Via;
  /** The server's primary address, which its advertisements name. */
  readonly primary: Ipv4Address;
  readonly globalUnicast: GlobalUnicast;
  readonly random: Random;
  /** For servers that require authentication. */
  readonly credentials?: ClientCredentials | undefined;
}

/** What to ask, and of which address. */
export interface QuestionSpec {
  readonly target: Endpoint;
  /** The address that must answer: not the target if the cone bit is set. */
  readonly sender: Endpoint;
  /** The wait for each answer, in milliseconds. */
  readonly wait: number;
  /** How many answers to collect, for measuring round trips; one by default. */
  readonly answers?: number | undefined;
}

/** The state of a question. */
type QuestionState = "unasked" | "asked" | "answered" | "silent";

/** One transmission; its own nonce identifies its answer. */
interface Transmission {
  readonly solicitation: Solicitation;
  readonly sentAt: number;
}

/** A question. */
export class Question<Via extends string> {
  readonly via: Via;
  readonly roundTrips: number[] = [];
  /** Why an answer was refused, if one was. */
  refusal: DropReason | undefined;
  readonly #context: QuestionContext<Via>;
  readonly #spec: QuestionSpec;
  #transmissions: Transmission[] = [];
  #state: QuestionState = "unasked";
  #deadline = Infinity;
  #unanswered = 0;
  #answer: Advertisement | undefined;

  constructor(context: QuestionContext<Via>, spec: QuestionSpec) {
    this.via = context.via;
    this.#context = context;
    this.#spec = spec;
  }

  get state(): QuestionState {
    return this.#state;
  }

  /** Whether its outcome is known. */
  get isOver(): boolean {
    return this.#state === "answered" || this.#state === "silent";
  }

  /** The last answer. */
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
    if (++this.#unanswered < MAX_TRANSMISSIONS) this.#send(now, sink);
    else this.#end();
  }

  /** Whether a packet on this question's socket answers one of its transmissions. */
  isAnsweredBy(packet: TeredoPacket): boolean {
    return this.#transmissionOf(packet) !== undefined;
  }

  /** Accepts an answer, or says why not. */
  hear(
    packet: TeredoPacket,
    from: Endpoint,
    now: number,
    sink: Sink<Via, never>,
  ): DropReason | undefined {
    const transmission = this.#transmissionOf(packet);
    if (transmission === undefined) return "nonce_mismatch";
    const { primary, globalUnicast, credentials } = this.#context;
    const accepted = acceptAdvertisement(packet, from, {
      solicitation: transmission.solicitation,
      sender: this.#spec.sender,
      primary,
      globalUnicast,
      credentials,
    });
    if (typeof accepted === "string") return this.refusal = accepted;
    // A duplicate of the answer would say nothing new.
    this.#transmissions = this.#transmissions.filter((each) => each !== transmission);
    this.#answer = accepted;
    this.roundTrips.push(now - transmission.sentAt);
    if (this.#state !== "asked") this.#state = "answered";
    else if (this.roundTrips.length < (this.#spec.answers ?? 1)) this.#send(now, sink);
    else this.#end();
    return undefined;
  }

  #send(now: number, sink: Sink<Via, never>): void {
    const { target, sender, wait } = this.#spec;
    const source = sender === target ? SOLICITATION_SOURCE : CONE_SOLICITATION_SOURCE;
    const { random, credentials } = this.#context;
    const solicitation = new Solicitation(target, random, credentials, source);
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
