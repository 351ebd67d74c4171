/**
 * The world of the soak: a lab with servers, a relay, a gateway, clients behind different NATs, and
 * a machine for crowds.
 *
 *     A  port-restricted NAT           B  address-restricted NAT with random ports: it reboots, and its link fails
 *     C  symmetric NAT, by the kernel  D  no NAT; its server is restarted again and again
 *     E, F  where clients come and go
 *
 * @module
 */

import { connect, createLab, type Lab, NATIVE, routeTeredo, type Sites } from "../netns/lab.ts";
import type { Machine } from "../netns/machine.ts";
import { UPLINK } from "../netns/nat_router.ts";
import { ADDRESS } from "../netns/plan.ts";
import { type RoleParts, WatchedRole } from "./watched_role.ts";

const SITES = {
  A: { by: "user", kind: "portRestricted" },
  B: { by: "user", kind: "addressRestricted", ports: "random" },
  C: { by: "kernel", kind: "symmetric" },
  D: "no NAT",
  E: { by: "user", kind: "portRestricted" },
  F: { by: "kernel", kind: "portRestricted" },
} as const satisfies Sites<string>;

/** A site of the soak. */
type SoakSite = keyof typeof SITES;

/** The servers besides the lab's own. */
export const SERVERS = {
  gateway: { ipv4: ["83.1.1.11"], ipv6: "2a00:1::11" },
  restarted: { ipv4: ["83.1.1.21", "83.1.1.22"], ipv6: "2a00:1::21" },
} as const;

/** Where crowds are: this machine has all addresses of the network. */
export const CROWD = { address: "83.1.4.1", network: "83.4.0.0/16" } as const;

/** Whose hooks write into the same log: the clients that are watched, or those of a site. */
const HOOKS = ["watched", "E", "F"] as const;

/** A program for clients to run, and the file to which each run adds a line. */
interface SoakHook {
  readonly path: string;
  readonly log: string;
}

/** The world with its roles. */
export interface World extends AsyncDisposable {
  readonly lab: Lab<SoakSite>;
  readonly hooks: Readonly<Record<typeof HOOKS[number], SoakHook>>;
  readonly crowd: Machine;
  /** The roles that live from the beginning to the end, and are watched. */
  readonly watched: readonly WatchedRole[];
  /** The server that is restarted. */
  readonly restarted: WatchedRole;
  /** A role of {@linkcode watched}. */
  role(name: string): WatchedRole;
}

/** Builds the world. `pristine` is called when all machines are there, and nothing of Teredo runs. */
export async function createWorld(
  pristine: (lab: Lab<SoakSite>, machines: readonly Machine[]) => Promise<void>,
): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "teredo-soak-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  await Deno.chmod(folder, 0o777);
  const [watching, ofE, ofF] = HOOKS.map((name) => writeHook(folder, name));
  const hooks = { watched: watching!, E: ofE!, F: ofF! };
  const lab = stack.use(await createLab(SITES));
  const machines = {
    gateway: await addServer(lab, "gateway"),
    restarted: await addServer(lab, "restarted"),
  };
  const crowd = await addCrowd(lab);
  const { A, B, C, D, E, F } = lab.sites;
  const hosts = [A, B, C, D, E, F].map(({ client }) => client);
  await pristine(lab, [lab.server, lab.relay, ...Object.values(machines), ...hosts]);

  const start = (parts: RoleParts) => WatchedRole.start(parts, folder);
  const client = (name: keyof typeof SITES, server: string) =>
    start({
      name: `client ${name}`,
      machine: lab.sites[name].client,
      command: "client",
      options: ["--server", server],
      alternative: `hook: ${hooks.watched.path}\n`,
    });
  const servers = await Promise.all([
    start({
      ...{ name: "server", machine: lab.server, command: "server" },
      options: ["--primary", ADDRESS.serverPrimary, "--secondary", ADDRESS.serverSecondary],
      alternative: "require-nonce: true\n",
    }),
    start({
      ...{ name: "gateway", machine: machines.gateway, command: "server" },
      options: ["--primary", SERVERS.gateway.ipv4[0], "--gateway", "--gateway-for", "all"],
    }),
    start({ name: "relay", machine: lab.relay, command: "relay", options: [] }),
  ]);
  const [primary, secondary] = SERVERS.restarted.ipv4;
  const restarted = await start({
    ...{ name: "restarted server", machine: machines.restarted, command: "server" },
    options: ["--primary", primary, "--secondary", secondary],
  });
  const clients = await Promise.all([
    client("A", SERVERS.gateway.ipv4[0]),
    client("B", ADDRESS.serverPrimary),
    client("C", SERVERS.gateway.ipv4[0]),
    client("D", primary),
  ]);
  const watched = [...servers, ...clients];
  const parts = stack.move();
  return {
    ...{ lab, hooks, crowd, watched, restarted },
    role: (name) => watched.find((role) => role.name === name)!,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

function writeHook(folder: string, name: string): SoakHook {
  const [path, log] = [`${folder}/hook-${name}`, `${folder}/hook-${name}.log`];
  Deno.writeTextFileSync(log, "");
  Deno.chmodSync(log, 0o666);
  Deno.writeTextFileSync(path, `#!/bin/sh\necho "$STATE $ADDRESS" >>${log}\n`);
  Deno.chmodSync(path, 0o755);
  return { path, log };
}

/** How often a hook ran, and how often because its client ended. */
export function hookRuns({ log }: SoakHook): { readonly all: number; readonly ends: number } {
  const lines = Deno.readTextFileSync(log).trim().split("\n").filter((line) => line !== "");
  return { all: lines.length, ends: lines.filter((line) => line.startsWith("destroy")).length };
}

async function addServer(lab: Lab<SoakSite>, name: keyof typeof SERVERS): Promise<Machine> {
  const { ipv4, ipv6 } = SERVERS[name];
  const machine = await lab.addMachine(name);
  for (const [device, port, bridge] of [[UPLINK, "4", "br4"], [NATIVE, "6", "br6"]] as const) {
    await connect(machine, device, lab.core, `${name}-${port}`);
    await lab.core.ip(`link set ${name}-${port} master ${bridge}`);
  }
  for (const address of ipv4) await machine.ip(`addr add ${address}/8 dev ${UPLINK}`);
  await machine.ip(`addr add ${ipv6}/64 dev ${NATIVE} nodad`);
  await machine.ip(`route add default via ${ADDRESS.native} dev ${NATIVE}`);
  if (name !== "gateway") await routeTeredo(machine);
  return machine;
}

async function addCrowd(lab: Lab<SoakSite>): Promise<Machine> {
  const machine = await lab.addMachine("crowd");
  await connect(machine, UPLINK, lab.core, "crowd-4");
  await lab.core.ip("link set crowd-4 master br4");
  await machine.ip(`addr add ${CROWD.address}/8 dev ${UPLINK}`);
  await machine.ip(`route add local ${CROWD.network} dev lo`);
  // As behind a router: nobody has that many neighbours.
  await lab.server.ip(`route add ${CROWD.network} via ${CROWD.address}`);
  return machine;
}
