/**
 * The programs that are attacked.
 *
 * @module
 */

import { family } from "../../bench/miredo/process_usage.ts";
import type { LabProcess } from "../netns/lab_process.ts";
import type { Machine } from "../netns/machine.ts";
import { startMiredoClient, startMiredoRelay, startMiredoServer } from "../netns/miredo.ts";
import { ADDRESS } from "../netns/plan.ts";
import { waitForRoute } from "../netns/routes.ts";
import { qualification, teredo, TEREDO_INTERFACE } from "../netns/teredo.ts";
import type { Arena } from "./arena.ts";

/** Ours, ours as an earlier executable that `TEREDO_BEFORE` names, and Miredo's. */
export type Contestant = "ours" | "before" | "miredo";

/** What a program is. */
export type Role = "server" | "relay" | "client";

/** A qualified client. */
interface Client {
  readonly process: LabProcess;
  /** Its Teredo address. */
  readonly address: string;
}

/** Running programs of one contestant. */
export interface Programs extends AsyncDisposable {
  readonly server: LabProcess | undefined;
  readonly relay: LabProcess | undefined;
  readonly client: Client | undefined;
  /** Whether they, attackers and honest ones go before all else that this machine does. */
  readonly isUrgent: boolean;
}

/** Those that can be had here. */
export function contestants(): Contestant[] {
  return beforePath() === undefined ? ["ours", "miredo"] : ["ours", "before", "miredo"];
}

/**
 * Starts the programs of a contestant, and waits until they work.
 *
 * @param isUrgent whether they go before all else that this machine does
 */
export async function startPrograms(
  by: Contestant,
  arena: Arena,
  roles: readonly Role[],
  isUrgent = false,
): Promise<Programs> {
  await using stack = new AsyncDisposableStack();
  const start = by === "miredo" ? MIREDO : ours(by);
  const server = roles.includes("server") ? stack.use(await start.server(arena.server)) : undefined;
  const relay = roles.includes("relay") ? stack.use(await start.relay(arena.relay)) : undefined;
  const client = roles.includes("client") ? await start.client(arena.client) : undefined;
  if (client !== undefined) stack.use(client.process);
  for (const program of [server, relay, client?.process]) {
    if (program !== undefined && isUrgent) await hurry(program.pid);
  }
  const parts = stack.move();
  return { server, relay, client, isUrgent, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

interface Start {
  server(machine: Machine): Promise<LabProcess>;
  relay(machine: Machine): Promise<LabProcess>;
  client(machine: Machine): Promise<Client>;
}

const MIREDO: Start = {
  server: startMiredoServer,
  relay: startMiredoRelay,
  client: startMiredoClient,
};

function ours(by: "ours" | "before"): Start {
  const program = by === "ours" ? teredo() : [beforePath()!];
  return {
    server: async (machine) => {
      const { serverPrimary, serverSecondary } = ADDRESS;
      const options = ["--primary", serverPrimary, "--secondary", serverSecondary];
      const server = await machine.spawn(...program, "server", ...options);
      await server.waitForLog(/Serving on/);
      return server;
    },
    relay: async (machine) => {
      const relay = await machine.spawn(...program, "relay");
      await relay.waitForLog(/Relaying between/);
      return relay;
    },
    client: async (machine) => {
      const process = await machine.spawn(...program, "client", "--server", ADDRESS.serverPrimary);
      const { address } = await qualification(process);
      await waitForRoute(machine, TEREDO_INTERFACE);
      return { process, address };
    },
  };
}

/** Gives a process, with all its threads and children, the processor whenever it wants it. */
async function hurry(pid: number): Promise<void> {
  for (const member of family(pid)) {
    const args = ["--all-tasks", "--fifo", "--pid", "10", String(member)];
    await new Deno.Command("chrt", { args }).output();
  }
}

function beforePath(): string | undefined {
  return Deno.env.get("TEREDO_BEFORE") || undefined;
}
