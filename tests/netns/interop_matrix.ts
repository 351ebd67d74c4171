/**
 * Which implementations work together: our client, server and relay and Miredo's, in every
 * combination, with real packets between real kernels.
 *
 * Each pair of a server and a relay gets its own lab with four clients behind port-restricted NATs,
 * two of each make. No two of them meet in more than one cell, so that each cell begins with the
 * first packet.
 *
 * @module
 */

import { LAB } from "../capabilities.ts";
import { createLab, type Lab } from "./lab.ts";
import type { LabProcess } from "./lab_process.ts";
import type { Machine } from "./machine.ts";
import { startMiredoClient, startMiredoRelay, startMiredoServer } from "./miredo.ts";
import type { KernelNat } from "./nat_router.ts";
import { firstOf, firstRoundTrip, type PingResult } from "./ping.ts";
import { ADDRESS } from "./plan.ts";
import { startClient, startRelay, startServer } from "./teredo.ts";

/** Whose program it is. */
export type Make = "ours" | "Miredo";

/** Both, in the order of tables. */
export const MAKES: readonly Make[] = ["ours", "Miredo"];

/** The side that starts, and the side that is reached. */
type Course = "client → native" | "native → client" | `${Make} → ${Make}`;

/** Echo requests in each cell. */
export const PINGS = 10;

/** A combination, and what became of its echo requests. */
export interface Cell {
  /** The sender and the receiver. */
  readonly course: Course;
  /** The client's make, where there is one client. */
  readonly client: Make | undefined;
  readonly server: Make;
  /** The relay's make, where there is a native host. */
  readonly relay: Make | undefined;
  readonly ping: PingResult;
}

/** What the tests need of the machine that they run on. */
export const INTEROP_NEEDS = [...LAB, "root", "nft", "ping", "miredo", "miredo-server"] as const;

/** The sequence numbers of requests without an answer. */
export function lost({ ping }: Cell): number[] {
  const answered = new Set(ping.replies.map(({ sequence }) => sequence));
  return Array.from({ length: PINGS }, (_, i) => i + 1).filter((number) => !answered.has(number));
}

/** What a cell of a table says: `10/10, first 19.4 ms`. */
export function cellText(cell: Cell): string {
  const missing = lost(cell);
  if (missing.length === PINGS) return "fails";
  const loss = missing.length === 0 ? "" : `, lost ${missing.join(" ")}`;
  const first = missing.includes(1) ? "" : `, first ${firstRoundTrip(cell.ping).toFixed(1)} ms`;
  return `${PINGS - missing.length}/${PINGS}${loss}${first}`;
}

/** A qualified client of either make. */
interface Participant {
  readonly machine: Machine;
  readonly address: string;
}

const NAT: KernelNat = { by: "kernel", kind: "portRestricted" };

/**
 * The clients of a lab: the first of each make reaches native hosts, the second is reached by them.
 */
type SiteName = "Ours1" | "Ours2" | "Miredo1" | "Miredo2";

const START: {
  readonly server: Readonly<Record<Make, (machine: Machine) => Promise<LabProcess>>>;
  readonly relay: Readonly<Record<Make, (machine: Machine) => Promise<LabProcess>>>;
  readonly client: Readonly<Record<Make, (machine: Machine) => Promise<{ address: string }>>>;
} = {
  server: { ours: startServer, Miredo: startMiredoServer },
  relay: { ours: startRelay, Miredo: startMiredoRelay },
  client: { ours: startClient, Miredo: startMiredoClient },
};

/** Tries everything: 16 cells with a native host, 8 of two clients. */
export async function tryAll(): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const relay of MAKES) {
    // Two labs at a time: more would make the machine's load part of the result.
    const found = await Promise.all(MAKES.map((server) => tryRound(server, relay)));
    cells.push(...found.flat());
  }
  return cells;
}

/** All cells of one server and one relay; those without a relay once, along with ours. */
async function tryRound(server: Make, relay: Make): Promise<Cell[]> {
  await using lab = await createLab<SiteName>({
    Ours1: NAT,
    Ours2: NAT,
    Miredo1: NAT,
    Miredo2: NAT,
  });
  await START.server[server](lab.server);
  await START.relay[relay](lab.relay);
  const [ours1, ours2, miredo1, miredo2] = await Promise.all([
    participant(lab, "Ours1", "ours"),
    participant(lab, "Ours2", "ours"),
    participant(lab, "Miredo1", "Miredo"),
    participant(lab, "Miredo2", "Miredo"),
  ]);
  const withNative = { server, relay };
  const withoutRelay = { server, relay: undefined, client: undefined };
  const trials: Promise<Cell>[] = [
    trial({ ...withNative, course: "client → native", client: "ours" }, ours1.machine),
    trial({ ...withNative, course: "client → native", client: "Miredo" }, miredo1.machine),
    trial({ ...withNative, course: "native → client", client: "ours" }, lab.native, ours2),
    trial({ ...withNative, course: "native → client", client: "Miredo" }, lab.native, miredo2),
  ];
  if (relay === "ours") {
    trials.push(
      trial({ ...withoutRelay, course: "ours → ours" }, ours1.machine, ours2),
      trial({ ...withoutRelay, course: "ours → Miredo" }, ours1.machine, miredo2),
      trial({ ...withoutRelay, course: "Miredo → ours" }, miredo1.machine, ours2),
      trial({ ...withoutRelay, course: "Miredo → Miredo" }, miredo1.machine, miredo2),
    );
  }
  return await Promise.all(trials);
}

async function participant(lab: Lab<SiteName>, site: SiteName, make: Make): Promise<Participant> {
  const machine = lab.sites[site].client;
  const { address } = await START.client[make](machine);
  return { machine, address };
}

async function trial(
  cell: Omit<Cell, "ping">,
  from: Machine,
  to: Pick<Participant, "address"> = { address: ADDRESS.native },
): Promise<Cell> {
  // Those after the last that counts give its answer time.
  const ping = await from.ping(to.address, { count: PINGS + 5 });
  return { ...cell, ping: firstOf(PINGS, ping) };
}
