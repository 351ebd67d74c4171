/**
 * The floor under a tunnel for TCP: a program in C that only moves packets (floor_tunnel.c), in
 * place of a client and a relay.
 *
 * @module
 */

import type { LabProcess } from "../../tests/netns/lab_process.ts";
import type { Machine } from "../../tests/netns/machine.ts";
import { ADDRESS } from "../../tests/netns/plan.ts";
import { buildProgram } from "../c_program.ts";
import type { Arena } from "./contestant.ts";

const INTERFACE = "floor0";
const PORT = "3546";

/** The address of its client. Traffic for it comes to the relay's machine as for any client. */
const CLIENT = "2001:0:5301:101::c";

/** The floor at work. */
interface Floor extends AsyncDisposable {
  readonly client: Machine;
  readonly address: string;
  /** The processes of both ends. */
  readonly pids: readonly number[];
}

/** Starts both ends in an arena, on the relay's machine and at place C. */
export async function openFloor({ lab }: Arena): Promise<Floor> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "teredo-floor-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const program = await buildProgram(
    `${import.meta.dirname}/floor_tunnel.c`,
    folder,
  );
  const { relay, sites: { C: { client } } } = lab;
  const there = stack.use(await start(relay, program, `${CLIENT}/128`));
  const here = stack.use(
    await start(client, program, "default", ADDRESS.relay, PORT),
  );
  await client.ip(`addr add ${CLIENT}/128 dev ${INTERFACE} nodad`);
  const { received } = await client.ping(ADDRESS.native, { count: 2 });
  if (received === 0) {
    throw new Error(`The floor does not reach ${ADDRESS.native}`);
  }
  const parts = stack.move();
  return {
    ...{ client, address: CLIENT, pids: [here.pid, there.pid] },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

async function start(
  machine: Machine,
  program: string,
  route: string,
  ...peer: string[]
): Promise<LabProcess> {
  const process = await machine.spawn(program, INTERFACE, PORT, ...peer);
  await process.waitForLog(/Ready/);
  await machine.ip(`link set ${INTERFACE} up mtu 1280`);
  await machine.ip(`-6 route add ${route} dev ${INTERFACE}`);
  return process;
}
