/**
 * What happens during a soak, each kind again and again until the soak ends.
 *
 * Client B is the unlucky one: its NAT reboots and its link fails. A, C and D are never disturbed,
 * so their flows must not suffer.
 *
 * @module
 */

import { denoRun } from "../netns/deno_run.ts";
import { exchangeWith, isWhole } from "../netns/echo_host.ts";
import { kernelTraces } from "../netns/kernel_traces.ts";
import type { LabProcess } from "../netns/lab_process.ts";
import type { Machine } from "../netns/machine.ts";
import { rebootNat, UPLINK } from "../netns/nat_router.ts";
import { ADDRESS } from "../netns/plan.ts";
import { teredo, TEREDO_INTERFACE } from "../netns/teredo.ts";
import type { ServerLoad } from "../../bench/miredo/server_load.ts";
import type { CrowdOptions, CrowdResult } from "./crowd.ts";
import { METRICS_PORT } from "./watched_role.ts";
import { CROWD, hookRuns, SERVERS, type World } from "./world.ts";

/** Programs that churn runs within the lab. */
export const PROGRAMS = [
  ...["bench/miredo/server_load.ts", "tests/soak/crowd.ts"],
  ...["tests/netns/echo_host.ts", "tests/netns/user_nat.ts"],
] as const;

/** What the churn works with, and tells. */
export interface ChurnContext {
  readonly world: World;
  readonly signal: AbortSignal;
  /** How many clients of a moment come at a time. */
  readonly crowd: number;
  /** The Teredo address of a client now; `undefined` if it has none. */
  readonly addressOf: (client: string) => string | undefined;
  /** Notes something that must not happen. */
  readonly fault: (what: string) => void;
  /** Notes something that took too long, or was lost on the way. */
  readonly delay: (what: string) => void;
  /** Counts something. */
  readonly count: (what: string, by?: number) => void;
}

/** Something that happens again and again. */
interface Kind {
  /** From one end to the next beginning, in seconds. */
  readonly pause: number;
  readonly run: (context: ChurnContext, turn: number) => Promise<void>;
}

/** How a client ends. */
const ENDS = ["SIGINT", "SIGTERM", "SIGKILL", "interface deleted"] as const;

const KINDS: Readonly<Record<string, Kind>> = {
  "client lives": { pause: 1, run: (context, turn) => liveOnce(context, "E", turn) },
  "client lives behind the kernel's NAT": {
    pause: 1,
    run: (context, turn) => liveOnce(context, "F", turn),
  },
  "crowds": { pause: 10, run: gather },
  "bursts of qualifications": { pause: 45, run: burst },
  "NAT reboots": { pause: 55, run: ({ world }) => rebootNat(world.lab.sites.B.nat) },
  "link failures": { pause: 75, run: failLink },
  "server restarts": { pause: 40, run: restartServer },
  "reloads": { pause: 7, run: reload },
  "idle connections": { pause: 17, run: connectIdly },
  "flows": { pause: 5, run: exchange },
};

/** Runs all kinds until `signal` aborts, and what is under way then to its end. */
export async function churn(context: ChurnContext): Promise<void> {
  await Promise.all(
    Object.entries(KINDS).map(async ([name, { pause, run }]) => {
      for (let turn = 0; !context.signal.aborted; turn++) {
        try {
          await run(context, turn);
          context.count(name);
        } catch (error) {
          // A wait that was too long, or a command that failed, for example because nobody was met.
          context.delay(`${name}: ${error instanceof Error ? error.message : String(error)}`);
        }
        await rest(pause, context.signal);
      }
    }),
  );
}

/** Waits for some seconds, or less if `signal` aborts. */
export async function rest(seconds: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, seconds * 1000);
  signal?.addEventListener("abort", () => resolve(), { once: true });
  if (signal?.aborted) resolve();
  await promise;
  clearTimeout(timer);
}

/**
 * A client comes, pings a native host and another client, ends in one of the ways, and leaves
 * nothing.
 */
async function liveOnce(
  { world, addressOf, fault, delay }: ChurnContext,
  site: "E" | "F",
  turn: number,
): Promise<void> {
  const { client: machine } = world.lab.sites[site];
  const hook = world.hooks[site];
  const pristine = await kernelTraces(machine);
  const { ends } = hookRuns(hook);
  await using process = await machine.spawn(
    ...teredo("client", "--server", ADDRESS.serverPrimary, "--hook", hook.path),
  );
  await process.waitForLog(/the Teredo address is/);
  const peer = addressOf("client D");
  const targets = [ADDRESS.native, ...peer === undefined ? [] : [peer]];
  const pings = await Promise.all(
    targets.map((to) => machine.ping(to, { count: 4, interval: 0.5 })),
  );
  for (const [i, { received, text }] of pings.entries()) {
    if (received === 0) delay(`client at ${site} does not reach ${targets[i]}: ${text}`);
  }
  const end = ENDS[turn % ENDS.length]!;
  const { code } = await endClient(process, machine, end);
  if (end.startsWith("SIG") && end !== "SIGKILL" && code !== 0) {
    fault(`client at ${site} ended with ${code} at ${end}: ${process.log}`);
  }
  const runs = hookRuns(hook).ends - ends;
  if (runs !== (end === "SIGKILL" ? 0 : 1)) fault(`${runs} hooks ran after ${end} at ${site}`);
  const left = await kernelTraces(machine);
  if (left !== pristine) fault(`client at ${site} left something after ${end}:\n${left}`);
}

async function endClient(
  process: LabProcess,
  machine: Machine,
  end: typeof ENDS[number],
): Promise<Deno.CommandStatus> {
  if (end !== "interface deleted") return await process.end(end);
  await machine.ip(`link del ${TEREDO_INTERFACE}`);
  return await process.status;
}

/** Clients of a moment find a native host and other clients. */
async function gather(
  { world, crowd, addressOf, delay, count }: ChurnContext,
): Promise<void> {
  const peers = ["client A", "client D"].map(addressOf).filter((it) => it !== undefined);
  const options: CrowdOptions = {
    servers: [ADDRESS.serverPrimary, SERVERS.gateway.ipv4[0]],
    targets: [ADDRESS.native, ...peers],
    lives: crowd,
    together: 20,
  };
  const text = await world.crowd.run(
    ...denoRun("tests/soak/crowd.ts"),
    JSON.stringify(options),
  );
  const { qualified, answered }: CrowdResult = JSON.parse(text);
  count("short-lived peers", qualified);
  count("short-lived peers answered", answered);
  if (answered < options.lives * 0.95) {
    delay(`of a crowd of ${options.lives}, ${qualified} qualified and ${answered} were answered`);
  }
}

/** Thousands of virtual clients qualify within a second or two, each with its own address. */
async function burst({ world, count }: ChurnContext): Promise<void> {
  const clients = 2_000;
  const load: ServerLoad = {
    primary: ADDRESS.serverPrimary,
    secondary: ADDRESS.serverSecondary,
    from: CROWD.network.split("/")[0]!,
    clients,
    seconds: 0.5,
    pid: world.role("server").process.pid,
  };
  await world.crowd.run(...denoRun("bench/miredo/server_load.ts"), JSON.stringify(load));
  count("virtual clients", clients);
}

async function failLink({ world }: ChurnContext): Promise<void> {
  const { client, plan } = world.lab.sites.B;
  await client.ip(`link set ${UPLINK} down`);
  await rest(3);
  await client.ip(`link set ${UPLINK} up`);
  await client.ip(`route add default via ${plan.gateway}`);
}

async function restartServer({ world: { restarted }, fault }: ChurnContext, turn: number) {
  const signal = ENDS[turn % 3]! as Deno.Signal;
  const { process } = restarted;
  const { code } = await process.end(signal);
  if (signal !== "SIGKILL" && code !== 0) fault(`the server ended with ${code}: ${process.log}`);
  await rest(1);
  await restarted.restart();
}

/** The roles by turns. */
function reload({ world: { watched, restarted } }: ChurnContext, turn: number): Promise<void> {
  const roles = watched.filter((role) => role !== restarted);
  roles[turn % roles.length]!.reload();
  return Promise.resolve();
}

/** Holds connections to the metrics of a role for three seconds, and says nothing. */
async function connectIdly({ world: { watched } }: ChurnContext, turn: number): Promise<void> {
  const { machine } = watched[turn % watched.length]!;
  const script =
    `for i in $(seq 50); do exec {fd}<>/dev/tcp/127.0.0.1/${METRICS_PORT}; done; sleep 3`;
  await machine.run("bash", "-c", script);
}

/**
 * TCP with checksums, and UDP of which every datagram is looked for, between those never disturbed.
 */
async function exchange(
  { world, addressOf, fault, delay }: ChurnContext,
  turn: number,
): Promise<void> {
  const { A, C, D } = world.lab.sites;
  const ways = [
    ["client A", A.client, ADDRESS.native],
    ["client C", C.client, ADDRESS.native],
    ["client D", D.client, ADDRESS.native],
    ["client A", A.client, addressOf("client D")],
    ["client C", C.client, addressOf("client D")],
    ["client C", C.client, addressOf("client A")],
  ] as const;
  const [name, machine, to] = ways[turn % ways.length]!;
  if (to === undefined) return;
  const found = await exchangeWith(machine, to);
  const report = `flow from ${name} to ${to}: ${JSON.stringify(found)}`;
  // TCP repairs what is lost, and nothing repairs UDP.
  if (found.sent !== found.returned) fault(report);
  else if (!isWhole(found)) delay(report);
}

/** One more life at each site, with an ordinary end: it removes what a killed client could not. */
export async function lastLives(context: ChurnContext): Promise<void> {
  await Promise.all([liveOnce(context, "E", 1), liveOnce(context, "F", 1)]);
}
