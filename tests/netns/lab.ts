/**
 * A small Internet of real kernels in network namespaces.
 *
 *     client A -- [router A] --+                          +-- server --+
 *                              +-- core: IPv4 | core: IPv6 --+-- relay ---+
 *     client B -- [router B] --+                          +-- native ---  (native has IPv6 only)
 *
 * Every lab is on its own: it does not touch the machine, and labs may run side by side. It
 * vanishes with its disposal, and with the end of the process however that comes.
 *
 * @module
 */

import type { LabProcess } from "./lab_process.ts";
import { Machine } from "./machine.ts";
import { configureRouter, LAN, type NatChoice, UPLINK } from "./nat_router.ts";
import { ADDRESS, type SitePlan, sitePlan } from "./plan.ts";
import { Sandbox } from "./sandbox.ts";

/** The interface of hosts to the native IPv6 Internet. */
export const NATIVE = "six0";

/** The switches in the core. */
export const SWITCH = { ipv4: "br4", ipv6: "br6" } as const;

/** A client's place: its machine, and the router that it is behind. */
export interface Site {
  readonly client: Machine;
  /** Undefined where the client is on the Internet itself. */
  readonly router: Machine | undefined;
  /** The NAT's process, where it is one in user space: see {@linkcode rebootNat}. */
  readonly nat: LabProcess | undefined;
  readonly plan: SitePlan;
}

/** What a lab is to have: a name for each site, and what is between the site and the Internet. */
export type Sites<Name extends string> = Readonly<Record<Name, NatChoice | "no NAT">>;

/** The machines of a lab. */
interface Machines<Name extends string> {
  /** The switches. */
  readonly core: Machine;
  readonly server: Machine;
  readonly relay: Machine;
  /** A host with native IPv6 only. */
  readonly native: Machine;
  readonly sites: Readonly<Record<Name, Site>>;
  /** Adds a machine that can relay as well as the first: see {@linkcode routeTeredo}. Once only. */
  addRelay(): Promise<Machine>;
  /** Adds a machine of that name without any link: see {@linkcode connect}. */
  addMachine(name: string): Promise<Machine>;
  /** Adds a client on the link of a site's client, behind a NAT by the kernel. Once a site. */
  addNeighbour(name: Name): Promise<Machine>;
}

/** A lab with its machines. Nothing of Teredo runs in it by itself. */
export type Lab<Name extends string = string> = Machines<Name> & AsyncDisposable;

/** Builds a lab. */
export async function createLab<Name extends string>(sites: Sites<Name>): Promise<Lab<Name>> {
  await using stack = new AsyncDisposableStack();
  const sandbox = stack.use(await Sandbox.create());
  const machines = await build(sandbox, sites);
  const parts = stack.move();
  return { ...machines, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

async function build<Name extends string>(
  sandbox: Sandbox,
  wanted: Sites<Name>,
): Promise<Machines<Name>> {
  const core = await buildCore(sandbox);
  const [server, relay, native] = await Promise.all([
    buildServer(sandbox, core),
    buildRelay(sandbox, core, "relay", ADDRESS.relay, ADDRESS.relayNative),
    buildNativeHost(sandbox, core),
  ]);
  const sites = {} as Record<Name, Site>;
  const entries = Object.entries(wanted) as [Name, NatChoice | "no NAT"][];
  await Promise.all(entries.map(async ([name, nat], i) => {
    sites[name] = await buildSite(sandbox, core, name, sitePlan(i + 1), nat);
  }));
  const addRelay = () =>
    buildRelay(sandbox, core, "relay2", ADDRESS.secondRelay, ADDRESS.secondRelayNative);
  const addMachine = (name: string) => Machine.create(sandbox, name);
  const addNeighbour = (name: Name) => buildNeighbour(sandbox, name, sites[name]);
  return { core, server, relay, native, sites, addRelay, addMachine, addNeighbour };
}

async function buildCore(sandbox: Sandbox): Promise<Machine> {
  const core = await Machine.create(sandbox, "core");
  for (const name of Object.values(SWITCH)) {
    await core.ip(`link add ${name} type bridge`);
    await core.ip(`link set ${name} up`);
  }
  return core;
}

async function buildServer(sandbox: Sandbox, core: Machine): Promise<Machine> {
  const server = await Machine.create(sandbox, "server");
  await plug(server, UPLINK, core, "ipv4");
  await plug(server, NATIVE, core, "ipv6");
  await server.ip(`addr add ${ADDRESS.serverPrimary}/8 dev ${UPLINK}`);
  await server.ip(`addr add ${ADDRESS.serverSecondary}/8 dev ${UPLINK}`);
  await server.ip(`addr add ${ADDRESS.serverNative}/64 dev ${NATIVE} nodad`);
  await routeTeredo(server);
  return server;
}

async function buildRelay(
  sandbox: Sandbox,
  core: Machine,
  name: string,
  address: string,
  nativeAddress: string,
): Promise<Machine> {
  const relay = await Machine.create(sandbox, name);
  await plug(relay, UPLINK, core, "ipv4");
  await plug(relay, NATIVE, core, "ipv6");
  await relay.ip(`addr add ${address}/8 dev ${UPLINK}`);
  await relay.ip(`addr add ${nativeAddress}/64 dev ${NATIVE} nodad`);
  await relay.setKernel({ "net/ipv6/conf/all/forwarding": 1 });
  return relay;
}

async function buildNativeHost(sandbox: Sandbox, core: Machine): Promise<Machine> {
  const native = await Machine.create(sandbox, "native");
  await plug(native, NATIVE, core, "ipv6");
  await native.ip(`addr add ${ADDRESS.native}/64 dev ${NATIVE} nodad`);
  await routeTeredo(native);
  return native;
}

async function buildSite(
  sandbox: Sandbox,
  core: Machine,
  name: string,
  plan: SitePlan,
  nat: NatChoice | "no NAT",
): Promise<Site> {
  const client = await Machine.create(sandbox, `client${name}`);
  if (nat === "no NAT") {
    await plug(client, UPLINK, core, "ipv4");
    await client.ip(`addr add ${plan.external}/8 dev ${UPLINK}`);
    return { client, router: undefined, nat: undefined, plan };
  }
  const router = await Machine.create(sandbox, `router${name}`);
  await plug(router, UPLINK, core, "ipv4");
  await connect(client, UPLINK, router, LAN);
  await client.ip(`addr add ${plan.client}/24 dev ${UPLINK}`);
  const process = await configureRouter(router, plan, nat);
  await client.ip(`route add default via ${plan.gateway}`);
  return { client, router, nat: process, plan };
}

/**
 * The cable between client and router becomes a switch in the router, with a port for one more
 * client.
 */
async function buildNeighbour(
  sandbox: Sandbox,
  name: string,
  { router, plan }: Site,
): Promise<Machine> {
  if (router === undefined) throw new TypeError(`Site ${name} has no router to be behind`);
  const neighbour = await Machine.create(sandbox, `neighbour${name}`);
  await connect(neighbour, UPLINK, router, "lan1");
  await router.ip("link add lan type bridge");
  await router.ip("link set lan up");
  await router.ip(`addr del ${plan.gateway}/24 dev ${LAN}`);
  for (const port of [LAN, "lan1"]) await router.ip(`link set ${port} master lan`);
  await router.ip(`addr add ${plan.gateway}/24 dev lan`);
  await neighbour.ip(`addr add ${plan.neighbour}/24 dev ${UPLINK}`);
  await neighbour.ip(`route add default via ${plan.gateway}`);
  return neighbour;
}

/**
 * A machine of the native Internet finds Teredo clients behind a relay, the first one unless given.
 */
export async function routeTeredo(
  machine: Machine,
  relay: string = ADDRESS.relayNative,
): Promise<void> {
  await machine.ip(`route replace 2001::/32 via ${relay} dev ${NATIVE}`);
}

/** Connects a machine to a switch in the core. */
async function plug(
  machine: Machine,
  device: string,
  core: Machine,
  family: keyof typeof SWITCH,
): Promise<void> {
  const port = `${machine.name}-${family.slice(-1)}`;
  await connect(machine, device, core, port);
  await core.ip(`link set ${port} master ${SWITCH[family]}`);
}

/** Lays a cable between two machines. */
export async function connect(
  one: Machine,
  oneDevice: string,
  other: Machine,
  otherDevice: string,
): Promise<void> {
  await one.ip(
    `link add ${oneDevice} type veth peer name ${otherDevice} netns ${other.name}`,
  );
  await one.ip(`link set ${oneDevice} up`);
  await other.ip(`link set ${otherDevice} up`);
}
