// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * `deno task bench:gateway`: TCP and UDP through a gateway, a plain relay and Miredo's relay, by turns,
 * on real kernels.
 *
 * Gateway and plain relay are on the server's machine, Miredo's relay has its own, and the client is
 * behind a NAT of the kernel. `TEREDO_BIN` names the executable to measure.
 *
 * @module
 */

import { LAB, requires } from "../tests/capabilities.ts";
import { rent, startGateway } from "../tests/netns/gateway_lab.ts";
import { createLab, type Lab, routeTeredo } from "../tests/netns/lab.ts";
import { ADDRESS } from "../tests/netns/plan.ts";
import { prepareTeredo, startServer, teredoTitle } from "../tests/netns/teredo.ts";
import { median } from "./median.ts";
import { START } from "./miredo/contestant.ts";
import { DATAGRAM, tcp, udp } from "./miredo/iperf.ts";

const RUNS = 5;
const SECONDS = 1;

type BenchLab = Lab<"A">;

/** How each carries packets between a client and the native host. */
const CARRIERS = {
  async gateway(lab: BenchLab): Promise<void> {
    await startGateway(await rent(lab), "--gateway-for", "all");
    await START.ours.client(lab.sites.A.client);
  },
  async relay(lab: BenchLab): Promise<void> {
    await lab.server.setKernel({ "net/ipv6/conf/all/forwarding": 1 });
    await lab.server.ip("-6 route del 2001::/32");
    await routeTeredo(lab.native, ADDRESS.serverNative);
    await startServer(lab.server, "--relay");
    await START.ours.client(lab.sites.A.client);
  },
  async miredo(lab: BenchLab): Promise<void> {
    await START.miredo.server(lab.server);
    await START.miredo.relay(lab.relay);
    await START.miredo.client(lab.sites.A.client);
  },
} as const;

type Carrier = keyof typeof CARRIERS;

const NAMES = Object.keys(CARRIERS) as Carrier[];

/** Traffic of the client's, which opens each connection: nobody else can through a gateway. */
const TRAFFIC = [
  ["TCP, Gbit/s", throughput],
  ...[64, 200, DATAGRAM].map((length) =>
    [`UDP of ${length} octets, k/s`, datagrams(length)] as const
  ),
] as const;

async function arena(carrier: Carrier): Promise<BenchLab> {
  const lab = await createLab({ A: { by: "kernel", kind: "portRestricted" } });
  await CARRIERS[carrier](lab);
  const ping = await lab.sites.A.client.ping(ADDRESS.native, { count: 3 });
  if (ping.received === 0) throw new Error(`No way through the ${carrier}: ${ping.text}`);
  return lab;
}

async function throughput(lab: BenchLab, isReversed: boolean): Promise<number> {
  const { octets, seconds } = await tcp(stream(lab, isReversed));
  return octets * 8 / 1e9 / seconds;
}

/** Measures what arrives of datagrams. */
function datagrams(length: number) {
  return async (lab: BenchLab, isReversed: boolean): Promise<number> => {
    const { arrived, seconds } = await udp(stream(lab, isReversed), length);
    return arrived / 1000 / seconds;
  };
}

function stream({ sites, native }: BenchLab, isReversed: boolean) {
  const from = sites.A.client;
  return { from, to: native, address: ADDRESS.native, seconds: SECONDS, isReversed };
}

/** A line of the table. The ratios are medians of those of the turns. */
function line(title: string, samples: Readonly<Record<Carrier, number[]>>): string {
  const ratio = (of: Carrier, to: Carrier) =>
    median(samples[of].map((figure, run) => figure / samples[to][run]!)).toFixed(2);
  const figures = NAMES.map((name) => median(samples[name]).toPrecision(3));
  const ratios = [ratio("gateway", "relay"), ratio("gateway", "miredo"), ratio("relay", "miredo")];
  return `| ${[title, ...figures, ...ratios].join(" | ")} |`;
}

async function main(): Promise<number> {
  const needs = [...LAB, "root", "nft", "iperf3", "miredo", "miredo-server"] as const;
  const { ignore, reason } = requires(...needs, "ping");
  if (ignore) {
    console.error(`Cannot measure a gateway: this machine ${reason}`);
    return 1;
  }
  await prepareTeredo();
  console.log(`Medians of ${RUNS} runs of ${SECONDS} s; ours: ${teredoTitle()}\n`);
  console.log(
    "| | gateway | relay | Miredo | gateway / relay | gateway / Miredo | relay / Miredo |",
  );
  console.log("| - | -: | -: | -: | -: | -: | -: |");
  await using stack = new AsyncDisposableStack();
  const labs = {
    gateway: stack.use(await arena("gateway")),
    relay: stack.use(await arena("relay")),
    miredo: stack.use(await arena("miredo")),
  };
  for (const [title, measure] of TRAFFIC) {
    for (const [way, isReversed] of [["up", false], ["down", true]] as const) {
      const samples: Record<Carrier, number[]> = { gateway: [], relay: [], miredo: [] };
      for (let run = 0; run < RUNS; run++) {
        for (const name of NAMES) samples[name].push(await measure(labs[name], isReversed));
      }
      console.log(line(`${title}, ${way}`, samples));
    }
  }
  return 0;
}

if (import.meta.main) Deno.exit(await main());
