/**
 * Two machines behind one router that have the same server addresses and the same route to clients,
 * set up as docs/operating.md says under "Growing past one machine".
 *
 *     native -- (core, a router with BIRD) -- east: server, relay, BIRD
 *     sites  --                            -- west: the same
 *
 * @module
 */

import { repositoryPath } from "./deno_run.ts";
import { connect, type Lab, NATIVE, SWITCH } from "./lab.ts";
import type { LabProcess } from "./lab_process.ts";
import type { Machine } from "./machine.ts";
import { UPLINK } from "./nat_router.ts";
import { teredo } from "./teredo.ts";
import { pause } from "../pause.ts";

/** The server's addresses, in the document and here. */
export const SHARED = { primary: "85.1.1.1", secondary: "85.1.1.2" } as const;
const DOCUMENTED = { primary: "203.0.113.1", secondary: "203.0.113.2" } as const;

/** The core's own addresses, by which the rest of the lab reaches the two machines. */
const CORE = { ipv4: "83.1.0.1", ipv6: "2a00:1::ff" } as const;

/** What differs between the machines. */
const PLACES = {
  east: { ipv4: "84.1.1", ipv6: "2a00:2:1:", routerId: "10.0.0.1" },
  west: { ipv4: "84.1.2", ipv6: "2a00:2:2:", routerId: "10.0.0.2" },
} as const;

/** The name of a machine, and of the router's link to it. */
type Place = keyof typeof PLACES;
const NAMES = ["east", "west"] as const;

/** The other of the two. */
export function otherPlace(place: Place): Place {
  return place === "east" ? "west" : "east";
}

/** The code blocks of a section of a document, in their order. */
export function codeBlocks(markdown: string, heading: string): string[] {
  const section = markdown.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0];
  if (section === undefined) throw new Error(`There is no section "${heading}"`);
  return Array.from(section.matchAll(/^```\w+\n([^]*?)^```$/gm), ([, block]) => block!);
}

/** What an operator copies out of the document. */
interface Documented {
  readonly service: string;
  readonly machine: string;
  readonly router: string;
  readonly sysctl: string;
}

async function readDocument(): Promise<Documented> {
  const text = await Deno.readTextFile(repositoryPath("docs/operating.md"));
  const blocks = codeBlocks(text, "Growing past one machine");
  if (blocks.length !== 4) throw new Error(`${blocks.length} code blocks are there, not 4`);
  const [service, machine, router, sysctl] = blocks as [string, string, string, string];
  return { service, machine, router, sysctl };
}

/** One of the two machines. */
class Station {
  readonly machine: Machine;
  readonly place: Place;
  readonly #service: string;
  readonly #own: string;
  readonly #bird: LabProcess;
  #relay: LabProcess | undefined;
  #server: LabProcess | undefined;
  /** Settles when what systemd does behind the server's end is done. */
  #serverEnded: Promise<void> | undefined;

  constructor(machine: Machine, place: Place, service: string, bird: LabProcess) {
    this.machine = machine;
    this.place = place;
    this.#service = service;
    this.#own = `${PLACES[place].ipv4}.2`;
    this.#bird = bird;
  }

  /** Starts the server with what the drop-in has around it, as systemd would. */
  async startServer(): Promise<void> {
    await this.#do("ExecStartPre");
    const server = this.#server = await this.machine.spawn(
      ...teredo("server", "--primary", SHARED.primary, "--secondary", SHARED.secondary),
    );
    this.#serverEnded = server.status.then(() => this.#do("ExecStopPost"));
    await server.waitForLog(/Serving on/);
  }

  async startRelay(): Promise<void> {
    this.#relay = await this.machine.spawn(
      ...teredo("relay", "--bind", this.#own, "--port", "3545"),
    );
    await this.#relay.waitForLog(/Relaying between/);
  }

  async killServer(): Promise<void> {
    await this.#server!.end("SIGKILL");
    await this.#serverEnded;
  }

  async killRelay(): Promise<void> {
    await this.#relay!.end("SIGKILL");
  }

  /** As by a power cut: nothing is left that could tell anybody, and the link stays. */
  async vanish(): Promise<void> {
    await this.#bird.end("SIGKILL");
    await this.machine.setKernel({ "net/ipv4/ip_forward": 0, "net/ipv6/conf/all/forwarding": 0 });
    await Promise.all([this.#server!.end("SIGKILL"), this.killRelay()]);
    await this.#serverEnded;
  }

  async #do(setting: "ExecStartPre" | "ExecStopPost"): Promise<void> {
    const commands = this.#service.matchAll(new RegExp(`^${setting}=\\+(.+)$`, "gm"));
    for (const [, command] of commands) await this.machine.try(...command!.split(" "));
  }
}

/** The two machines, and the router that knows them. */
export interface Anycast {
  readonly stations: Readonly<Record<Place, Station>>;
  /** Waits until packets to an address may go to these places, and to no others. */
  waitForPaths(destination: string, places: readonly Place[]): Promise<void>;
  /** Where the router sends what comes from an address to the server. */
  serverOf(client: string): Promise<Place>;
  /** Where the most datagrams come in within some milliseconds. */
  busiest(duration: number): Promise<Place>;
}

/** Adds the two machines to a lab, with servers and relays, and waits for the routes. */
export async function addStations(lab: Lab, folder: string): Promise<Anycast> {
  const { core } = lab;
  const documented = await readDocument();
  await makeRouter(lab);
  const stations = {} as Record<Place, Station>;
  for (const place of NAMES) {
    const machine = await addMachine(lab, place);
    const config = replaceOnce(documented.machine, "10.0.0.1", PLACES[place].routerId);
    const bird = await startBird(machine, folder, config);
    const service = documented.service
      .replaceAll(DOCUMENTED.primary, SHARED.primary)
      .replaceAll(DOCUMENTED.secondary, SHARED.secondary);
    stations[place] = new Station(machine, place, service, bird);
  }
  await core.run("sh", "-ec", documented.sysctl);
  await startBird(core, folder, documented.router);
  await Promise.all(
    Object.values(stations).flatMap((it) => [it.startServer(), it.startRelay()]),
  );
  const waitForPaths = (to: string, places: readonly Place[]) => waitForRoutes(core, to, places);
  for (const to of [SHARED.primary, SHARED.secondary, "2001::/32"]) await waitForPaths(to, NAMES);
  return {
    stations,
    waitForPaths,
    serverOf: (client) => serverOf(core, client),
    busiest: (duration) => busiest(stations, duration),
  };
}

/** Makes a router out of the core, and lets all machines of the lab know it. */
async function makeRouter(lab: Lab): Promise<void> {
  const { core, native, sites } = lab;
  await core.ip(`addr add ${CORE.ipv4}/8 dev ${SWITCH.ipv4}`);
  await core.ip(`addr add ${CORE.ipv6}/64 dev ${SWITCH.ipv6} nodad`);
  await core.setKernel({ "net/ipv4/ip_forward": 1, "net/ipv6/conf/all/forwarding": 1 });
  await native.ip(`route replace default via ${CORE.ipv6} dev ${NATIVE}`);
  await native.ip(`route replace 2001::/32 via ${CORE.ipv6} dev ${NATIVE}`);
  for (const { client, router } of Object.values(sites)) {
    await (router ?? client).ip(`route add default via ${CORE.ipv4} dev ${UPLINK}`);
  }
}

async function addMachine(lab: Lab, place: Place): Promise<Machine> {
  const { core } = lab;
  const { ipv4, ipv6 } = PLACES[place];
  const machine = await lab.addMachine(place);
  await connect(machine, "eth0", core, place);
  await core.ip(`addr add ${ipv4}.1/24 dev ${place}`);
  await core.ip(`addr add ${ipv6}:1/64 dev ${place} nodad`);
  await machine.ip(`addr add ${ipv4}.2/24 dev eth0`);
  await machine.ip(`addr add ${ipv6}:2/64 dev eth0 nodad`);
  await machine.ip(`route add default via ${ipv4}.1`);
  await machine.ip(`route add default via ${ipv6}:1`);
  await machine.setKernel({ "net/ipv6/conf/all/forwarding": 1 });
  return machine;
}

/** Starts BIRD with a configuration, which has to be right. */
export async function startBird(
  machine: Machine,
  folder: string,
  config: string,
): Promise<LabProcess> {
  const path = `${folder}/${machine.name}`;
  await Deno.writeTextFile(`${path}.conf`, config);
  await machine.run("bird", "-p", "-c", `${path}.conf`);
  return await machine.spawn("bird", "-f", "-c", `${path}.conf`, "-s", `${path}.ctl`);
}

/** Between two looks at the routes, in milliseconds, and how many looks. */
const PAUSE = 100;
const LOOKS = 300;

async function waitForRoutes(
  core: Machine,
  destination: string,
  places: readonly Place[],
): Promise<void> {
  const family = destination.includes(":") ? "-6" : "-4";
  let text = "";
  for (let looks = 0; looks < LOOKS; looks++) {
    text = await core.ip(`${family} route show ${destination}`);
    if (NAMES.every((name) => text.includes(` dev ${name}`) === places.includes(name))) return;
    await pause(PAUSE);
  }
  throw new Error(`The routes to ${destination} do not lead to ${places}, but are: ${text}`);
}

async function serverOf(core: Machine, client: string): Promise<Place> {
  const text = await core.ip(`route get ${SHARED.primary} from ${client} iif ${SWITCH.ipv4}`);
  const place = NAMES.find((name) => text.includes(` dev ${name}`));
  if (place === undefined) throw new Error(`The router has no way to the server: ${text}`);
  return place;
}

/**
 * The router's own word for IPv6 is of no use: for a packet that there is not it computes another
 * hash.
 */
async function busiest(stations: Anycast["stations"], duration: number): Promise<Place> {
  const count = () => Promise.all(NAMES.map((name) => stations[name].machine.datagramsReceived()));
  const before = await count();
  await pause(duration);
  const [east = 0, west = 0] = (await count()).map((it, i) => it - before[i]!);
  return east > west ? "east" : "west";
}

function replaceOnce(text: string, from: string, to: string): string {
  const parts = text.split(`${from};`);
  if (parts.length !== 2) throw new Error(`"${from}" should be there once`);
  return parts.join(`${to};`);
}
