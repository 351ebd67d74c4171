/**
 * Clients behind each kind of NAT reach native hosts through `teredo server --gateway` on one
 * address.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertAllAnswered } from "./all_answered.ts";
import { exchangeWith, isWhole, serveEcho } from "./echo_host.ts";
import {
  addFar,
  addNested,
  FAR,
  ONE_TO_ONE,
  replaceByOneToOne,
  startGateway,
} from "./gateway_lab.ts";
import { NATIVE } from "./lab.ts";
import { gatewayTest, labTest, PORT_RESTRICTED, SYMMETRIC } from "./lab_case.ts";
import type { Machine } from "./machine.ts";
import { startMiredoClient } from "./miredo.ts";
import { ADDRESS } from "./plan.ts";
import { startClient } from "./teredo.ts";

/** A packet of 1280 octets. */
const FULL = { size: 1232 };

async function assertReaches(client: Machine, address: string): Promise<void> {
  await assertAllAnswered(client, address, { count: 3, ...FULL });
  const exchange = await exchangeWith(client, address);
  assert(isWhole(exchange), `${client.name}: ${JSON.stringify(exchange)}`);
}

/**
 * No packet of a client is too big for a native link, so another error of a router stands for all.
 */
async function assertHearsErrors(client: Machine): Promise<void> {
  const { stdout } = await client.try("ping", "-n", "-c1", "-W2", "-t2", FAR);
  assertMatch(stdout, new RegExp(`From ${ADDRESS.native} .*Time exceeded`));
}

/**
 * An answer that does not fit the client's link comes in fragments, as soon as the gateway has said
 * so.
 */
async function assertPathMtu(client: Machine, native: Machine): Promise<void> {
  const large = await client.ping(ADDRESS.native, { count: 5, interval: 0.5, size: 1400 });
  assert(large.received >= 2, large.text);
  assertMatch(await native.ip(`-6 route get ${ADDRESS.serverNative}`), /mtu 1280/);
}

gatewayTest({
  name: "gateway: clients behind every kind of NAT use native hosts as its own address",
  sites: {
    cone: { by: "user", kind: "cone" },
    port: PORT_RESTRICTED,
    random: SYMMETRIC,
    double: PORT_RESTRICTED,
  },
  needs: ["tcpdump", "tshark"],
  programs: ["tests/netns/echo_host.ts"],
  async fn(lab, machine, t) {
    await using _gateway = await startGateway(machine, "--gateway-for", "all");
    const far = await addFar(lab);
    await using _echo = await serveEcho(far);
    await using capture = await far.capture(NATIVE, "ip6 and not ip6 net fe80::/10");
    const { cone, port, random } = lab.sites;
    const clients = {
      cone: cone.client,
      port: port.client,
      symmetric: random.client,
      double: await addNested(lab, lab.sites.double),
    };
    await using stack = new AsyncDisposableStack();
    for (const [name, client] of Object.entries(clients)) {
      await t.step(`${name}: ping, TCP both ways, UDP and 1280 octets`, async () => {
        stack.use((await startClient(client)).process);
        await assertReaches(client, FAR);
      });
    }
    await t.step(
      "a native host hears that its answer is too big for the client's link",
      async () => {
        await assertPathMtu(clients.symmetric, lab.native);
      },
    );
    await capture.stop();
    assertEquals(await capture.count("ipv6.addr == 2001::/32"), 0);
    const sources = await capture.fields(
      `ipv6.dst == ${FAR} and !(icmpv6.type in {135, 136})`,
      "ipv6.src",
    );
    // tshark reads random octets as Teredo, and adds the addresses that it finds there.
    const outer = sources.map(([source]) => source!.split(",")[0]);
    assertEquals(new Set(outer), new Set([ADDRESS.serverNative]));
  },
});

gatewayTest({
  name: "gateway: Miredo's client behind a port-restricted NAT uses native hosts",
  sites: { A: PORT_RESTRICTED },
  needs: ["tcpdump", "tshark", "miredo"],
  programs: ["tests/netns/echo_host.ts"],
  async fn(lab, machine) {
    await using _gateway = await startGateway(machine, "--gateway-for", "83.1.2.0/24");
    const far = await addFar(lab);
    await using _echo = await serveEcho(far);
    const { client } = lab.sites.A;
    await using _miredo = (await startMiredoClient(client)).process;
    await using capture = await far.capture(NATIVE, "icmp6 and ip6[40] == 128");
    await assertReaches(client, FAR);
    await assertPathMtu(client, lab.native);
    await assertHearsErrors(client);
    await capture.stop();
    const sources = await capture.fields("icmpv6.type == 128", "ipv6.src");
    assertEquals([...new Set(sources.flat())], [ADDRESS.serverNative]);
  },
});

labTest({
  name: "gateway: behind a 1:1 NAT with a private address, it does the same",
  sites: { A: PORT_RESTRICTED, B: SYMMETRIC },
  needs: ["root", "nft", "tcpdump", "tshark"],
  programs: ["tests/netns/echo_host.ts"],
  async fn(lab) {
    const machine = await replaceByOneToOne(lab);
    await using _gateway = await startGateway(
      machine,
      ...["--gateway-for", "all", "--primary", ONE_TO_ONE.public, "--bind", ONE_TO_ONE.private],
    );
    const far = await addFar(lab);
    await using _echo = await serveEcho(far);
    await using capture = await far.capture(NATIVE, "icmp6 and ip6[40] == 128");
    await using stack = new AsyncDisposableStack();
    const peers: string[] = [];
    for (const { client } of Object.values(lab.sites)) {
      const { process, address } = await startClient(client);
      stack.use(process);
      peers.push(address);
      await assertReaches(client, FAR);
    }
    await assertAllAnswered(lab.sites.A.client, peers[1]!, { count: 5, interval: 1 });
    await assertPathMtu(lab.sites.A.client, lab.native);
    await assertHearsErrors(lab.sites.A.client);
    await capture.stop();
    const sources = await capture.fields("icmpv6.type == 128", "ipv6.src");
    assertEquals([...new Set(sources.flat())], [ADDRESS.serverNative]);
  },
});
