/** What a gateway's options do, on real kernels. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertAllAnswered } from "./all_answered.ts";
import { exchangeWith, isWhole, serveEcho } from "./echo_host.ts";
import { addFar, FAR, startGateway } from "./gateway_lab.ts";
import { firewallTables } from "./kernel_traces.ts";
import { NATIVE } from "./lab.ts";
import { gatewayTest, labTest, PORT_RESTRICTED, SecretFolder, SYMMETRIC } from "./lab_case.ts";
import { ADDRESS } from "./plan.ts";
import { launchClient, startClient, startServer, teredo } from "./teredo.ts";
import { pause } from "../pause.ts";

gatewayTest({
  name: "gateway --secrets: who proves a secret gets everything, others get nothing",
  sites: { A: SYMMETRIC, B: SYMMETRIC },
  needs: ["tcpdump", "tshark"],
  async fn(lab, machine) {
    await using files = new SecretFolder();
    const secrets = files.write(
      "secrets.yaml",
      "alice: sixteen octets at least\nbob: another secret\n",
    );
    const alice = files.write("alice", "sixteen octets at least\n");
    const { A, B } = lab.sites;
    await using gateway = await startGateway(machine, "--secrets", secrets, "--user", "root");
    await using stranger = await launchClient(B.client);
    await startClient(A.client, "--identifier", "alice", "--secret-file", alice);
    await assertAllAnswered(A.client, ADDRESS.native, { count: 3 });
    const report = JSON.parse(await machine.run(...teredo("status", "--json")));
    assertMatch(report.gateway.accounts[0].name, /^alice$/);
    assert(report.gateway.accounts[0].bytesOut >= 3 * 104, JSON.stringify(report.gateway));
    await stranger.waitForLog(/Off-line/);

    // A secret that is taken away no longer opens the way.
    files.write("secrets.yaml", "bob: another secret\n");
    const since = gateway.logLength;
    gateway.kill("SIGHUP");
    await gateway.waitForLog(/the one secret/, { since });
    await pause(1500);
    const later = await A.client.ping(ADDRESS.native, { count: 2, wait: 1 });
    assertEquals(later.received, 0, later.text);
  },
});

gatewayTest({
  name: "gateway --gateway-services: a client uses what is named of the gateway's host",
  sites: { A: SYMMETRIC },
  needs: ["tcpdump", "tshark"],
  programs: ["tests/netns/echo_host.ts"],
  async fn(lab, machine) {
    const { client } = lab.sites.A;
    await using _echo = await serveEcho(machine);
    const closed = await startGateway(machine, "--gateway-for", "all");
    const { process } = await startClient(client);
    await assertAllAnswered(client, ADDRESS.serverNative);
    const refused = await client.try(
      ...["timeout", "2", "bash", "-c", `: </dev/tcp/${ADDRESS.serverNative}/5007`],
    );
    assert(refused.code !== 0);
    await process.end("SIGTERM");
    await closed.end("SIGTERM");
    await startGateway(
      machine,
      ...["--gateway-for", "all", "--gateway-services", "tcp/5007,udp/5007"],
    );
    await startClient(client);
    const exchange = await exchangeWith(client, ADDRESS.serverNative);
    assert(isWhole(exchange), JSON.stringify(exchange));
  },
});

gatewayTest({
  name: "gateway --gateway-inbound: where 2001::/32 leads to it, native hosts begin too",
  sites: { A: SYMMETRIC },
  needs: ["tcpdump", "tshark"],
  async fn(lab, machine) {
    await lab.native.ip(`route add 2001::/32 via ${ADDRESS.serverNative} dev ${NATIVE}`);
    await using _gateway = await startGateway(machine, "--gateway-for", "all", "--gateway-inbound");
    const { address } = await startClient(lab.sites.A.client);
    await assertAllAnswered(lab.native, address, { count: 3 });
    await assertAllAnswered(lab.sites.A.client, ADDRESS.native, { count: 3 });
  },
});

gatewayTest({
  name: "gateway: it says when native IPv6 goes, and when it is back",
  sites: { A: "no NAT" },
  needs: ["tcpdump", "tshark"],
  async fn(_lab, machine) {
    await using gateway = await startGateway(machine, "--gateway-for", "all");
    const address = `${ADDRESS.serverNative}/128 dev ${NATIVE}`;
    await machine.ip(`addr del ${address}`);
    await gateway.waitForLog(/warn +This host has no native IPv6: clients reach one another/);
    await machine.ip(`addr add ${address} nodad`);
    await gateway.waitForLog(/info +This host has native IPv6 again: clients reach native hosts/);
  },
});

labTest({
  name: "relay --gateway: on the servers' way to the Internet, it serves their clients",
  sites: { A: PORT_RESTRICTED },
  needs: ["root", "nft", "tcpdump", "tshark"],
  programs: ["tests/netns/echo_host.ts"],
  async fn(lab) {
    const { relay, server, native } = lab;
    const far = await addFar(lab);
    await using _echo = await serveEcho(far);
    await native.ip("-6 route del 2001::/32");
    await server.ip("-6 route del 2001::/32");
    await server.ip(`route add default via ${ADDRESS.relayNative} dev ${NATIVE}`);
    await relay.ip(`route add default via ${ADDRESS.native} dev ${NATIVE}`);
    await using _server = await startServer(server);
    await using gateway = await relay.spawn(
      ...teredo("relay", "--gateway", "--gateway-for", lab.sites.A.plan.external),
    );
    await gateway.waitForLog(/Gateway through interface/);
    const { client } = lab.sites.A;
    await startClient(client);
    await using capture = await far.capture(NATIVE, "icmp6 and ip6[40] == 128");
    await assertAllAnswered(client, FAR, { count: 3 });
    const exchange = await exchangeWith(client, FAR);
    assert(isWhole(exchange), JSON.stringify(exchange));
    await capture.stop();
    const sources = await capture.fields("icmpv6.type == 128", "ipv6.src");
    assertEquals([...new Set(sources.flat())], [ADDRESS.relayNative]);
    assertEquals((await gateway.end("SIGTERM")).code, 0, gateway.log);
    assertEquals(await firewallTables(relay), "");
  },
});
