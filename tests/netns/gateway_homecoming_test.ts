/** A pair that met through a gateway goes its direct way as soon as there is one. */
import { assert, assertEquals } from "@std/assert";
import { assertAllAnswered, PATIENCE } from "./all_answered.ts";
import { startGateway } from "./gateway_lab.ts";
import type { Site } from "./lab.ts";
import { gatewayTest, PORT_RESTRICTED } from "./lab_case.ts";
import type { LabProcess } from "./lab_process.ts";
import type { Machine } from "./machine.ts";
import { startMiredoClient } from "./miredo.ts";
import { firstOf, parsePing, pingCommand } from "./ping.ts";
import { startClient, teredo } from "./teredo.ts";
import { pause } from "../pause.ts";

/** The direct way is found within this time, in milliseconds. */
const SOON = 30_000;

/** Ways without a gateway: the ports that both tell each other may be quicker than the known ones. */
const DIRECT: readonly (string | undefined)[] = ["direct", "random_port"];

const PINGS = { count: 300, interval: 0.12, patience: PATIENCE };

/** A series has ended by then, in milliseconds. */
const SERIES_END = 60_000;

/** A TCP connection of 34 seconds at 2 Mbit/s. */
const STREAM = ["-t", "34", "-b", "2M"];
const STREAM_OCTETS = 34 * 2_000_000 / 8;

/** Lets a site's router drop what goes to another site, as a provider's filter between them might. */
async function block({ router }: Site, other: Site): Promise<void> {
  await router!.run(
    "nft",
    `table ip between {
      chain forward {
        type filter hook forward priority -10;
        ip daddr ${other.plan.external} drop
      }
    }`,
  );
}

/** The direct way is found soon, and no ping is lost. */
async function assertComesHome(machine: Machine, address: string, ping: LabProcess): Promise<void> {
  const opened = performance.now();
  while (!DIRECT.includes(await pathTo(machine, address))) {
    assert(performance.now() - opened < SOON, `still through the gateway:\n${ping.log}`);
    await pause(250);
  }
  await ping.waitForLog(/packets transmitted/, { timeout: SERIES_END });
  await ping.status;
  assertEquals(firstOf(PINGS.count, parsePing(ping.log)).received, PINGS.count, ping.log);
}

async function pathTo(machine: Machine, address: string): Promise<string | undefined> {
  const { peers } = JSON.parse(await machine.run(...teredo("status", "--json")));
  return peers.find((peer: { address: string }) => peer.address === address)?.path;
}

gatewayTest({
  name: "gateway: a pair that began through it goes direct within 30 s, without a loss",
  sites: { A: PORT_RESTRICTED, B: PORT_RESTRICTED },
  needs: ["iperf3"],
  async fn(lab, machine) {
    const { A, B } = lab.sites;
    await block(A, B);
    await block(B, A);
    await using _gateway = await startGateway(machine, "--gateway-for", "all");
    await startClient(A.client);
    const { address } = await startClient(B.client);
    await assertAllAnswered(A.client, address, { count: 1 });
    assertEquals(await pathTo(A.client, address), "gateway");

    // What began through the gateway stays there, and does not notice.
    const receiver = await B.client.spawn("iperf3", "-s", "-1", "--forceflush");
    await receiver.waitForLog(/Server listening/);
    const stream = A.client.run("iperf3", "-J", "-c", address, ...STREAM);
    // Another failure ends the lab, and with it the stream.
    stream.catch(() => {});
    const ping = await A.client.spawn(...pingCommand(address, PINGS));
    for (const { router } of [A, B]) await router!.run("nft", "delete table ip between");
    await assertComesHome(A.client, address, ping);
    assert(DIRECT.includes(await pathTo(A.client, address)));
    const { bytes } = JSON.parse(await stream).end.sum_received;
    assert(bytes > STREAM_OCTETS * 0.98, `${bytes} of ${STREAM_OCTETS} octets`);
  },
});

gatewayTest({
  name: "gateway: Miredo, which a client met through it, is reached directly within 30 s",
  sites: { A: PORT_RESTRICTED, B: PORT_RESTRICTED },
  needs: ["miredo"],
  async fn(lab, machine) {
    const { A, B } = lab.sites;
    await block(A, B);
    await block(B, A);
    await using _gateway = await startGateway(machine, "--gateway-for", "all");
    await startClient(A.client);
    const { address } = await startMiredoClient(B.client);
    const ping = await A.client.spawn(...pingCommand(address, PINGS));
    await ping.waitForLog(/bytes from/);
    assertEquals(await pathTo(A.client, address), "gateway");
    for (const { router } of [A, B]) await router!.run("nft", "delete table ip between");
    await assertComesHome(A.client, address, ping);
  },
});
