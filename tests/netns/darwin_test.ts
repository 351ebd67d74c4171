/** The roles as they are on macOS, through a stand-in for its C library: see `tests/darwin/`. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import {
  controlOption,
  darwinTeredo,
  prepareDarwin,
  startDarwinClient,
  UTUN,
} from "../darwin/darwin_teredo.ts";
import { assertSteady } from "./all_answered.ts";
import { kernelTraces } from "./kernel_traces.ts";
import { createLab } from "./lab.ts";
import { ADDRESS } from "./plan.ts";
import { waitForRoute } from "./routes.ts";
import { prepareTeredo, startClient, startRelay, startServer } from "./teredo.ts";

const needs = requires(...LAB, "gcc", "ping", "setpriv");

Deno.test({
  name: needs.title("macOS: a client meets one on Linux and one on macOS, and native hosts"),
  ignore: needs.ignore,
  fn: async (t) => {
    await Promise.all([prepareTeredo(), prepareDarwin()]);
    await using lab = await createLab({
      A: { by: "user", kind: "portRestricted" },
      B: { by: "user", kind: "portRestricted" },
      C: { by: "user", kind: "cone" },
    });
    const { A, B, C } = lab.sites;
    await using _server = await startServer(lab.server);
    await using _relay = await startRelay(lab.relay);
    const [a, b, c] = await Promise.all([
      startDarwinClient(A.client),
      startClient(B.client),
      startDarwinClient(C.client),
    ]);

    await t.step("the interface has what it should have", async () => {
      assertMatch(await A.client.ip(`-o link show ${UTUN}`), /[<,]UP[,>].* mtu 1280 /);
      assertStringIncludes(await A.client.ip(`-6 addr show ${UTUN}`), `inet6 ${a.address}/128`);
      await waitForRoute(A.client, UTUN, "2001::/32");
      assertStringIncludes(a.process.log, "UDP datagrams are moved one by one");
    });

    await t.step("20 pings each way, and none is lost", async () => {
      await assertSteady(A.client, b.address);
      await assertSteady(B.client, a.address);
      await assertSteady(A.client, c.address);
      await assertSteady(C.client, a.address);
      await assertSteady(A.client, ADDRESS.native);
      await assertSteady(lab.native, a.address);
    });

    await t.step("status and ping of the program itself", async () => {
      const status = await A.client.try(...darwinTeredo("status", ...controlOption(A.client.name)));
      assertEquals(status.code, 0, status.stderr);
      assertStringIncludes(status.stdout, a.address);
      assertStringIncludes(status.stdout, UTUN);
      const ping = await A.client.try(
        ...darwinTeredo("ping", ...controlOption(A.client.name), "--count", "1", b.address),
      );
      assertEquals(ping.code, 0, ping.stdout + ping.stderr);
    });

    await t.step("probe, diagnose and decode", async () => {
      const run = async (code: number, ...args: string[]) => {
        const outcome = await A.client.try(...darwinTeredo(...args));
        assertEquals(outcome.code, code, outcome.stdout + outcome.stderr);
        return outcome.stdout;
      };
      const { serverPrimary } = ADDRESS;
      assertMatch(await run(0, "probe", serverPrimary), /port-restricted/i);
      const report = await run(0, "diagnose", ...controlOption(A.client.name));
      assertStringIncludes(report, UTUN);
      assertStringIncludes(await run(0, "decode", a.address), serverPrimary);
    });

    await t.step("what others take from the interface comes back", async () => {
      const since = a.process.logLength;
      await A.client.ip(`-6 addr del ${a.address}/128 dev ${UTUN}`);
      await a.process.waitForLog(/Something changed interface utun0\. Restored: .*address/, {
        since,
      });
      await A.client.ip(`link set ${UTUN} mtu 1400`);
      await a.process.waitForLog(/Restored: the MTU was 1400/, { since });
      await A.client.ip(`-6 route del default dev ${UTUN}`);
      await a.process.waitForLog(/Restored: .*the route ::\/0 was missing/, { since });
      await assertSteady(A.client, b.address);
    });

    await t.step("a default route of another interface stays, and is named", async () => {
      await A.client.ip("link add en5 type veth peer en6");
      for (const name of ["en5", "en6"]) await A.client.ip(`link set ${name} up`);
      const since = a.process.logLength;
      await A.client.ip(`-6 route replace default dev en5 metric 10`);
      const [line] = await a.process.waitForLog(/Packets to the IPv6 Internet leave .*/, { since });
      assertStringIncludes(line, 'look for it with "route -n get -inet6');
      await A.client.ip("link del en5");
      await a.process.waitForLog(/Interface utun0 is as it should be again/, { since });
    });
  },
});

Deno.test({
  name: needs.title(
    "macOS: INT, TERM and KILL leave no interface, and mistakes are one message each",
  ),
  ignore: needs.ignore,
  fn: async (t) => {
    await Promise.all([prepareTeredo(), prepareDarwin()]);
    await using lab = await createLab({ A: { by: "user", kind: "cone" } });
    const { client } = lab.sites.A;
    await using _server = await startServer(lab.server);
    const pristine = await kernelTraces(client);
    for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
      await t.step(`${signal} ends a client`, async () => {
        const { process } = await startDarwinClient(client);
        assertNotEquals(await kernelTraces(client), pristine);
        const status = await process.end(signal);
        if (signal === "SIGKILL") assertEquals(status.signal, signal);
        else assertEquals(status.code, 0, process.log);
        assertEquals(await kernelTraces(client), pristine);
      });
    }

    const start = ["client", "--server", ADDRESS.serverPrimary, ...controlOption("second")];
    await t.step("another program has the interface", async () => {
      const { process } = await startDarwinClient(client);
      const { code, stderr } = await client.try(...darwinTeredo(...start, "--interface", UTUN));
      assertEquals(code, 1, stderr);
      assertStringIncludes(stderr, 'Another program has the interface "utun0": choose another');
      await process.end("SIGTERM");
    });

    await t.step("no interface has such a name", async () => {
      const { code, stderr } = await client.try(...darwinTeredo(...start, "--interface", "teredo"));
      assertEquals(code, 1, stderr);
      assertStringIncludes(stderr, "on macOS the name is utun0, utun1 and so on");
    });

    await t.step("a firewall and a gateway need Linux", async () => {
      const firewall = await client.try(...darwinTeredo(...start, "--firewall", "none"));
      assertEquals(firewall.code, 1, firewall.stderr);
      assertStringIncludes(firewall.stderr, "--firewall needs nf_tables of Linux. Leave it out");
      const gateway = await lab.server.try(
        ...darwinTeredo("relay", "--gateway", "--gateway-for", "all", ...controlOption("second")),
      );
      assertEquals(gateway.code, 1, gateway.stderr);
      assertStringIncludes(gateway.stderr, "it needs the source NAT of Linux");
    });

    await t.step("the user is not root", async () => {
      const { code, stderr } = await client.try(
        ...["setpriv", "--bounding-set=-all", "--inh-caps=-all"],
        ...darwinTeredo(...start),
      );
      assertEquals(code, 77, stderr);
      assertStringIncludes(stderr, "Operation not permitted (connect: EPERM). Run as root");
    });

    await t.step("somebody takes the interface away", async () => {
      const { process } = await startDarwinClient(client);
      await client.ip(`link del ${UTUN}`);
      assertEquals((await process.status).code, 1);
      await process.waitForLog(/Cannot read from interface "utun0": .*The interface is gone/);
    });
    assertEquals(await kernelTraces(client), pristine);
  },
});

Deno.test({
  name: needs.title("macOS: server and relay carry packets between clients and native hosts"),
  ignore: needs.ignore,
  fn: async (t) => {
    await Promise.all([prepareTeredo(), prepareDarwin()]);
    await using lab = await createLab({ A: { by: "user", kind: "portRestricted" } });
    const { client } = lab.sites.A;
    const serverOptions = ["--primary", ADDRESS.serverPrimary, ...controlOption(lab.server.name)];

    await t.step("a server whose host does not forward says so, and serves", async () => {
      await using server = await lab.server.spawn(...darwinTeredo("server", ...serverOptions));
      await server.waitForLog(/not forwarded to native IPv6: this host does not forward IPv6/);
      assertStringIncludes(server.log, 'with "sysctl -w net.inet6.ip6.forwarding=1"');
      await server.waitForLog(/Serving on/);
      await using _client = (await startClient(client)).process;
      await server.end("SIGTERM");
    });

    await lab.server.setKernel({ "net/ipv6/conf/all/forwarding": 1 });
    await using server = await lab.server.spawn(
      ...darwinTeredo("server", ...serverOptions, "--secondary", ADDRESS.serverSecondary),
    );
    await server.waitForLog(/Serving on/);
    assert(!server.log.includes("not forwarded"), server.log);
    await using relay = await lab.relay.spawn(
      ...darwinTeredo("relay", "--log-level", "debug", ...controlOption(lab.relay.name)),
    );
    await relay.waitForLog(/Relaying between Teredo clients and 2000::\/3 through interface utun0/);
    await using a = (await startClient(client)).process;
    const [, address] = /the Teredo address is (\S+)/.exec(a.log)!;
    await assertSteady(client, ADDRESS.native);
    await assertSteady(lab.native, address!.replace(/[^0-9a-f:].*$/, ""));
    for (const process of [server, relay]) {
      assertEquals((await process.end("SIGTERM")).code, 0, process.log);
    }
  },
});
