/**
 * Finding out by solicitations alone whether a server works, and what the NAT on the way to it is
 * like.
 *
 *     plain         RS to the primary, RS to the secondary       one mapping for both?
 *     unopened      RS with cone bit 1 to the primary            does an address get in that we
 *                                                                never sent to?
 *     other_port    a datagram to another port of the secondary, does it get in if we sent to another
 *                   RS with cone bit 1 to the primary            of its ports?
 *     same_port     RS to the secondary,                         does the server honour the cone bit?
 *                   RS with cone bit 1 to the primary            It must get in here
 *
 * A server answers a solicitation with cone bit 1 from its other address (RFC 4380 §5.3.2), which
 * is all that RFC 5780 §4.4 needs to distinguish the three kinds of filtering. Each question has
 * its own socket, because packets sent for one would open the NAT for another.
 *
 * @module
 */

import { TEREDO_PORT } from "../../protocol/constants.ts";
import type { DropReason } from "../../protocol/drop_reason.ts";
import type { Machine, Sink } from "../../protocol/machine.ts";
import type { Random } from "../../protocol/random.ts";
import { type Endpoint, endpoint } from "../../wire/endpoint.ts";
import type { GlobalUnicast } from "../../wire/global_unicast.ts";
import { isRouterAdvertisement } from "../../wire/neighbor_discovery.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import type { ClientCredentials, ServerAddresses } from "../client_config.ts";
import {
  type AddressFinding,
  type FilteringBehaviour,
  type FilteringUnknown,
  type Finding,
  type HairpinningUnknown,
  type MappingBehaviour,
  type MappingUnknown,
  medianOf,
  type ServerFindings,
} from "./findings.ts";
import { HairpinTest } from "./hairpin.ts";
import { MAX_TRANSMISSIONS, Question, type QuestionSpec } from "./question.ts";

/** The sockets of a probe, each on its own port, none used before. */
export const PROBE_SOCKETS = ["plain", "unopened", "other_port", "same_port"] as const;

/** One of them. */
export type ProbeSocket = typeof PROBE_SOCKETS[number];

/** What a probe reports: it has found out everything it can. */
interface ProbeEvent {
  readonly type: "complete";
}

/** Where a probe's effects go. */
type ProbeSink = Sink<ProbeSocket, ProbeEvent>;

/** The configuration of a probe. */
interface ProbeConfig {
  readonly server: ServerAddresses;
  readonly globalUnicast: GlobalUnicast;
  readonly random: Random;
  /** How long to wait for a silent address in all, in milliseconds. */
  readonly timeout: number;
  /** For servers that require authentication. */
  readonly credentials?: ClientCredentials | undefined;
  /** Whether an endpoint is one of this host's own. */
  readonly isOwn: (at: Endpoint) => boolean;
}

/** Round trips measured to the primary address. */
const ROUND_TRIPS = 3;

/**
 * How long to wait for an answer that the NAT may well refuse: some round trips and a margin for a
 * busy server, at least `least`, in milliseconds.
 */
const FILTERED_WAIT = { roundTrips: 4, margin: 200, least: 500 } as const;

/** The discard port: any port but Teredo's would do. */
const ANOTHER_PORT = 9;

/** Opens the NAT, and means nothing to its receiver. */
const OPENER = new Uint8Array(1);

type Questions = Record<
  "primary" | "secondary" | "unopened" | "otherPort" | "opening" | "samePort",
  Question<ProbeSocket>
>;

/** Probes one server. */
export class ServerProbe implements Machine<ProbeSocket, ProbeEvent, ServerFindings> {
  readonly #config: ProbeConfig;
  readonly #primary: Endpoint;
  readonly #secondary: Endpoint;
  readonly #questions: Pick<Questions, "primary" | "secondary"> & Partial<Questions>;
  #hairpin: HairpinTest<ProbeSocket> | undefined;
  #hasBegun = false;
  #isComplete = false;

  constructor(config: ProbeConfig) {
    const { server, timeout } = config;
    this.#config = config;
    this.#primary = endpoint(server.primary, TEREDO_PORT);
    this.#secondary = endpoint(server.secondary, TEREDO_PORT);
    const wait = timeout / MAX_TRANSMISSIONS;
    this.#questions = {
      primary: this.#ask("plain", this.#primary, this.#primary, wait, ROUND_TRIPS),
      secondary: this.#ask("plain", this.#secondary, this.#secondary, wait),
    };
  }

  handleDatagram(
    bytes: Uint8Array,
    from: Endpoint,
    via: ProbeSocket,
    now: number,
    sink: ProbeSink,
  ): void {
    const reason = this.#hear(bytes, from, via, now, sink);
    if (reason !== undefined) sink.drop(reason);
    this.#advance(now, sink);
  }

  /** A probe has no interface that could send. */
  handlePacket(_ipv6: Uint8Array, _now: number, sink: ProbeSink): void {
    sink.drop("not_qualified");
  }

  nextTimer(): number {
    if (this.#isComplete) return Infinity;
    if (!this.#hasBegun) return -Infinity;
    const deadlines = Object.values(this.#questions).map(({ deadline }) => deadline);
    return Math.min(...deadlines, this.#hairpin?.deadline ?? Infinity);
  }

  handleTimer(now: number, sink: ProbeSink): void {
    if (this.#isComplete) return;
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      this.#questions.primary.ask(now, sink);
      this.#questions.secondary.ask(now, sink);
    }
    for (const question of Object.values(this.#questions)) question.handleTimer(now, sink);
    this.#hairpin?.handleTimer(now, sink);
    this.#advance(now, sink);
  }

  status(): ServerFindings {
    const { primary, secondary } = this.#questions;
    return {
      server: this.#config.server,
      isComplete: this.#isComplete,
      primary: findingOf(primary, this.#primary),
      secondary: findingOf(secondary, this.#secondary),
      mapping: this.#mapping(),
      filtering: this.#filtering() ?? { unknown: "server_silent" },
      hairpinning: this.#hairpinning() ?? { unknown: "server_silent" },
    };
  }

  #hear(
    bytes: Uint8Array,
    from: Endpoint,
    via: ProbeSocket,
    now: number,
    sink: ProbeSink,
  ): DropReason | undefined {
    if (this.#hairpin?.hear(bytes)) return undefined;
    const packet = parseTeredoPacket(bytes);
    if (typeof packet === "string") return packet;
    if (!isRouterAdvertisement(packet.ipv6)) return "advertisement_unexpected";
    const questions = Object.values(this.#questions).filter((question) => question.via === via);
    const asked = questions.find((question) => question.isAnsweredBy(packet));
    return asked === undefined ? "nonce_mismatch" : asked.hear(packet, from, now, sink);
  }

  /** Asks what can be asked now, and ends when nothing is left to find out. */
  #advance(now: number, sink: ProbeSink): void {
    if (this.#isComplete) return;
    const { primary, secondary, unopened, opening, samePort } = this.#questions;
    if (!primary.isOver || !secondary.isOver) return;
    const mapping = this.#mapping();
    if ("value" in mapping && unopened === undefined) {
      this.#askFiltering(mapping.value, now, sink);
    }
    if (opening?.state === "answered" && samePort === undefined) {
      this.#questions.samePort = this.#askFromOther("same_port", now, sink);
      this.#beginHairpinTest(now, sink);
    }
    if (this.#filtering() === undefined || this.#hairpinning() === undefined) return;
    this.#isComplete = true;
    sink.event({ type: "complete" });
  }

  #askFiltering(mapping: MappingBehaviour, now: number, sink: ProbeSink): void {
    const questions = this.#questions;
    questions.unopened = this.#askFromOther("unopened", now, sink);
    // If the mappings differ, a packet to the secondary address opens another mapping.
    if (mapping === "destination_dependent") return;
    sink.datagram(endpoint(this.#config.server.secondary, ANOTHER_PORT), "other_port", OPENER);
    questions.otherPort = this.#askFromOther("other_port", now, sink);
    const wait = this.#config.timeout / MAX_TRANSMISSIONS;
    questions.opening = this.#ask("same_port", this.#secondary, this.#secondary, wait);
    questions.opening.ask(now, sink);
  }

  /** Asks the primary address for an answer from the secondary one. */
  #askFromOther(via: ProbeSocket, now: number, sink: ProbeSink): Question<ProbeSocket> {
    const question = this.#ask(via, this.#primary, this.#secondary, this.#filteredWait());
    question.ask(now, sink);
    return question;
  }

  #ask(
    via: ProbeSocket,
    target: Endpoint,
    sender: Endpoint,
    wait: number,
    answers?: number,
  ): Question<ProbeSocket> {
    const { server: { primary }, globalUnicast, random, credentials } = this.#config;
    const spec: QuestionSpec = { target, sender, wait, answers };
    return new Question({ via, primary, globalUnicast, random, credentials }, spec);
  }

  #beginHairpinTest(now: number, sink: ProbeSink): void {
    const { primary, opening } = this.#questions;
    const [first, second] = [primary.answer?.mapping, opening?.answer?.mapping];
    if (first === undefined || second === undefined || this.#config.isOwn(first)) return;
    const { server, random } = this.#config;
    this.#hairpin = new HairpinTest(
      { via: "plain", mapping: first },
      { via: "same_port", mapping: second },
      server.primary,
      random,
      this.#filteredWait(),
    );
    this.#hairpin.handleTimer(now, sink);
  }

  #filteredWait(): number {
    const { roundTrips, margin, least } = FILTERED_WAIT;
    const roundTrip = medianOf(this.#questions.primary.roundTrips) ?? Infinity;
    const longest = Math.max(least, this.#config.timeout / MAX_TRANSMISSIONS);
    return Math.min(Math.max(least, roundTrips * roundTrip + margin), longest);
  }

  #mapping(): Finding<MappingBehaviour, MappingUnknown> {
    const { primary, secondary } = this.#questions;
    if (primary.answer === undefined || secondary.answer === undefined) {
      return { unknown: "server_silent" };
    }
    const isSame = primary.answer.mapping === secondary.answer.mapping;
    return { value: isSame ? "endpoint_independent" : "destination_dependent" };
  }

  /** `undefined` while an answer can still decide it. */
  #filtering(): Finding<FilteringBehaviour, FilteringUnknown> | undefined {
    const mapping = this.#mapping();
    if ("unknown" in mapping) return mapping;
    const { unopened, otherPort, opening, samePort } = this.#questions;
    if (unopened?.state === "answered") return { value: "endpoint_independent" };
    if (unopened?.state !== "silent") return undefined;
    if (mapping.value === "destination_dependent") return { unknown: "mapping_dependent" };
    if (otherPort?.state === "answered") return { value: "address_dependent" };
    if (otherPort?.state !== "silent") return undefined;
    if (samePort?.state === "answered") return { value: "address_and_port_dependent" };
    return samePort?.isOver || opening?.state === "silent"
      ? { unknown: "cone_bit_ignored" }
      : undefined;
  }

  /** `undefined` until the test is over. */
  #hairpinning(): Finding<boolean, HairpinningUnknown> | undefined {
    const { primary, opening } = this.#questions;
    const mapping = this.#mapping();
    if ("unknown" in mapping) return mapping;
    if (mapping.value === "destination_dependent") return { unknown: "mapping_dependent" };
    if (this.#config.isOwn(primary.answer!.mapping)) return { unknown: "no_nat" };
    if (opening?.state === "silent") return { unknown: "server_silent" };
    const result = this.#hairpin?.result;
    return result === undefined ? undefined : { value: result };
  }
}

function findingOf(question: Question<ProbeSocket>, target: Endpoint): AddressFinding {
  const { roundTrips, answer, refusal } = question;
  return {
    target,
    roundTrips: [...roundTrips],
    mapping: answer?.mapping,
    mtu: answer?.mtu,
    refusal: answer === undefined ? refusal : undefined,
  };
}
