/**
 * Drawing the faults of a world from its seed.
 *
 * @module
 */

import type { LinkQuality } from "../sim/link.ts";
import type { Dice } from "./dice.ts";
import type { Fault } from "./fault.ts";
import type { WorldPlan } from "./world_plan.ts";

type Topology = Pick<WorldPlan, "servers" | "hasRelay" | "natives" | "nats" | "clients">;

/** Draws a fault that lasts from one second to another; `undefined` if nothing there can fail so. */
type Draw = (dice: Dice, topology: Topology, from: number, to: number) => Fault | undefined;

/** How links suffer. A link may suffer in several ways at a time. */
const AILMENTS: readonly ((dice: Dice) => Partial<LinkQuality>)[] = [
  (dice) => ({ loss: share(dice, 0.3) }),
  (dice) => ({ loss: share(dice, 0.3) }),
  () => ({ loss: 1 }),
  (dice) => ({ duplication: share(dice, 0.5) }),
  (dice) => ({ reordering: share(dice, 0.4), heldBack: dice.whole(20, 2000) }),
  (dice) => ({ delay: dice.whole(50, 2000) }),
  (dice) => ({ jitter: dice.whole(10, 1000) }),
  (dice) => ({ corruption: share(dice, 0.2) }),
  (dice) => ({ truncation: share(dice, 0.2) }),
  (dice) => ({ mtu: dice.whole(70, 1260) }),
];

/** Ailing links are as frequent as everything else. */
const DRAWS: readonly Draw[] = [
  ...Array.from({ length: 8 }, () => drawLinkFault),
  (dice, { servers, hasRelay }, from, to) => {
    const node = dice.one([...servers.map(({ name }) => name), ...hasRelay ? ["relay"] : []]);
    return { kind: "outage", node, from, to: Math.min(to, from + dice.whole(0, 60)) };
  },
  (dice, { clients }, from, to) => {
    return {
      kind: "suspend",
      node: nameOf(dice, clients)!,
      clockGoesOn: dice.chance(0.5),
      from,
      to,
    };
  },
  (_dice, _topology, from, to) => ({ kind: "no names", from, to }),
  drawNatFault,
  drawNatFault,
  (dice, { clients }, from) => ({ kind: "restart", node: nameOf(dice, clients)!, from }),
  (dice, { servers, hasRelay, clients }, from) => {
    const nodes = [...clients, ...servers].map(({ name }) => name);
    const node = dice.one([...nodes, ...hasRelay ? ["relay"] : []]);
    return { kind: "leap", node, by: dice.one([1, 3, 10, 31, 100, 400, 86_400]), from };
  },
  (dice, { servers }, from) => {
    const server = nameOf(dice, servers.filter(({ isGateway }) => !isGateway));
    return server === undefined ? undefined : { kind: "move", server, from };
  },
];

/** Up to eight faults within `faultTime` seconds. */
export function drawFaults(dice: Dice, topology: Topology, faultTime: number): Fault[] {
  const faults = Array.from({ length: dice.whole(1, 8) }, () => {
    const from = dice.whole(0, faultTime - 1);
    return dice.one(DRAWS)(dice, topology, from, dice.whole(from + 1, faultTime));
  });
  return faults.filter((fault) => fault !== undefined).sort((a, b) => a.from - b.from)
    .filter((fault, i, all) => !all.slice(0, i).some((earlier) => sleepsThrough(earlier, fault)));
}

/** Whether a host sleeps already when it is to fall asleep: its clock would go back. */
function sleepsThrough(earlier: Fault, later: Fault): boolean {
  return earlier.kind === "suspend" && later.kind === "suspend" && earlier.node === later.node &&
    later.from <= earlier.to;
}

function drawLinkFault(dice: Dice, topology: Topology, from: number, to: number): Fault {
  return {
    kind: "link",
    link: dice.one(linksOf(topology)),
    quality: dice.one(AILMENTS)(dice),
    from,
    to,
  };
}

function drawNatFault(dice: Dice, { nats }: Topology, from: number): Fault | undefined {
  const nat = nameOf(dice, nats);
  if (nat === undefined) return undefined;
  const isOutermost = nats.find(({ name }) => name === nat)!.behind === undefined;
  return { kind: isOutermost ? dice.one(["reboot", "renumber"]) : "reboot", nat, from };
}

/** The links where faults show: those of clients and NATs more often than others. */
function linksOf({ servers, hasRelay, natives, nats, clients }: Topology): string[] {
  const often = [...nats, ...clients].map(({ name }) => name);
  return [
    ...often,
    ...often,
    ...servers.map(({ name }) => name),
    ...hasRelay ? ["relay"] : [],
    ...natives.length > 0 ? ["native Internet"] : [],
  ];
}

function nameOf(dice: Dice, named: readonly { readonly name: string }[]): string | undefined {
  return named.length === 0 ? undefined : dice.one(named).name;
}

/** A share with two digits. */
function share(dice: Dice, most: number): number {
  return Math.ceil(dice.between(0, most) * 100) / 100;
}
