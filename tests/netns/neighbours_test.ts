/** Two clients on one link, behind a NAT of the kernel, which does not hairpin. */
import { assert, assertEquals } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { assertAllAnswered } from "./all_answered.ts";
import { createLab } from "./lab.ts";
import { UPLINK } from "./nat_router.ts";
import { firstRoundTrip } from "./ping.ts";
import { prepareTeredo, qualification, startClient, startServer } from "./teredo.ts";
import { pause } from "../pause.ts";

const needs = requires(...LAB, "nft", "ping", "tcpdump", "tshark");

/** How much later than the first the second client starts, in milliseconds. */
const GAPS = [0, 500, 1_000, 2_000, 5_000];

/** Longer than a peer is believed to be where it was, in milliseconds. */
const SILENCE = 31_000;

/** The trailer of a solicitation, as tshark wants octets. */
const SOLICITATION = "04:04:00:00:00:00";

/** Another address of the client, on the same link. */
const MOVED = "192.168.1.20";

/** How long the two may take to meet, in milliseconds. */
const MEETING = 2_000;

/**
 * Bubbles, echoes and other packets of the two: all Teredo but solicitations and advertisements.
 */
const BETWEEN_THE_TWO = "ipv6 and not icmpv6.type in {133, 134}";

for (const kind of ["portRestricted", "symmetric"] as const) {
  Deno.test({
    name: needs.title(
      `X-16, X-17: neighbours behind a ${kind} NAT without hairpinning meet inside it by default`,
    ),
    ignore: needs.ignore,
    fn: async (t) => {
      await prepareTeredo();
      for (const gap of GAPS) {
        await t.step(`started ${gap} ms apart`, () => meet(kind, gap));
      }
    },
  });
}

Deno.test({
  name: needs.title(
    "X-16: after a change of its address a client tells its neighbours the new one",
  ),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({ A: { by: "kernel", kind: "portRestricted" } });
    const { client, router, plan } = lab.sites.A;
    const neighbour = await lab.addNeighbour("A");
    await startServer(lab.server);
    const moving = await startClient(client);
    const other = await startClient(neighbour);
    /** Which addresses the client tells its neighbour, of those that it has at some time. */
    const told = async (): Promise<boolean[]> => {
      await using outside = await router!.capture(UPLINK, "udp");
      const ping = await client.ping(other.address);
      await outside.stop();
      assertEquals(ping.received, 1, ping.text);
      const [before, after] = [plan.client, MOVED].map((address) =>
        outside.count(`udp contains ${hexOf(address)}`)
      );
      return [await before! > 0, await after! > 0];
    };
    assertEquals(await told(), [true, false]);

    const since = moving.process.logLength;
    await client.ip(`addr del ${plan.client}/24 dev ${UPLINK}`);
    await client.ip(`addr add ${MOVED}/24 dev ${UPLINK}`);
    await client.ip(`route replace default via ${plan.gateway}`);
    await qualification(moving.process, since);
    assertEquals(await told(), [false, true]);
  },
});

Deno.test({
  name: needs.title(
    "X-19, X-20: a silent neighbour is asked inside the NAT, and its server after that",
  ),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({ A: { by: "kernel", kind: "portRestricted" } });
    const { client, router } = lab.sites.A;
    const neighbour = await lab.addNeighbour("A");
    await startServer(lab.server);
    await startClient(client);
    const other = await startClient(neighbour);
    await assertAllAnswered(client, other.address);
    /**
     * Pings after a silence; how many packets of the two were seen outside, and solicitations
     * inside.
     */
    const pingAfterSilence = async () => {
      await pause(SILENCE);
      await using inside = await client.capture(UPLINK, "udp");
      await using outside = await router!.capture(UPLINK, "udp");
      const { received } = await client.ping(other.address, { wait: 8 });
      for (const capture of [inside, outside]) await capture.stop();
      const solicitations = await inside.count(`udp contains ${SOLICITATION}`);
      return { received, solicitations, seenOutside: await outside.count(BETWEEN_THE_TWO) > 0 };
    };
    assertEquals(await pingAfterSilence(), { received: 1, solicitations: 1, seenOutside: false });
    await other.process.end("SIGKILL");
    assertEquals(await pingAfterSilence(), { received: 0, solicitations: 2, seenOutside: true });
  },
});

async function meet(kind: "portRestricted" | "symmetric", gap: number): Promise<void> {
  await using lab = await createLab({ A: { by: "kernel", kind } });
  const { client, router } = lab.sites.A;
  const neighbour = await lab.addNeighbour("A");
  await startServer(lab.server);
  const starting = startClient(client);
  await pause(gap);
  const [one, other] = await Promise.all([starting, startClient(neighbour)]);
  await using meeting = await router!.capture(UPLINK, "udp");
  const pings = await Promise.all([
    assertAllAnswered(client, other.address, { count: 5 }),
    assertAllAnswered(neighbour, one.address, { count: 5 }),
  ]);
  for (const ping of pings) assert(firstRoundTrip(ping) <= MEETING, ping.text);
  await meeting.stop();
  assert(await meeting.count(BETWEEN_THE_TWO) > 0, "the first bubbles go through the server");
  await using outside = await router!.capture(UPLINK, "udp");
  await assertAllAnswered(client, other.address, { count: 20, interval: 0.1 });
  await outside.stop();
  assertEquals(await outside.count(BETWEEN_THE_TWO), 0);
  await one.process.end("SIGTERM");
  await other.process.end("SIGTERM");
}

/** The octets of an IPv4 address as tshark wants them, "c0:a8:01:0a". */
function hexOf(address: string): string {
  return address.split(".").map((octet) => Number(octet).toString(16).padStart(2, "0")).join(":");
}
