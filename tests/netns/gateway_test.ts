/** A gateway of the library on a real kernel: nobody routes 2001::/32 anywhere. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertAllAnswered, PATIENCE } from "./all_answered.ts";
import { denoRun } from "./deno_run.ts";
import type { GatewayProgramOptions } from "./gateway_program.ts";
import { type Lab, NATIVE } from "./lab.ts";
import { labTest, SYMMETRIC } from "./lab_case.ts";
import type { LabProcess } from "./lab_process.ts";
import { firstRoundTrip } from "./ping.ts";
import { ADDRESS } from "./plan.ts";
import { startClient, startServer, teredo } from "./teredo.ts";

const NEEDS = ["root", "nft", "tcpdump"] as const;

const PROGRAM = "tests/netns/gateway_program.ts";

const FIVE = { count: 5, interval: 1, patience: PATIENCE };

/**
 * A lab without relays, and a gateway on the server's machine, which goes on to have a route to a
 * relay elsewhere: what comes back for the gateway's clients must not take it.
 */
async function startGateway<Name extends string>(
  lab: Lab<Name>,
  options: Partial<GatewayProgramOptions> = {},
): Promise<LabProcess> {
  await lab.native.ip(`route del 2001::/32`);
  const whole: GatewayProgramOptions = {
    primary: ADDRESS.serverPrimary,
    secondary: ADDRESS.serverSecondary,
    ...options,
  };
  const gateway = await lab.server.spawn(...denoRun(PROGRAM), JSON.stringify(whole));
  await gateway.waitForLog(/^ready$/);
  return gateway;
}

labTest({
  name:
    "gateway: clients behind symmetric NATs reach a native host by its own address, and each other",
  sites: { A: SYMMETRIC, B: SYMMETRIC },
  needs: NEEDS,
  programs: [PROGRAM],
  async fn(lab) {
    await using gateway = await startGateway(lab);
    await using stack = new AsyncDisposableStack();
    const a = await startClient(lab.sites.A.client);
    stack.use(a.process);
    const b = await startClient(lab.sites.B.client);
    stack.use(b.process);
    await using capture = await lab.native.capture(NATIVE, "icmp6 and ip6[40] == 128");
    await assertAllAnswered(lab.sites.A.client, ADDRESS.native, { count: 3 });
    await capture.stop();
    const sources = await capture.fields("icmpv6.type == 128", "ipv6.src");
    assertEquals([...new Set(sources.flat())], [ADDRESS.serverNative]);
    const between = await lab.sites.A.client.ping(b.address, FIVE);
    assertEquals(between.received, FIVE.count, between.text + a.process.log);
    assert(firstRoundTrip(between) < 3_000, between.text);
    const scan = await lab.native.ping(b.address, { count: 1, wait: 1 });
    assertEquals(scan.received, 0);
    gateway.kill("SIGUSR1");
    const [counts] = await gateway.waitForLog(/^counts: .*/);
    assertMatch(counts, /connections [1-9]/);
    const { code } = await gateway.end("SIGTERM");
    assertEquals(code, 0);
    assertEquals((await lab.server.run("nft", "list", "tables")).trim(), "");
  },
});

labTest({
  name: "gateway: without native IPv6, clients behind symmetric NATs meet all the same",
  sites: { A: SYMMETRIC, B: SYMMETRIC },
  needs: NEEDS,
  programs: [PROGRAM],
  async fn(lab) {
    await lab.server.ip(`addr flush dev ${NATIVE} scope global`);
    await using gateway = await startGateway(lab);
    await using stack = new AsyncDisposableStack();
    const a = await startClient(lab.sites.A.client);
    stack.use(a.process);
    const b = await startClient(lab.sites.B.client);
    stack.use(b.process);
    const between = await lab.sites.A.client.ping(b.address, FIVE);
    assertEquals(between.received, FIVE.count, between.text + a.process.log);
    assert(firstRoundTrip(between) < 3_000, between.text);
    await gateway.end("SIGTERM");
  },
});

labTest({
  name:
    "gateway: on a separate machine, through which the server sends its tests, it serves clients as well",
  sites: { A: SYMMETRIC, B: SYMMETRIC },
  needs: NEEDS,
  programs: [PROGRAM],
  async fn(lab) {
    await lab.native.ip(`route del 2001::/32`);
    await lab.server.ip(`route replace ${ADDRESS.native} via ${ADDRESS.relayNative} dev ${NATIVE}`);
    await using stack = new AsyncDisposableStack();
    stack.use(await startServer(lab.server));
    const gateway = await lab.relay.spawn(...teredo("relay", "--gateway", "--gateway-for", "all"));
    stack.use(gateway);
    await gateway.waitForLog(/Gateway through interface/);
    const { process, address } = await startClient(lab.sites.A.client);
    stack.use(process);
    await using capture = await lab.native.capture(NATIVE, "icmp6 and ip6[40] == 128");
    const ping = await lab.sites.A.client.ping(ADDRESS.native, { count: 3, patience: PATIENCE });
    assertEquals(ping.received, 3, ping.text + process.log + gateway.log);
    await capture.stop();
    const sources = await capture.fields("icmpv6.type == 128", "ipv6.src");
    assertEquals([...new Set(sources.flat())], [ADDRESS.relayNative]);
    await lab.native.ip(`route add 2001::/32 via ${ADDRESS.relayNative} dev ${NATIVE}`);
    const scan = await lab.native.ping(address, { count: 1, wait: 1 });
    assertEquals(scan.received, 0, "nobody may begin from outside");
  },
});
