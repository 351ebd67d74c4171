/**
 * Which implementations work together behind which NATs: our client, server and relay and Miredo's,
 * with each kind of NAT that `nft` can make on either side.
 *
 * For each make of server there is one lab. It has two clients of each make behind each kind of
 * NAT, one that begins and one that is reached, so that no two of them meet twice, and a relay of
 * each make.
 *
 * @module
 */

import { createLab, type Lab, NATIVE, routeTeredo } from "./lab.ts";
import { type Make, MAKES } from "./interop_matrix.ts";
import type { Machine } from "./machine.ts";
import { startMiredoClient, startMiredoRelay, startMiredoServer } from "./miredo.ts";
import type { KernelNat } from "./nat_router.ts";
import { firstRoundTrip, type PingResult } from "./ping.ts";
import { ADDRESS } from "./plan.ts";
import { startClient, startRelay, startServer } from "./teredo.ts";

/** The kinds of NATs, in the order of tables. */
export const NATS: readonly KernelNat["kind"][] = [
  "portRestricted",
  "symmetric",
  "cone",
  "addressRestricted",
];

/** A client of a make behind a NAT, or the native host. */
export type Side = { readonly make: Make; readonly nat: KernelNat["kind"] } | "native";

/**
 * How many of {@linkcode REQUESTS} were answered, and the time from the first request to the first
 * answer in milliseconds; `null` without any.
 */
export type Outcome = readonly [received: number, first: number | null];

/** What became of the echo requests from one side to the other. */
export interface NatCell {
  readonly server: Make;
  /** The relay's make, where one side is the native host. */
  readonly relay?: Make;
  readonly from: Side;
  readonly to: Side;
  readonly outcome: Outcome;
}

/** Echo requests in each cell, 0.7 s apart: there is time for all four attempts of RFC 4380 §5.2.6. */
export const REQUESTS = 10;
const INTERVAL = 0.7;
const PATIENCE = 3;

/** The native host's addresses: one for each relay, so that no client knows the way from before. */
const NATIVE_ADDRESS: Readonly<Record<Make, string>> = {
  ours: ADDRESS.native,
  Miredo: "2a00:1::22",
};

interface Participant {
  readonly side: Side;
  readonly machine: Machine;
  readonly address: string;
}

type Report = (cell: NatCell) => void;

/** Whether one side reached the other: most answers came. */
export function isReached([received]: Outcome): boolean {
  return received >= REQUESTS / 2;
}

/** Tries everything with one make of server. */
export async function tryNats(server: Make, report: Report): Promise<void> {
  const sides = MAKES.flatMap((make) => NATS.map((nat) => ({ make, nat })));
  const sites = ["r", "d"].flatMap((role) =>
    sides.map(({ nat }, i) => [`${role}${i}`, { by: "kernel", kind: nat }] as const)
  );
  await using lab = await createLab<string>(Object.fromEntries(sites));
  await (server === "ours" ? startServer : startMiredoServer)(lab.server);
  const callers = await participants(lab, "r", sides);
  const called = await participants(lab, "d", sides);
  for (let turn = 0; turn < sides.length; turn++) {
    await Promise.all(callers.map(async (from, i) => {
      const to = called[(i + turn) % sides.length]!;
      const outcome = await reach(from.machine, to.address);
      report({ server, from: from.side, to: to.side, outcome });
    }));
  }
  const second = await lab.addRelay();
  for (const relay of MAKES) {
    await tryRelay(lab, server, relay, second, { callers, called }, report);
  }
}

/** Callers reach the native host, which reaches those that are called, through one make of relay. */
async function tryRelay(
  lab: Lab,
  server: Make,
  relay: Make,
  second: Machine,
  { callers, called }: { callers: readonly Participant[]; called: readonly Participant[] },
  report: Report,
): Promise<void> {
  const isOurs = relay === "ours";
  await (isOurs ? startRelay(lab.relay) : startMiredoRelay(second));
  const native = NATIVE_ADDRESS[relay];
  if (!isOurs) await lab.native.ip(`addr add ${native}/64 dev ${NATIVE} nodad`);
  const way = isOurs ? ADDRESS.relayNative : ADDRESS.secondRelayNative;
  for (const machine of [lab.native, lab.server]) await routeTeredo(machine, way);
  await Promise.all(callers.map(async ({ side, machine }) => {
    report({ server, relay, from: side, to: "native", outcome: await reach(machine, native) });
  }));
  await Promise.all(called.map(async ({ side, address }) => {
    const outcome = await reach(lab.native, address, native);
    report({ server, relay, from: "native", to: side, outcome });
  }));
}

async function participants(
  lab: Lab,
  role: string,
  sides: readonly Exclude<Side, "native">[],
): Promise<Participant[]> {
  return await Promise.all(sides.map(async (side, i) => {
    const machine = lab.sites[`${role}${i}`]!.client;
    const start = side.make === "ours" ? startClient : startMiredoClient;
    return { side, machine, address: (await start(machine)).address };
  }));
}

async function reach(machine: Machine, address: string, from?: string): Promise<Outcome> {
  const options = { count: REQUESTS, interval: INTERVAL, wait: PATIENCE };
  const ping = await machine.ping(address, from === undefined ? options : { ...options, from });
  return [ping.received, firstAnswer(ping)];
}

/** From the first request to the first answer, whichever request that answers. */
function firstAnswer(ping: PingResult): number | null {
  if (ping.received === 0) return null;
  const whole = firstRoundTrip(ping);
  if (whole < Infinity) return Math.round(whole);
  const times = ping.replies.map(({ sequence, roundTrip }) =>
    (sequence - 1) * INTERVAL * 1000 + roundTrip
  );
  return Math.round(Math.min(...times));
}
