/**
 * How many octets a victim gets for each octet of an attacker, over 30 seconds, by role and kind of
 * packet. Counted as the network does: with the headers of IPv4 and UDP.
 */
import { assert, assertEquals } from "@std/assert";
import type { ClientSocket } from "../../client/client_sink.ts";
import type { Machine, Sink } from "../../protocol/machine.ts";
import { addressOf, type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { formatIpv4 } from "../../wire/ipv4_address.ts";
import { formatIpv6 } from "../../wire/ipv6_address.ts";
import {
  DESTINATION,
  destinationOf,
  NextHeader,
  nextHeaderOf,
  SOURCE,
  sourceOf,
} from "../../wire/ipv6_header.ts";
import { isEchoRequest, isIcmpv6 } from "../../wire/icmpv6.ts";
import { isRouterSolicitation } from "../../wire/neighbor_discovery.ts";
import { isTeredo } from "../../wire/teredo_address.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { ClientFixture, packet, replyTo } from "../client/client_fixture.ts";
import { echoReply } from "../echo_reply.ts";
import type { SentDatagram } from "../recording_sink.ts";
import { GatewayFixture, OWN } from "../relay/gateway_fixture.ts";
import { NO_LIMITS, RelayFixture } from "../relay/relay_fixture.ts";
import { ServerFixture } from "../server/server_fixture.ts";
import { seededRandom } from "../sim/seeded_random.ts";
import { ACTORS, at, ip4, ip6 } from "../vectors/vectors.ts";
import { type Parties, type Recipe, recipes } from "./packet_kinds.ts";

/** What may be sent: for a solicitation, and for anything else. */
const MOST = { solicitation: 1.8, other: 1.3 } as const;

const SECONDS = 30;

const HEADERS = 20 + 8;

const TCP_HEADER = 20;

const PARTIES: Parties = {
  server: ACTORS.s1,
  client: new ClientFixture().qualify().client.status(0).address!,
  victim: ip4("198.51.100.9"),
  native: ip6("2001:db8:9::9"),
};

/** A machine, where it stands in time, and how packets get in. */
interface Target {
  readonly machine: Pick<
    Machine<string, unknown, unknown>,
    "handleDatagram" | "handlePacket" | "handleTimer" | "nextTimer"
  >;
  readonly via: string;
  readonly now: number;
  /** Its Teredo address, if it has another one than the parties know. */
  readonly address?: Uint8Array;
  /** Whether whole IPv6 packets that it makes go to other hosts. */
  readonly hasNetwork: boolean;
  /** What comes back for a whole IPv6 packet, if anything. */
  readonly respond?: (ipv6: Uint8Array) => Uint8Array | undefined;
  /** The server's answer to a solicitation that follows the attacker's packet. */
  readonly answer?: (solicitation: SentDatagram<ClientSocket>) => Uint8Array;
}

const now = 1_000_000;

/** One packet reaches no limit, and without those each machine is made sooner. */
const SMALL = { limits: NO_LIMITS, maxPeers: 64 };

// deno-lint-ignore no-explicit-any -- machines of any role
const machine = (it: any): Target["machine"] => it;

const TARGETS: Readonly<Record<string, () => Target>> = {
  server: () => ({
    ...{ machine: machine(new ServerFixture().server), via: "primary", now, hasNetwork: true },
  }),
  relay: () => ({
    ...{ machine: machine(new RelayFixture(SMALL).relay), via: "service", now, hasNetwork: true },
  }),
  gateway: () => ({
    ...{ machine: machine(new GatewayFixture({ relay: SMALL }).machine), via: "primary" },
    ...{ now, hasNetwork: true, respond: behindGateway },
  }),
  client: () => clientTarget(new ClientFixture().qualify()),
  // It opens a second port for each peer.
  "client behind a port-preserving symmetric NAT": () => {
    return clientTarget(behindSymmetricNat("192.168.1.10:4096", 60_000));
  },
  // It runs an Echo Test for each peer.
  "client behind a counting symmetric NAT": () => {
    const fixture = behindSymmetricNat("192.168.1.10:4444", 4097);
    let port = 4098;
    return {
      ...clientTarget(fixture),
      answer: (solicitation) => {
        const mapping = endpoint(addressOf(fixture.mapping), port += 2);
        return fixture.answerFor(solicitation, { mapping });
      },
    };
  },
  "client behind a counting symmetric NAT whose server is silent": () => {
    return clientTarget(behindSymmetricNat("192.168.1.10:4444", 4097));
  },
  "client that a native host talked to": () => {
    const fixture = new ClientFixture().qualify();
    const self = fixture.client.status(fixture.now).address!;
    fixture.receive(packet(PARTIES.native, self), ACTORS.relay);
    fixture.receive(replyTo(fixture), ACTORS.relay).pass(60_000);
    return clientTarget(fixture);
  },
};

function clientTarget(fixture: ClientFixture): Target {
  return {
    ...{ machine: machine(fixture.client), via: "service", now: fixture.now, hasNetwork: false },
    ...{ address: fixture.client.status(fixture.now).address!, respond: byHost },
  };
}

/** @param port the external port that the second address of the server sees */
function behindSymmetricNat(local: string, port: number): ClientFixture {
  const fixture = new ClientFixture({
    localEndpoint: () => at(local),
    random: seededRandom("ports"),
  });
  const mapping = endpoint(addressOf(fixture.mapping), port);
  return fixture.wait(0).answer().answer({ mapping });
}

/** The host of a client has no services. */
function byHost(ipv6: Uint8Array): Uint8Array | undefined {
  if (isEchoRequest(ipv6)) return echoReply(ipv6);
  if (nextHeaderOf(ipv6) !== NextHeader.TCP) return undefined;
  return packet(destinationOf(ipv6), sourceOf(ipv6), TCP_HEADER, NextHeader.TCP);
}

/** Native hosts reply, and the kernel brings back what is for another client. */
function behindGateway(ipv6: Uint8Array): Uint8Array | undefined {
  if (!isTeredo(ipv6, DESTINATION)) return isEchoRequest(ipv6) ? echoReply(ipv6) : undefined;
  const routed = ipv6.slice();
  routed.set(OWN, SOURCE);
  return routed;
}

/** Counts octets by where they go. */
class Scale implements Sink<ClientSocket, unknown> {
  readonly octets = new Map<string, number>();
  /** ICMPv6 errors, which any router sends. */
  readonly errors = new Map<string, number>();
  /** Whole IPv6 packets that went out, or to the host. */
  readonly packets: Uint8Array[] = [];
  readonly solicitations: SentDatagram<ClientSocket>[] = [];
  readonly #hasNetwork: boolean;

  constructor(hasNetwork: boolean) {
    this.#hasNetwork = hasNetwork;
  }

  datagram(to: Endpoint, via: ClientSocket, bytes: Uint8Array): void {
    // A client asks its own server anyway, sooner or later.
    const packet = parseTeredoPacket(bytes);
    if (typeof packet !== "string" && isRouterSolicitation(packet.ipv6)) {
      this.solicitations.push({ to, via, bytes: bytes.slice() });
      return;
    }
    add(this.octets, formatIpv4(addressOf(to)), HEADERS + bytes.length);
  }

  packet(ipv6: Uint8Array): void {
    this.packets.push(ipv6.slice());
    if (!this.#hasNetwork) return;
    const isError = isIcmpv6(ipv6) && ipv6[40]! < 128;
    add(isError ? this.errors : this.octets, formatIpv6(ipv6, DESTINATION), ipv6.length);
  }

  event(): void {}
  drop(): void {}
  open(): number {
    return 5000;
  }
  close(): void {}
}

function add(octets: Map<string, number>, to: string, count: number): void {
  octets.set(to, (octets.get(to) ?? 0) + count);
}

/**
 * What goes out within 30 seconds of a packet; peers and other servers don't answer any of it. The
 * host of a client, or the network behind a gateway, does.
 */
function weigh(target: Target, act: (sink: Scale) => void): Scale {
  const { machine, now } = target;
  const scale = new Scale(target.hasNetwork);
  act(scale);
  for (const ipv6 of scale.packets.splice(0)) {
    const response = target.respond?.(ipv6);
    if (response !== undefined) machine.handlePacket(response, now, scale as never);
  }
  for (const sent of scale.solicitations.splice(0)) {
    const answer = target.answer?.(sent);
    if (answer !== undefined) {
      machine.handleDatagram(answer, sent.to, sent.via, now, scale as never);
    }
  }
  const end = target.now + SECONDS * 1000;
  let timers = 0;
  for (let due; (due = target.machine.nextTimer()) <= end;) {
    target.machine.handleTimer(Math.max(due, target.now), scale as never);
    assert(++timers < 1000);
  }
  return scale;
}

/** The most octets that one victim got for each of the attacker's, and who that was. */
function worst(scale: Scale, sent: number): readonly [factor: number, to: string] {
  let [factor, worst] = [0, ""];
  for (const [to, octets] of scale.octets) {
    const more = octets / sent;
    if (more > factor) [factor, worst] = [more, to];
  }
  return [factor, worst];
}

/** Whether a packet left something behind in a machine, which then is not fit for another one. */
function hasTrace({ machine }: Target, { octets, errors }: Scale): boolean {
  return octets.size + errors.size > 0 || machine.nextTimer() < Infinity;
}

function mostFor({ kind }: Recipe): number {
  return kind === "RS" ? MOST.solicitation : MOST.other;
}

for (const [role, make] of Object.entries(TARGETS)) {
  Deno.test(`amplification: no datagram makes a ${role} send a victim more than it may`, () => {
    const tooMuch: string[] = [];
    let outputs = 0;
    let target = make();
    for (const recipe of recipes()) {
      const { from, payload } = recipe.make({
        ...PARTIES,
        client: target.address ?? PARTIES.client,
      });
      const scale = weigh(target, (sink) => {
        target.machine.handleDatagram(payload, from, target.via, target.now, sink as never);
      });
      const [factor, to] = worst(scale, HEADERS + payload.length);
      if (factor > 0) outputs++;
      if (factor > mostFor(recipe)) {
        tooMuch.push(`${factor.toFixed(2)} to ${to}: ${recipe.name}`);
      }
      if (hasTrace(target, scale)) target = make();
    }
    assertEquals(tooMuch, []);
    assert(outputs > 0 || role === "relay", "Nothing had an effect");
  });
}

for (const role of ["relay", "gateway"] as const) {
  Deno.test(`amplification: no native packet makes a ${role} send a victim more than it may`, () => {
    const tooMuch: string[] = [];
    let outputs = 0;
    let target = TARGETS[role]!();
    for (const { name, make } of recipes()) {
      const { payload } = make(PARTIES);
      if (payload[0]! >>> 4 !== 6 || !name.endsWith("sent by the victim")) continue;
      const scale = weigh(target, (sink) => {
        target.machine.handlePacket(payload, target.now, sink as never);
      });
      const [factor, to] = worst(scale, payload.length);
      if (factor > 0) outputs++;
      if (factor > MOST.other) tooMuch.push(`${factor.toFixed(2)} to ${to}: ${name}`);
      if (hasTrace(target, scale)) target = TARGETS[role]!();
    }
    assertEquals(tooMuch, []);
    assert(outputs > 0 || role === "gateway", "Nothing had an effect");
  });
}
