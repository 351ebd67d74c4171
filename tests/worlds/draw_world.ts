/**
 * Drawing worlds from seeds: the topology and the traffic.
 *
 * @module
 */

import type { Extension } from "../../client/extensions.ts";
import { NAT, type NatBehaviour, type NatKind } from "../sim/nat_behaviour.ts";
import { Dice } from "./dice.ts";
import { drawFaults } from "./draw_faults.ts";
import type { ClientPlan, FlowPlan, NatPlan, ServerPlan, WorldPlan } from "./world_plan.ts";

const CLIENTS = ["alice", "bob", "carol", "dave"];
const NATIVES = ["nina", "noah"];
const NAT_KINDS = Object.keys(NAT) as NatKind[];

/** The extensions that clients use: all of them, or few. */
const EXTENSIONS: readonly (readonly Extension[] | undefined)[] = [
  ...[undefined, undefined, undefined, undefined],
  [],
  ["symmetric"],
  ["hairpinning"],
  ["port-preserving"],
];

/** The world of a seed. */
export function drawWorld(seed: string): WorldPlan {
  const dice = new Dice(`plan of ${seed}`);
  const servers = drawServers(dice);
  const natives = NATIVES.slice(0, dice.whole(0, NATIVES.length));
  const places = drawPlaces(dice);
  const clients = places.behind.map((behind, i) => drawClient(dice, CLIENTS[i]!, behind, servers));
  const topology = {
    seed,
    servers,
    natives,
    nats: places.nats,
    clients,
    hasRelay: natives.length > 0 &&
      (!servers.some(({ isGateway }) => isGateway) || dice.chance(0.5)),
  };
  const faultTime = dice.whole(20, 90);
  return {
    ...topology,
    flows: drawFlows(dice, topology),
    faults: drawFaults(dice, topology, faultTime),
    faultTime,
  };
}

function drawServers(dice: Dice): ServerPlan[] {
  const names = ["server", "spare"].slice(0, dice.chance(0.3) ? 2 : 1);
  return names.map((name) => ({
    name,
    isGateway: dice.chance(0.35),
    addresses: dice.chance(0.2) ? 1 : 2,
    // Their memory takes longer to make than most worlds.
    hasLimits: dice.chance(0.2),
  }));
}

/** Where one to four clients are, and the NATs that they are behind. */
function drawPlaces(dice: Dice): { nats: NatPlan[]; behind: (string | undefined)[] } {
  const nats: NatPlan[] = [];
  const behind: (string | undefined)[] = [];
  const putUp = (outer?: string) => {
    const name = `nat${nats.length + 1}`;
    nats.push({ name, behaviour: drawBehaviour(dice), behind: outer });
    return name;
  };
  for (let count = dice.one([1, 2, 2, 2, 2, 3, 3, 4]); count > 0; count--) {
    const place = dice.between(0, 1);
    const inner = nats.filter(({ name }) => behind.includes(name));
    if (place < 0.15) behind.push(undefined);
    else if (place < 0.3 && inner.length > 0) behind.push(dice.one(inner).name);
    else if (place < 0.45) behind.push(putUp(putUp()));
    else if (place < 0.55 && nats.length > 0) behind.push(putUp(nats[0]!.name));
    else behind.push(putUp());
  }
  return { nats, behind };
}

function drawBehaviour(dice: Dice): NatBehaviour {
  return {
    ...NAT[dice.one(NAT_KINDS)],
    hairpinning: dice.chance(0.6),
    lifetime: dice.one([31_000, 60_000, 120_000, 120_000, 300_000]),
    inboundRefresh: dice.chance(0.5),
  };
}

function drawClient(
  dice: Dice,
  name: string,
  behind: string | undefined,
  servers: readonly ServerPlan[],
): ClientPlan {
  const names = servers.map(({ name }) => name);
  return {
    name,
    behind,
    servers: dice.chance(0.5) ? names : [dice.one(names)],
    extensions: dice.one(EXTENSIONS),
    usesFastPath: dice.chance(0.8),
    discoversNeighbours: dice.chance(0.15),
    determinesInterval: dice.chance(0.1),
    reducesLoad: dice.chance(0.2),
    hasMappedPort: behind !== undefined && dice.chance(0.1),
    maxPeers: dice.chance(0.1) ? dice.whole(1, 2) : 64,
  };
}

function drawFlows(
  dice: Dice,
  { clients, natives, hasRelay }: Pick<WorldPlan, "clients" | "natives" | "hasRelay">,
): FlowPlan[] {
  const names = clients.map(({ name }) => name);
  const pairs = [...names, ...natives].flatMap((from) =>
    [...names, ...natives].map((to) => ({ from, to }))
  ).filter(({ from, to }) => {
    if (from === to || (natives.includes(from) && natives.includes(to))) return false;
    return hasRelay || !natives.includes(from);
  });
  if (pairs.length === 0) return [];
  return Array.from({ length: dice.whole(1, 5) }, () => ({
    ...dice.one(pairs),
    kind: dice.one(["datagrams", "datagrams", "pings"]),
    interval: dice.one([500, 1000, 1000, 2000]),
    size: dice.one([40, 40, 200, 600, 1200]),
  }));
}
