/**
 * How many octets a victim gets for each octet of an attacker, measured on real kernels: one packet
 * of each kind to a running program, and what it sends within 30 seconds.
 *
 * @module
 */

import { TEREDO_PORT } from "../../protocol/constants.ts";
import { endpoint, parseEndpoint } from "../../wire/endpoint.ts";
import { formatIpv4, ipv4Address, parseIpv4 } from "../../wire/ipv4_address.ts";
import { formatIpv6, parseIpv6 } from "../../wire/ipv6_address.ts";
import { encodeTeredoAddress, mappingOf } from "../../wire/teredo_address.ts";
import { NATIVE } from "../netns/lab.ts";
import { ADDRESS } from "../netns/plan.ts";
import type { Arena } from "./arena.ts";
import type { Programs, Role } from "./contestants.ts";
import type { FloodGenerator } from "./flood.ts";
import { forge } from "./forged_packets.ts";
import { type AttackKind, type Parties, type Recipe, recipes } from "./packet_kinds.ts";
import { pause } from "../pause.ts";

/** What the kinds of packet to a role came to. */
export interface Amplification {
  readonly role: Role;
  readonly kind: AttackKind;
  /** How many packets there were, all different. */
  readonly packets: number;
  /** How many of them made the role send anything to their victim. */
  readonly answered: number;
  /** The octets that one victim got for each of the attacker's, at most. */
  readonly most: number;
  /** Which packet that was. */
  readonly by: string;
}

/** Octets that one victim may get for each of an attacker's. */
const MOST_OCTETS = { solicitation: 1.8, other: 1.3 } as const;

/** What comes to more than it may. */
export function excesses(found: readonly Amplification[]): string[] {
  const { solicitation, other } = MOST_OCTETS;
  return found.filter(({ kind, most }) => most > (kind === "RS" ? solicitation : other))
    .map(({ role, kind, most, by }) => `${role}, ${kind} ${by}: ${most.toFixed(2)} octets for one`);
}

/** Packets per second: few enough that no limit keeps the answers back. */
const RATE: Readonly<Record<Role, number>> = { server: 100, relay: 50, client: 20 };

/** How long answers are waited for, in milliseconds. */
const PATIENCE = 30_000;

/** An Ethernet device of a role, over which it reaches victims. */
const DEVICE: Readonly<Record<Role, string>> = {
  server: "attack0",
  client: "attack1",
  relay: "attack2",
};

/** Sends one packet of each kind to a role, each in the name of its own victim. */
export async function measureAmplification(
  { arena, generator, programs, role }: {
    readonly arena: Arena;
    readonly generator: FloodGenerator;
    readonly programs: Programs;
    readonly role: Role;
  },
): Promise<Amplification[]> {
  const machine = arena[role];
  const server = parseIpv4(ADDRESS.serverPrimary)!;
  // A server or a relay need not know a real one.
  const client = programs.client === undefined
    ? encodeTeredoAddress({ server, flags: 0, mapping: parseEndpoint("83.4.0.1:4096")! })
    : parseIpv6(programs.client.address)!;
  const to = role === "client" ? mappingOf(client) : endpoint(
    parseIpv4(role === "server" ? ADDRESS.serverPrimary : ADDRESS.relay)!,
    TEREDO_PORT,
  );
  const cases = recipes().filter((recipe) => role !== "relay" || isNative(recipe))
    .map((recipe, i) => {
      const parties = partiesOf(i, client);
      const { from, payload } = recipe.make(parties);
      const packet = role === "relay" ? payload : forge(from, to, payload);
      return { recipe, parties, packet };
    });
  // A client reaches native hosts through its server.
  const hasNative = role !== "client";
  if (hasNative) {
    await machine.ip(`-6 route replace ${VICTIM_SITES} via ${ADDRESS.native} dev ${NATIVE}`);
  }
  await using capture = await machine.capture(DEVICE[role], "udp and outbound");
  await using native = await machine.capture(hasNative ? NATIVE : "lo", "ip6 and outbound");
  const packets = cases.map(({ packet }) => packet);
  const seconds = (packets.length - 0.5) / RATE[role];
  const flood = await generator.start(arena.attacker, { packets }, RATE[role], seconds);
  await flood.process.status;
  await pause(PATIENCE);
  await capture.stop();
  await native.stop();
  const octets = new Map<string, number>();
  const add = (at: string, length: number) => octets.set(at, (octets.get(at) ?? 0) + length);
  for (const [at, length] of await capture.fields("ip", "ip.dst", "ip.len")) {
    // Fields of the IPv4 packet, not of what is in it.
    add(at!.split(",")[0]!, Number(length!.split(",")[0]));
  }
  // Any router sends errors (RFC 4443), which are longer than short packets.
  const noError = "ipv6 and not icmpv6.type < 128";
  for (const [at, length] of await native.fields(noError, "ipv6.dst", "ipv6.plen")) {
    add(formatIpv6(parseIpv6(at!.split(",")[0]!)!), 40 + Number(length!.split(",")[0]));
  }
  const kinds = Map.groupBy(cases, ({ recipe }) => recipe.kind);
  return [...kinds].map(([kind, members]) => {
    const factors = members.map(({ recipe, parties, packet }) => {
      const victims = [formatIpv4(parties.victim), formatIpv6(parties.native)];
      const most = Math.max(...victims.map((at) => octets.get(at) ?? 0));
      return { factor: most / packet.length, name: recipe.name };
    });
    const { factor, name } = factors.reduce((one, other) =>
      other.factor > one.factor ? other : one
    );
    const answered = factors.filter(({ factor }) => factor > 0).length;
    return { role, kind, packets: members.length, answered, most: factor, by: name };
  });
}

/** The native hosts that suffer, each in its own site. */
const VICTIM_SITES = "2a02::/16";

function partiesOf(i: number, client: Uint8Array): Parties {
  return {
    server: parseIpv4(ADDRESS.serverPrimary)!,
    client,
    victim: ipv4Address(20 * 2 ** 24 + i * 256 + 9),
    native: parseIpv6(`2a02:${i.toString(16)}::9`)!,
  };
}

/** A relay gets whole IPv6 packets of native hosts. */
function isNative({ name, make }: Recipe): boolean {
  const { payload } = make(partiesOf(0, new Uint8Array(16)));
  return payload[0]! >>> 4 === 6 && name.includes("from a native host") &&
    name.endsWith("sent by the victim");
}

/** The table in Markdown. */
export function amplificationTable(rows: readonly Amplification[]): string {
  const lines = rows.filter(({ answered }) => answered > 0).map((row) =>
    `| ${row.role} | ${row.kind} | ${row.answered} of ${row.packets} | ${row.most.toFixed(2)} | ${
      row.by.slice(row.by.indexOf(row.kind) + row.kind.length).replace(/^[, ]+/, "")
    } |`
  );
  const head = [
    "| Role | Packet | Kinds with an effect | Most octets for one | Which |",
    "| --- | --- | ---: | ---: | --- |",
  ];
  return [...head, ...lines].join("\n");
}
