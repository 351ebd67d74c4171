// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * How many clients a server qualifies per second: ours with either transport, and `miredo-server`.
 *
 *     deno run -A bench/server_load.ts        (as root; all of it happens in a network namespace)
 *
 * The three take turns in the same run, and medians are compared. Every solicitation has a nonce of its own and
 * counts when its advertisement comes back with that nonce; the first ones are looked at closely.
 *
 * @module
 */

import { inNamespace } from "../tests/capabilities.ts";
import { denoRun, prefetch } from "../tests/netns/deno_run.ts";
import { nonceOnly } from "../wire/authentication.ts";
import { parseEndpoint } from "../wire/endpoint.ts";
import { parseIpv4 } from "../wire/ipv4_address.ts";
import { linkLocal } from "../wire/ipv6_address.ts";
import { encodeRouterSolicitation, parseRouterAdvertisement } from "../wire/neighbor_discovery.ts";
import { encodeTeredoPacket, parseTeredoPacket } from "../wire/teredo_packet.ts";
import { type Exchange, type LoadResult, pause, runLoad } from "./closed_loop.ts";
import { cpuSeconds } from "./cpu_time.ts";
import { median } from "./median.ts";

const ROUNDS = 5;
const PRIMARY = "83.1.1.1";
const SECONDARY = "83.1.1.2";
const CLIENTS = "83.1.2.1";

/** Solicitations under way, in two shapes. */
const LOADS = [
  {
    name: "Clients that ask one by one, as on the Internet",
    load: { sockets: 64, outstanding: 4, offload: false },
  },
  {
    // The kernel hands over and takes what belongs to one port in one piece: the most that a server can do.
    name: "Few ports that ask in bursts",
    load: { sockets: 16, outstanding: 16, offload: true },
  },
] as const;

type Load = typeof LOADS[number]["load"];

/** Where the nonce stands in a datagram that begins with an authentication element, RFC 4380 §5.1.1. */
const NONCE = 4;
/** Advertisements that are parsed, of each run; the others are told by their nonce alone. */
const LOOKED_AT = 1000;

const SERVERS: Readonly<Record<string, () => string[]>> = {
  "ours, batched": () => ours("batched"),
  "ours, deno": () => ours("deno"),
  "miredo-server": miredo,
};

function ours(udp: string): string[] {
  const options = ["--udp", udp, "--limits", "off", "--log-level", "warn"];
  return [...denoRun("cli.ts"), "server", "--primary", PRIMARY, ...options];
}

function miredo(): string[] {
  const configuration = Deno.makeTempFileSync();
  Deno.writeTextFileSync(configuration, `ServerBindAddress ${PRIMARY}\n`);
  return ["miredo-server", "-f", "-c", configuration, "-p", `${configuration}.pid`];
}

/** Solicitations whose nonce is the slot and the turn, in 32 bits each. */
class Qualification implements Exchange {
  readonly #request = encodeTeredoPacket({
    authentication: nonceOnly(new Uint8Array(8)),
    ipv6: encodeRouterSolicitation(linkLocal(0x0000ffff, 0xfffffffe)),
  });
  readonly #nonce = new DataView(this.#request.buffer, NONCE);
  #lookedAt = 0;

  request(slot: number, turn: number): Uint8Array {
    this.#nonce.setUint32(0, slot);
    this.#nonce.setUint32(4, turn);
    return this.#request;
  }

  identify(answer: Uint8Array): { slot: number; turn: number } | undefined {
    if (answer.length < NONCE + 8) return undefined;
    if (this.#lookedAt++ < LOOKED_AT) check(answer);
    const nonce = new DataView(answer.buffer, answer.byteOffset + NONCE);
    return { slot: nonce.getUint32(0), turn: nonce.getUint32(4) };
  }
}

/** Throws unless a client would qualify by this answer. */
function check(answer: Uint8Array): void {
  const packet = parseTeredoPacket(answer);
  if (typeof packet === "string") throw new Error(`A wrong answer: ${packet}`);
  const advertisement = parseRouterAdvertisement(packet.ipv6);
  if (typeof advertisement === "string") throw new Error(`A wrong answer: ${advertisement}`);
  if (packet.origin === undefined) throw new Error("An answer without an origin indication");
}

/** One run of a server under load. */
async function measure(command: readonly string[], load: Load): Promise<LoadResult> {
  const [program, ...args] = command;
  const server = new Deno.Command(program!, { args, stdin: "null", stdout: "null" }).spawn();
  try {
    await pause(500);
    return await runLoad({
      from: parseIpv4(CLIENTS)!,
      to: parseEndpoint(`${PRIMARY}:3544`)!,
      ...load,
      warmUp: 1500,
      duration: 1000,
      exchange: new Qualification(),
      cpuSeconds: () => cpuSeconds(server.pid),
    });
  } finally {
    server.kill("SIGTERM");
    await server.status;
  }
}

async function compare(load: Load): Promise<void> {
  const names = Object.keys(SERVERS);
  const results = new Map(names.map((name) => [name, [] as LoadResult[]]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) results.get(name)!.push(await measure(SERVERS[name]!(), load));
  }
  const reference = summary(results.get("miredo-server")!);
  for (const name of names) {
    const { rate, cpu, lost } = summary(results.get(name)!);
    console.log(
      `${name.padEnd(14)} ${Math.round(rate)} qualifications per second ` +
        `(${(rate / reference.rate).toFixed(2)} of miredo-server), ` +
        `${cpu.toFixed(2)} µs of processor time each (${(reference.cpu / cpu).toFixed(2)} ` +
        `times as many per second of it), ${lost} unanswered within 200 ms`,
    );
    const rates = results.get(name)!.map(({ answersPerSecond }) => Math.round(answersPerSecond));
    console.log(`  each run: ${rates.join(" ")}`);
  }
}

function summary(results: readonly LoadResult[]): { rate: number; cpu: number; lost: number } {
  return {
    rate: median(results.map(({ answersPerSecond }) => answersPerSecond)),
    cpu: median(results.map(({ cpuPerAnswer }) => cpuPerAnswer)),
    lost: results.reduce((sum, { lost }) => sum + lost, 0),
  };
}

/** Runs this program once more, as root of a network of its own. */
async function enter(): Promise<void> {
  await prefetch("cli.ts");
  const [command, ...words] = inNamespace();
  const setUp = [PRIMARY, SECONDARY, CLIENTS].map((address) => `ip addr add ${address}/32 dev lo`);
  const script = ["ip link set lo up", ...setUp, 'exec "$@"'].join(" && ");
  const self = [...denoRun("bench/server_load.ts"), "inside"];
  const { code } = await new Deno.Command(command!, {
    args: [...words, "sh", "-c", script, "sh", ...self],
  }).spawn().status;
  Deno.exit(code);
}

if (Deno.args[0] === "inside") {
  for (const { name, load } of LOADS) {
    console.log(`${name} (${load.sockets} ports with ${load.outstanding} each):`);
    await compare(load);
  }
} else await enter();
