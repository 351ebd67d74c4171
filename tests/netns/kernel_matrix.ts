/**
 * Which clients meet, and how, on real kernels: the tables of tests/matrix/ again.
 *
 * One lab has two clients at each place, one that begins and one that is reached, so that no two
 * clients meet twice.
 *
 * @module
 */

import { LAB } from "../capabilities.ts";
import { KERNEL_PLACES, type KernelPlace } from "../matrix/cells.ts";
import type { NatKind } from "../sim/nat_behaviour.ts";
import { addNested, rent, startGateway } from "./gateway_lab.ts";
import { createLab, type Lab, type Site } from "./lab.ts";
import type { Machine } from "./machine.ts";
import { startMiredoClient } from "./miredo.ts";
import { type NatChoice, translateFromSwitch } from "./nat_router.ts";
import { firstRoundTrip } from "./ping.ts";
import { startClient, startServer, teredo } from "./teredo.ts";

/** Who is reached: our client at a place, or Miredo's behind a port-restricted NAT. */
export type Column = KernelPlace | "Miredo";

/** The places of clients that begin. */
export const ROWS = Object.keys(KERNEL_PLACES) as KernelPlace[];

/** A NAT that two clients may be behind together. */
type SharedPlace = NatKind & KernelPlace;

/** All of them. */
export const SHARED = ROWS.filter((place): place is SharedPlace =>
  place !== "none" && place !== "double"
);

/** What became of the first ping between two clients. */
export interface KernelCell {
  readonly row: KernelPlace;
  readonly column: Column | "same NAT";
  /** How the client that began reaches the other one; `undefined` if it does not. */
  readonly path: string | undefined;
  /** Until the first request was answered, in milliseconds. */
  readonly milliseconds: number;
  /** Datagrams that both clients and the server sent meanwhile. */
  readonly datagrams: number;
}

/** What clients and server do. */
export interface KernelEquipment {
  /** Whether clients use the extensions of RFC 6081. */
  readonly hasExtensions: boolean;
  /** Whether the server is a gateway, on one IPv4 address; otherwise it has two. */
  readonly hasGateway: boolean;
}

/** What to measure. */
interface MatrixSelection extends KernelEquipment {
  readonly rows: readonly KernelPlace[];
  readonly columns: readonly Column[];
  /** NATs that two clients are behind together. They do not turn packets around. */
  readonly shared: readonly SharedPlace[];
}

/** A client at its place. */
interface Participant {
  readonly machine: Machine;
  readonly address: string;
}

/** What it needs of the machine. */
export const MATRIX_NEEDS = [...LAB, "root", "nft", "ping", "miredo"] as const;

/** The first answer comes within this time, in milliseconds. */
export const FIRST_ANSWER = 3_000;

/** Whether the clients of a cell have met in time. */
export function isMet({ path, milliseconds }: KernelCell): boolean {
  return path !== undefined && milliseconds <= FIRST_ANSWER;
}

/** How long the first answer is waited for, in seconds: longer than a search takes. */
const PATIENCE = 6;

/** Where a client has no address without the extensions. */
export function isSymmetric(place: Column): boolean {
  return place.startsWith("symmetric");
}

/** Measures the cells one after another. */
export async function* measureMatrix(selection: MatrixSelection): AsyncGenerator<KernelCell> {
  const { rows, columns, shared, hasGateway, hasExtensions } = selection;
  const options = hasExtensions ? [] : ["--extensions", "none"];
  const places = [
    ...rows.map((row) => [`r-${ROWS.indexOf(row)}`, choiceOf(row)] as const),
    ...columns.map((column, i) => [`c-${i}`, choiceOf(column)] as const),
    ...shared.map((kind, i) => [`s-${i}`, { by: "user", kind, hairpinning: false }] as const),
  ];
  await using lab = await createLab<string>(Object.fromEntries(places));
  const { server } = lab;
  if (hasGateway) await startGateway(await rent(lab), "--gateway-for", "all");
  else await startServer(server);
  const called = await Promise.all(
    columns.map((column, i) => participant(lab, lab.sites[`c-${i}`]!, column, options)),
  );
  for (const row of rows) {
    const caller = await participant(lab, lab.sites[`r-${ROWS.indexOf(row)}`]!, row, options);
    for (const [i, column] of columns.entries()) {
      yield { row, column, ...await meet(server, caller, called[i]!) };
    }
  }
  for (const [i, row] of shared.entries()) {
    const site = lab.sites[`s-${i}`]!;
    const neighbour = await lab.addNeighbour(`s-${i}`);
    await translateFromSwitch(site.router!);
    const one = await participant(lab, site, row, options);
    const { address } = await startClient(neighbour, ...options);
    yield { row, column: "same NAT", ...await meet(server, one, { machine: neighbour, address }) };
  }
}

function choiceOf(place: Column): NatChoice | "no NAT" {
  if (place === "none") return "no NAT";
  // The kernel turns no packets around, so an outer NAT is like a carrier's.
  if (place === "double" || place === "Miredo") return { by: "kernel", kind: "portRestricted" };
  // nftables makes these itself. It has no mappings that count, or that differ though ports stay.
  const isOfKernel = place !== "symmetricPreserving" && place !== "symmetricSequential";
  return isOfKernel ? { by: "kernel", kind: place } : { by: "user", kind: place };
}

async function participant(
  lab: Lab,
  site: Site,
  place: Column,
  options: readonly string[],
): Promise<Participant> {
  if (place === "Miredo") {
    return { machine: site.client, address: (await startMiredoClient(site.client)).address };
  }
  const machine = place === "double" ? await addNested(lab, site) : site.client;
  return { machine, address: (await startClient(machine, ...options)).address };
}

async function meet(server: Machine, caller: Participant, called: Participant) {
  const machines = [server, caller.machine, called.machine];
  const sent = async () =>
    (await Promise.all(machines.map((machine) => machine.datagramsSent())))
      .reduce((sum, count) => sum + count);
  const before = await sent();
  const ping = await caller.machine.ping(called.address, { count: 1, wait: PATIENCE });
  const datagrams = await sent() - before;
  const path = ping.received === 0 ? undefined : await pathTo(caller.machine, called.address);
  return { path, milliseconds: firstRoundTrip(ping), datagrams };
}

/** The way to a peer, as the client on a machine sees it. */
async function pathTo(machine: Machine, address: string): Promise<string | undefined> {
  const report = JSON.parse(await machine.run(...teredo("status", "--json")));
  const peers: { address: string; path: string }[] = report.peers;
  return peers.find((peer) => peer.address === address)?.path;
}
