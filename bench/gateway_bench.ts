// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * `deno task bench:gateway`: TCP through a gateway and through a plain relay, by turns, on real
 * kernels.
 *
 * Both are on the server's machine, and the client is behind a NAT of the kernel. `TEREDO_BIN`
 * names the executable to measure.
 *
 * @module
 */

import { LAB, requires } from "../tests/capabilities.ts";
import { rent, startGateway } from "../tests/netns/gateway_lab.ts";
import { createLab, type Lab, routeTeredo } from "../tests/netns/lab.ts";
import { ADDRESS } from "../tests/netns/plan.ts";
import { prepareTeredo, startClient, startServer, teredoTitle } from "../tests/netns/teredo.ts";
import { median } from "./median.ts";
import { tcp } from "./miredo/iperf.ts";

const RUNS = 5;
const SECONDS = 3;

type BenchLab = Lab<"A">;

/** How each carries packets between a client and the native host. */
const CARRIERS = {
  async relay(lab: BenchLab): Promise<void> {
    await lab.server.setKernel({ "net/ipv6/conf/all/forwarding": 1 });
    await lab.server.ip("-6 route del 2001::/32");
    await routeTeredo(lab.native, ADDRESS.serverNative);
    await startServer(lab.server, "--relay");
  },
  async gateway(lab: BenchLab): Promise<void> {
    await startGateway(await rent(lab), "--gateway-for", "all");
  },
} as const;

type Carrier = keyof typeof CARRIERS;

const NAMES = Object.keys(CARRIERS) as Carrier[];

async function arena(carrier: Carrier): Promise<BenchLab> {
  const lab = await createLab({ A: { by: "kernel", kind: "portRestricted" } });
  await CARRIERS[carrier](lab);
  await startClient(lab.sites.A.client);
  const ping = await lab.sites.A.client.ping(ADDRESS.native, { count: 3 });
  if (ping.received === 0) throw new Error(`No way through the ${carrier}: ${ping.text}`);
  return lab;
}

/** Gbit/s, one way. */
async function measure({ sites, native }: BenchLab, isReversed: boolean): Promise<number> {
  const from = sites.A.client;
  const { octets, seconds } = await tcp({
    ...{ from, to: native, address: ADDRESS.native, seconds: SECONDS, isReversed },
  });
  return octets * 8 / 1e9 / seconds;
}

async function main(): Promise<number> {
  const needs = [...LAB, "root", "nft", "iperf3"] as const;
  const { ignore, reason } = requires(...needs, "ping");
  if (ignore) {
    console.error(`Cannot measure a gateway: this machine ${reason}`);
    return 1;
  }
  await prepareTeredo();
  console.log(`TCP in Gbit/s, medians of ${RUNS} runs of ${SECONDS} s; ours: ${teredoTitle()}`);
  await using relay = await arena("relay");
  await using gateway = await arena("gateway");
  const labs = { relay, gateway };
  for (const [title, isReversed] of [["up", false], ["down", true]] as const) {
    const samples: Record<Carrier, number[]> = { relay: [], gateway: [] };
    for (let run = 0; run < RUNS; run++) {
      for (const name of NAMES) samples[name].push(await measure(labs[name], isReversed));
    }
    const [one, other] = NAMES.map((name) => median(samples[name]));
    const figures = `relay ${one!.toFixed(2)}, gateway ${other!.toFixed(2)}`;
    console.log(`${title}: ${figures}, ratio ${(other! / one!).toFixed(2)}`);
  }
  return 0;
}

if (import.meta.main) Deno.exit(await main());
