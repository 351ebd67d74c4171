/**
 * The demo on real kernels: real sockets, TUN interfaces and routes in network namespaces.
 *
 * @module
 */

import { LAB, requires } from "../capabilities.ts";
import { PATIENCE } from "../netns/all_answered.ts";
import { createLab, type Lab } from "../netns/lab.ts";
import type { Machine } from "../netns/machine.ts";
import { UPLINK } from "../netns/nat_router.ts";
import { firstRoundTrip, type PingResult } from "../netns/ping.ts";
import { ADDRESS } from "../netns/plan.ts";
import { waitForRoute } from "../netns/routes.ts";
import {
  launchClient,
  prepareTeredo,
  qualification,
  teredo,
  TEREDO_INTERFACE,
  type TeredoClient,
  teredoTitle,
} from "../netns/teredo.ts";
import { megabitsPerSecond, transfer } from "../netns/transfer.ts";
import { NAT_KINDS, type NatName } from "./demo_options.ts";
import type { Stage } from "./stage.ts";

/** Why the real demo cannot run on this machine; empty if it can. */
export function whyNotReal(): string {
  return requires(...LAB, "ping").reason;
}

/** A series of pings. */
const TEN = { count: 10, patience: PATIENCE };

/** Seconds of transfer. */
const TRANSFER = 4;

/** A and B are behind NATs of the kind that was asked for, C and D behind symmetric ones. */
type DemoLab = Lab<"A" | "B" | "C" | "D">;

/** Shows everything in a lab of real kernels. */
export async function showReal(stage: Stage, nat: NatName): Promise<void> {
  const [kind] = NAT_KINDS[nat];
  stage.note("Network", `real kernels in namespaces, ${nat} NATs in user space`);
  stage.chapter("The network");
  await prepareTeredo();
  await using lab = await createLab({
    A: { by: "user", kind },
    B: { by: "user", kind },
    C: { by: "kernel", kind: "symmetric" },
    D: { by: "kernel", kind: "symmetric" },
  });
  stage.say(`A server with one IPv4 address, and a native IPv6 host`);
  stage.say(`Clients A and B behind ${nat} NATs, C and D behind symmetric ones`);
  const { plan } = lab.sites.A;
  stage.say(`A is ${plan.client} at home, and ${plan.external} as seen from outside`);

  stage.chapter("The gateway: all that the clients need, on one machine");
  await startGateway(stage, lab);

  stage.chapter("Qualification: each client asks the server how it is seen from outside");
  const [a, b] = await Promise.all([
    qualify(stage, "A", lab.sites.A.client),
    qualify(stage, "B", lab.sites.B.client),
  ]);
  await meet(stage, lab, a, b, nat);
  await meetThroughGateway(stage, lab);
  await reachNative(stage, lab);
}

/** One address, and no route to Teredo clients anywhere else, as with a rented machine. */
async function startGateway(stage: Stage, lab: DemoLab): Promise<void> {
  await lab.server.ip(`addr del ${ADDRESS.serverSecondary}/8 dev ${UPLINK}`);
  for (const machine of [lab.server, lab.native]) await machine.ip("route del 2001::/32");
  const gateway = await lab.server.spawn(
    ...teredo("server", "--gateway", "--gateway-for", "all"),
    ...["--primary", ADDRESS.serverPrimary],
  );
  await gateway.waitForLog(/Serving on/);
  stage.say(`teredo server --gateway (${teredoTitle()}) serves on ${ADDRESS.serverPrimary}`);
  stage.say(`Its packets to the native Internet come from its own ${ADDRESS.serverNative}`);
}

/** Starts a client. */
async function qualify(stage: Stage, name: string, machine: Machine): Promise<TeredoClient> {
  const start = performance.now();
  const process = await launchClient(machine);
  const { address, mapping } = await qualification(process);
  const took = Math.round(performance.now() - start);
  await waitForRoute(machine, TEREDO_INTERFACE);
  stage.say(`${name} has the address ${address}`);
  stage.result(`${name} qualified`, `mapped to ${mapping}, ${took} ms after its start`, true);
  return { process, address, mapping };
}

/**
 * The clients find each other, and talk without the server unless both their NATs are symmetric.
 */
async function meet(
  stage: Stage,
  lab: DemoLab,
  a: TeredoClient,
  b: TeredoClient,
  nat: NatName,
): Promise<void> {
  const { A, B } = lab.sites;
  stage.chapter("Hole punching: A pings B, whose NAT knows nothing of A yet");
  const isDirect = nat !== "symmetric";
  const first = await A.client.ping(b.address);
  const roundTrip = firstRoundTrip(first);
  const isReached = roundTrip < (isDirect ? 1000 : 3000);
  if (isReached) {
    stage.say(
      isDirect ? "Bubbles by way of the server opened both NATs" : "The gateway answered for B",
    );
  }
  stage.result("First reply", isReached ? `after ${milliseconds(roundTrip)}` : "none", isReached);
  if (!isReached) return;

  stage.chapter(isDirect ? "Direct: 50 pings" : "Through the gateway: 50 pings");
  const before = await lab.server.datagramsReceived();
  const pings = await A.client.ping(b.address, { count: 50, interval: 0.05, patience: PATIENCE });
  const passed = await lab.server.datagramsReceived() - before;
  stage.result("A to B", describe(pings), pings.received === pings.sent);
  stage.result("Through the server meanwhile", `${passed} datagrams`, (passed < 5) === isDirect);
  const back = await B.client.ping(a.address, TEN);
  stage.result("B to A", describe(back), back.received === back.sent);

  stage.chapter(`Transfer: TCP from A to B for ${TRANSFER} seconds`);
  const sent = await transfer(A.client, B.client, b.address, TRANSFER);
  const size = (sent.octets / 1e6).toFixed(0);
  const rate = megabitsPerSecond(sent).toFixed(0);
  stage.result("Transfer", `${size} MB, ${rate} Mbit/s through both NATs`, sent.octets > 0);
}

/** A pair that no bubble brings together. */
async function meetThroughGateway(stage: Stage, lab: DemoLab): Promise<void> {
  const { C, D } = lab.sites;
  stage.chapter("Two symmetric NATs: C pings D, which no bubble reaches");
  const [, d] = await Promise.all([
    qualify(stage, "C", C.client),
    qualify(stage, "D", D.client),
  ]);
  const pings = await C.client.ping(d.address, { ...TEN, interval: 0.5 });
  const first = firstRoundTrip(pings);
  const isReached = first < 3000;
  stage.result(
    "C to D, through the gateway",
    isReached ? `first reply after ${milliseconds(first)}` : "no reply",
    isReached && pings.received === pings.sent,
  );
}

/** The rest of the IPv6 Internet, which nobody tells where Teredo clients are. */
async function reachNative(stage: Stage, lab: DemoLab): Promise<void> {
  stage.chapter(`The IPv6 Internet: A pings ${ADDRESS.native}, which knows nothing of Teredo`);
  const ping = await lab.sites.A.client.ping(ADDRESS.native, TEN);
  stage.result("A to the native host", describe(ping), ping.received === ping.sent);
  const { client } = lab.sites.C;
  const behindSymmetric = await client.ping(ADDRESS.native, TEN);
  const { received, sent } = behindSymmetric;
  stage.result("C to the native host", describe(behindSymmetric), received === sent);
}

function describe({ sent, received, replies }: PingResult): string {
  if (received === 0) return `none of ${sent} answered`;
  const mean = replies.reduce((sum, { roundTrip }) => sum + roundTrip, 0) / replies.length;
  return `${received} of ${sent} answered, ${milliseconds(mean)} on average`;
}

function milliseconds(value: number): string {
  return `${value.toFixed(1)} ms`;
}
