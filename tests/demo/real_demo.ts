/**
 * The demo on real kernels: real sockets, TUN interfaces and routes in network namespaces.
 *
 * @module
 */

import { requires } from "../capabilities.ts";
import { createLab, type Lab } from "../netns/lab.ts";
import type { Machine } from "../netns/machine.ts";
import { firstRoundTrip, type PingResult } from "../netns/ping.ts";
import { ADDRESS } from "../netns/plan.ts";
import { waitForRoute } from "../netns/routes.ts";
import {
  launchClient,
  prepareTeredo,
  qualification,
  startRelay,
  startServer,
  TEREDO_INTERFACE,
  type TeredoClient,
  teredoTitle,
} from "../netns/teredo.ts";
import { megabitsPerSecond, transfer } from "../netns/transfer.ts";
import { NAT_KINDS, type NatName } from "./demo_options.ts";
import type { Stage } from "./stage.ts";

/** Why the real demo cannot run on this machine; empty if it can. */
export function whyNotReal(): string {
  return requires("linux", "namespaces", "tun", "ip", "nsenter", "ping").reason;
}

/** Seconds of transfer. */
const TRANSFER = 4;

type DemoLab = Lab<"A" | "B">;

/** A client that may have failed to qualify. */
type Started = TeredoClient | undefined;

/** Shows everything in a lab of real kernels. */
export async function showReal(stage: Stage, nat: NatName): Promise<void> {
  const [kind] = NAT_KINDS[nat];
  stage.note("Network", `real kernels in namespaces, ${nat} NATs in user space`);
  stage.chapter("The network");
  await prepareTeredo();
  await using lab = await createLab({
    A: { by: "user", kind },
    B: { by: "user", kind },
  });
  stage.say(`A server, a relay and a native IPv6 host, and two clients behind ${nat} NATs`);
  const { plan } = lab.sites.A;
  stage.say(`A is ${plan.client} at home, and ${plan.external} as seen from outside`);

  stage.chapter("Server and relay");
  await startServer(lab.server);
  const addresses = `${ADDRESS.serverPrimary} and ${ADDRESS.serverSecondary}`;
  stage.say(`teredo server (${teredoTitle()}) serves on ${addresses}`);
  await startRelay(lab.relay);
  stage.say(`teredo relay stands between ${ADDRESS.relay} and the native IPv6 Internet`);

  stage.chapter("Qualification: each client asks the server how it is seen from outside");
  const [a, b] = await Promise.all([
    qualify(stage, "A", lab.sites.A.client, nat),
    qualify(stage, "B", lab.sites.B.client, nat),
  ]);
  if (a === undefined || b === undefined) return;
  await meet(stage, lab, a, b);
  await reachNative(stage, lab.sites.A.client);
}

/** Starts a client. Behind a symmetric NAT it has to notice. */
async function qualify(
  stage: Stage,
  name: string,
  machine: Machine,
  nat: NatName,
): Promise<Started> {
  const start = performance.now();
  const process = await launchClient(machine);
  if (nat === "symmetric") {
    await process.waitForLog(/Qualified: .*behind a symmetric NAT/);
    stage.result(`${name} notices`, "the NAT is symmetric; two such cannot meet", true);
    return undefined;
  }
  const { address, mapping } = await qualification(process);
  const took = Math.round(performance.now() - start);
  await waitForRoute(machine, TEREDO_INTERFACE);
  stage.say(`${name} has the address ${address}`);
  stage.result(`${name} qualified`, `mapped to ${mapping}, ${took} ms after its start`, true);
  return { process, address, mapping };
}

/** The clients find each other, and talk without the server. */
async function meet(stage: Stage, lab: DemoLab, a: TeredoClient, b: TeredoClient): Promise<void> {
  const { A, B } = lab.sites;
  stage.chapter("Hole punching: A pings B, whose NAT knows nothing of A yet");
  const first = await A.client.ping(b.address);
  const roundTrip = firstRoundTrip(first);
  const isReached = roundTrip < 1000;
  if (isReached) stage.say("Bubbles by way of the server opened both NATs");
  stage.result("First reply", isReached ? `after ${milliseconds(roundTrip)}` : "none", isReached);
  if (!isReached) return;

  stage.chapter("Direct: 50 pings");
  const before = await lab.server.datagramsReceived();
  const pings = await A.client.ping(b.address, { count: 50, interval: 0.05 });
  const passed = await lab.server.datagramsReceived() - before;
  stage.result("A to B", describe(pings), pings.received === pings.sent);
  stage.result("Through the server meanwhile", `${passed} datagrams`, passed < 5);
  const back = await B.client.ping(a.address, { count: 10 });
  stage.result("B to A", describe(back), back.received === back.sent);

  stage.chapter(`Transfer: TCP from A to B for ${TRANSFER} seconds`);
  const sent = await transfer(A.client, B.client, b.address, TRANSFER);
  const size = (sent.octets / 1e6).toFixed(0);
  const rate = megabitsPerSecond(sent).toFixed(0);
  stage.result("Transfer", `${size} MB, ${rate} Mbit/s through both NATs`, sent.octets > 0);
}

/** The rest of the IPv6 Internet, through the relay nearest to it. */
async function reachNative(stage: Stage, client: Machine): Promise<void> {
  stage.chapter(`The IPv6 Internet: A pings ${ADDRESS.native}, which knows nothing of Teredo`);
  const ping = await client.ping(ADDRESS.native, { count: 10 });
  stage.result("A to the native host", describe(ping), ping.received === ping.sent);
}

function describe({ sent, received, replies }: PingResult): string {
  if (received === 0) return `none of ${sent} answered`;
  const mean = replies.reduce((sum, { roundTrip }) => sum + roundTrip, 0) / replies.length;
  return `${received} of ${sent} answered, ${milliseconds(mean)} on average`;
}

function milliseconds(value: number): string {
  return `${value.toFixed(1)} ms`;
}
