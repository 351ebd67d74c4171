// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * How long the executable takes for `--version`, and for `probe` with a server on the same host;
 * and for comparison, an executable that does nothing, which is what Deno alone takes.
 *
 *     deno task compile
 *     deno task bench:start
 *
 * The latter is compiled here, with `DENORT_BIN` as for `deno task compile`. `TEREDO_BIN` names an
 * executable other than `dist/teredo`. The exit code is 1 if a median exceeds its limit.
 *
 * @module
 */

import { requires } from "../tests/capabilities.ts";
import { repositoryPath } from "../tests/netns/deno_run.ts";
import { Machine } from "../tests/netns/machine.ts";
import { ADDRESS } from "../tests/netns/plan.ts";
import { Sandbox } from "../tests/netns/sandbox.ts";
import { median } from "./median.ts";

const RUNS = 20;

/** From the start to the end of the process, in milliseconds. */
const LIMITS = { bare: Infinity, version: 100, probe: 300 } as const;

/**
 * The host's own address, from which it asks: that of the server would make it look like a
 * symmetric NAT.
 */
const OWN = ADDRESS.relay;

/** What runs a command in the namespace takes time as well, which is measured with this command. */
const NOTHING = ["true"];

async function main(): Promise<number> {
  const { ignore, reason } = requires("linux", "root", "namespaces", "ip", "nsenter");
  if (ignore) {
    console.error(`Cannot measure the start: this machine ${reason}`);
    return 1;
  }
  const executable = Deno.env.get("TEREDO_BIN") || repositoryPath("dist/teredo");
  await using sandbox = await Sandbox.create();
  const bare = await compileBare();
  const host = await Machine.create(sandbox, "host");
  await addAddresses(host);
  const { serverPrimary: primary, serverSecondary: secondary } = ADDRESS;
  const server = await host.spawn(
    ...[executable, "server", "--primary", primary, "--secondary", secondary],
    // One probe after another from one address is more than a server has to answer at once.
    ...["--limits", "off"],
  );
  await server.waitForLog(/Serving on/);

  const commands: Record<keyof typeof LIMITS, string[]> = {
    bare: [bare],
    version: [executable, "--version"],
    probe: [executable, "probe", primary],
  };
  const names = Object.keys(LIMITS) as (keyof typeof LIMITS)[];
  const nothings: number[] = [];
  const samples: Record<keyof typeof LIMITS, number[]> = { bare: [], version: [], probe: [] };
  for (let run = 0; run < RUNS; run++) {
    nothings.push(await time(host, NOTHING));
    for (const name of names) samples[name].push(await time(host, commands[name]));
  }
  const nothing = median(nothings);
  let isWithin = true;
  for (const name of names) {
    const limit = LIMITS[name];
    const took = samples[name].map((it) => it - nothing);
    const middle = median(took);
    isWithin &&= middle <= limit;
    const [least, most] = [Math.min(...took), Math.max(...took)].map((it) => it.toFixed(0));
    console.log(
      `${name.padEnd(8)} median ${middle.toFixed(0)} ms of ${RUNS} runs, ${least} to ${most} ms` +
        (limit === Infinity ? "" : `; the limit is ${limit} ms`),
    );
  }
  return isWithin ? 0 : 1;
}

/** An executable that does nothing, made as ours is. */
async function compileBare(): Promise<string> {
  const output = repositoryPath("dist/bare");
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", "tools/compile.ts"].concat(
      ["--entry", "bench/bare_start.ts", "--output", output],
    ),
    cwd: repositoryPath("."),
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return output;
}

/** Gives the host the server's addresses and its own, from which it sends to both. */
async function addAddresses(host: Machine): Promise<void> {
  const servers = [ADDRESS.serverPrimary, ADDRESS.serverSecondary];
  for (const address of [OWN, ...servers]) await host.ip(`addr add ${address}/32 dev lo`);
  for (const address of servers) {
    await host.ip(`route replace local ${address} dev lo table local src ${OWN}`);
  }
}

/** How long a command takes that has to succeed, in milliseconds. */
async function time(host: Machine, command: readonly string[]): Promise<number> {
  const start = performance.now();
  await host.run("timeout", "30", ...command);
  return performance.now() - start;
}

if (import.meta.main) Deno.exit(await main());
