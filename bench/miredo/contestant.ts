/**
 * What is measured: our programs and Miredo's, each in its own lab; all labs are alike.
 *
 *     client A -- kernel NAT --+-- server
 *     client B -- kernel NAT --+-- relay -- native host
 *     place C --- kernel NAT --+
 *
 * The labs stand side by side, and measurements take turns between them; whoever has no turn is
 * idle.
 *
 * @module
 */

import { createLab, type Lab } from "../../tests/netns/lab.ts";
import type { LabProcess } from "../../tests/netns/lab_process.ts";
import type { Machine } from "../../tests/netns/machine.ts";
import {
  startMiredoClient,
  startMiredoRelay,
  startMiredoServer,
} from "../../tests/netns/miredo.ts";
import type { KernelNat } from "../../tests/netns/nat_router.ts";
import { ADDRESS } from "../../tests/netns/plan.ts";
import { startClient, startRelay, startServer } from "../../tests/netns/teredo.ts";

/** Our programs as they are, our programs with what every system has, and Miredo's. */
export const CONTESTANTS = ["ours", "deno", "miredo"] as const;

/** One of them. */
export type Contestant = typeof CONTESTANTS[number];

/** A qualified client. */
interface Client {
  readonly process: LabProcess;
  readonly address: string;
}

/** How a contestant starts its roles, and waits until they work. */
interface Start {
  server(machine: Machine): Promise<LabProcess>;
  relay(machine: Machine): Promise<LabProcess>;
  client(machine: Machine): Promise<Client>;
}

const ours = (...options: string[]): Start => ({
  // Thousands of clients at one address are what a limit is against, and what a load generator
  // does.
  server: (machine) => startServer(machine, "--limits", "off", ...options),
  relay: (machine) => startRelay(machine, ...options),
  client: (machine) => startClient(machine, ...options),
});

/** How each of them starts. */
export const START: Readonly<Record<Contestant, Start>> = {
  ours: ours(),
  deno: ours("--udp", "deno"),
  miredo: {
    server: startMiredoServer,
    relay: startMiredoRelay,
    client: startMiredoClient,
  },
};

const NAT: KernelNat = { by: "kernel", kind: "portRestricted" };

/** A contestant's lab with all its programs at work. */
export interface Arena extends AsyncDisposable {
  readonly contestant: Contestant;
  readonly lab: Lab<"A" | "B" | "C">;
  readonly server: LabProcess;
  readonly relay: LabProcess;
  readonly a: Client;
  readonly b: Client;
}

/** Builds an arena, in which everybody has met everybody. */
export async function openArena(contestant: Contestant): Promise<Arena> {
  await using stack = new AsyncDisposableStack();
  const lab = stack.use(await createLab({ A: NAT, B: NAT, C: NAT }));
  const start = START[contestant];
  const server = await start.server(lab.server);
  const relay = await start.relay(lab.relay);
  const { A, B } = lab.sites;
  const [a, b] = await Promise.all([start.client(A.client), start.client(B.client)]);
  for (const address of [b.address, ADDRESS.native]) {
    const { received, text } = await A.client.ping(address, { count: 3 });
    if (received === 0) throw new Error(`${contestant} cannot reach ${address}: ${text}`);
  }
  const parts = stack.move();
  return {
    ...{ contestant, lab, server, relay, a, b },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
