// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * `deno task bench:server`: qualifications per second of our server, of Miredo's, and of a program
 * in C that only answers (floor_server.c), by turns, for few clients and for many.
 *
 * Each client has its own address, and waits for an answer before it asks again. The server has
 * one processor, the clients the other. `TEREDO_BIN` names the executable to measure.
 *
 * @module
 */

import { requires } from "../tests/capabilities.ts";
import { denoRun, prefetch, repositoryPath } from "../tests/netns/deno_run.ts";
import { createLab, type Lab } from "../tests/netns/lab.ts";
import type { LabProcess } from "../tests/netns/lab_process.ts";
import { startMiredoServer } from "../tests/netns/miredo.ts";
import { ADDRESS } from "../tests/netns/plan.ts";
import { prepareTeredo, startServer, teredoTitle } from "../tests/netns/teredo.ts";
import { concatOctets } from "../memory/octets.ts";
import { encodeAuthentication, NONCE_LENGTH, nonceOnly } from "../wire/authentication.ts";
import { endpoint } from "../wire/endpoint.ts";
import { ipv4Address, parseIpv4 } from "../wire/ipv4_address.ts";
import { linkLocal } from "../wire/ipv6_address.ts";
import { encodeRouterAdvertisement } from "../wire/neighbor_discovery.ts";
import { encodeOrigin } from "../wire/origin_indication.ts";
import { teredoPrefix } from "../wire/teredo_address.ts";
import { buildProgram } from "./c_program.ts";
import { median } from "./median.ts";
import { pin } from "./miredo/measurements.ts";
import type { ServerLoad } from "./miredo/server_load.ts";
import type { LoadResult } from "./virtual_clients.ts";

const RUNS = 5;
const SECONDS = 1;

/** How many clients ask at a time. */
const CLIENTS = [1, 8, 128, 1024] as const;

/** A network of which the lab knows nothing: every address in it is a client. */
const NETWORK = "83.4.0.0";

type BenchLab = Lab<never>;

/** An answer, in which the floor replaces nonce and origin. */
function answer(): string {
  const octets = concatOctets(
    encodeAuthentication(nonceOnly(new Uint8Array(NONCE_LENGTH))),
    encodeOrigin(endpoint(ipv4Address(0), 0)),
    encodeRouterAdvertisement({
      source: linkLocal(0, parseIpv4(ADDRESS.serverPrimary)!),
      destination: linkLocal(0xffff, 0xfffffffe),
      prefix: teredoPrefix(parseIpv4(ADDRESS.serverPrimary)!),
      mtu: 1280,
    }),
  );
  return octets.toHex();
}

/** How each of them starts on the server's machine. */
function contenders(floor: string) {
  const { serverPrimary, serverSecondary } = ADDRESS;
  return {
    ours: ({ server }: BenchLab) => startServer(server, "--limits", "off"),
    miredo: ({ server }: BenchLab) => startMiredoServer(server),
    async floor({ server }: BenchLab): Promise<LabProcess> {
      const process = await server.spawn(floor, serverPrimary, serverSecondary, answer());
      await process.waitForLog(/Serving/);
      return process;
    },
  } as const;
}

type Contender = keyof ReturnType<typeof contenders>;
const NAMES: readonly Contender[] = ["ours", "miredo", "floor"];

async function load({ relay }: BenchLab, clients: number, pid: number): Promise<LoadResult> {
  const { serverPrimary: primary, serverSecondary: secondary } = ADDRESS;
  const wanted: ServerLoad = { primary, secondary, from: NETWORK, clients, seconds: SECONDS, pid };
  const program = [...denoRun("bench/miredo/server_load.ts"), JSON.stringify(wanted)];
  return JSON.parse(await relay.run("taskset", "--cpu-list", "0", ...program));
}

async function main(): Promise<number> {
  const { ignore, reason } = requires(
    ...["linux", "root", "namespaces", "ip", "nsenter", "taskset", "gcc", "miredo-server"] as const,
  );
  if (ignore) {
    console.error(`Cannot measure servers: this machine ${reason}`);
    return 1;
  }
  await prepareTeredo();
  await prefetch("bench/miredo/server_load.ts");
  const folder = await Deno.makeTempDir();
  try {
    const floor = await buildProgram(repositoryPath("bench/floor_server.c"), folder);
    const start = contenders(floor);
    await using lab: BenchLab = await createLab({});
    await lab.relay.ip(`route replace local ${NETWORK}/16 dev lo`);
    await lab.server.ip(`route replace ${NETWORK}/16 via ${ADDRESS.relay}`);
    const found = new Map<string, LoadResult[]>();
    for (let run = 0; run < RUNS; run++) {
      for (const name of NAMES) {
        const server = await start[name](lab);
        await pin(server.pid, "1");
        for (const clients of CLIENTS) {
          const key = `${name} ${clients}`;
          found.set(key, [...found.get(key) ?? [], await load(lab, clients, server.pid)]);
        }
        await server.end("SIGTERM");
      }
    }
    report(found);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return 0;
}

function report(found: ReadonlyMap<string, readonly LoadResult[]>): void {
  console.log(`${teredoTitle()}; medians of ${RUNS} turns of ${SECONDS} s\n`);
  const heads = ["clients", ...NAMES.map((name) => `${name}, k/s`)];
  const ratios = ["ours / miredo", "floor / miredo", "ours / floor"];
  console.log(
    `| ${[...heads, ...NAMES.map((name) => `${name}, µs CPU`), ...ratios].join(" | ")} |`,
  );
  for (const clients of CLIENTS) {
    const results = (name: Contender) => found.get(`${name} ${clients}`)!;
    const rates = (name: Contender) =>
      results(name).map(({ qualificationsPerSecond }) => qualificationsPerSecond);
    const ratio = (one: Contender, other: Contender) =>
      median(rates(one).map((rate, turn) => rate / rates(other)[turn]!)).toFixed(2);
    const cells = [
      `${clients}`,
      ...NAMES.map((name) => (median(rates(name)) / 1000).toFixed(1)),
      ...NAMES.map((name) => median(results(name).map((it) => it.cpuPerQualification)).toFixed(2)),
      ...[ratio("ours", "miredo"), ratio("floor", "miredo"), ratio("ours", "floor")],
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

if (import.meta.main) Deno.exit(await main());
