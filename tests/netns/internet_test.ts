/**
 * A server and a relay on the Internet, with the firewall and the routers that docs/operating.md
 * has for them.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { codeBlocks, startBird } from "./anycast.ts";
import { repositoryPath } from "./deno_run.ts";
import { connect, createLab, NATIVE } from "./lab.ts";
import type { Machine } from "./machine.ts";
import { ADDRESS } from "./plan.ts";
import { prepareTeredo, startClient, startRelay, startServer } from "./teredo.ts";
import { pause } from "../pause.ts";

const needs = requires(
  ...[
    ...LAB,
    "root",
    "ping",
    "bird",
    "nft",
    "curl",
  ] as const,
);

/** What the document calls by addresses of documentation, and its name in the lab. */
const NAMES = [
  ["2001:db8:1::1", ADDRESS.relayNative],
  ["2001:db8:1::ff", ADDRESS.native],
  ["2001:db8:ffff::", "2a00:ffff::"],
  ["2001:db8::/32", "2a00:1::/32"],
  ['"eth0"', `"${NATIVE}"`],
] as const;

/** Who announces the router's own addresses to the world, and hears of nothing else. */
const UPSTREAM = `
router id 198.51.100.253;
protocol device {}
protocol bgp customer {
  local 2a00:ffff::1 as 64497;
  neighbor 2a00:ffff::2 as 64496;
  ipv6 { import all; export none; };
}
`;

/** Between two looks at the routes, in milliseconds, and how many looks. */
const PAUSE = 100;
const LOOKS = 300;

async function readDocument(): Promise<[firewall: string, relay: string, router: string]> {
  const text = await Deno.readTextFile(repositoryPath("docs/operating.md"));
  const blocks = codeBlocks(text, "On the Internet").map((block) =>
    NAMES.reduce((all, [from, to]) => all.replaceAll(from, to), block)
  );
  assertEquals(blocks.length, 3);
  return blocks as [string, string, string];
}

/** What a machine's BIRD knows. */
async function routesOf(machine: Machine, folder: string): Promise<string> {
  return (await machine.try("birdc", "-s", `${folder}/${machine.name}.ctl`, "show", "route"))
    .stdout;
}

async function eventually(what: string, look: () => Promise<boolean>): Promise<void> {
  for (let looks = 0; looks < LOOKS; looks++) {
    if (await look()) return;
    await pause(PAUSE);
  }
  throw new Error(`In vain: ${what}`);
}

Deno.test({
  name: needs.title("internet: behind the documented firewall, with 2001::/32 announced by BGP"),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    const [firewall, relayConfig, routerConfig] = await readDocument();
    await using cleanUp = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir();
    cleanUp.defer(() => Deno.remove(folder, { recursive: true }));
    const lab = cleanUp.use(await createLab({ A: { by: "user", kind: "portRestricted" } }));
    const { native: router, relay, server } = lab;
    const upstream = await lab.addMachine("upstream");
    await connect(upstream, "customer", router, "upstream");
    await upstream.ip("addr add 2a00:ffff::1/64 dev customer nodad");
    await router.ip("addr add 2a00:ffff::2/64 dev upstream nodad");
    await router.ip("-6 route del 2001::/32");

    await Deno.writeTextFile(`${folder}/nftables.conf`, firewall);
    for (const machine of [server, relay]) {
      await machine.run("nft", "-f", `${folder}/nftables.conf`);
    }
    await startServer(server);
    const metrics = ["--metrics", "0.0.0.0:9641"];
    const relayProcess = await startRelay(relay, "--port", "3545", ...metrics);
    await startBird(relay, folder, relayConfig);
    await startBird(router, folder, routerConfig);
    await startBird(upstream, folder, UPSTREAM);
    const learnt = async () => (await router.ip("-6 route show 2001::/32")).includes("proto bird");

    await t.step(
      "the router learns of the relay, and other networks of the router alone",
      async () => {
        await eventually("the route to the relay", learnt);
        await eventually(
          "the announcement",
          async () => (await routesOf(upstream, folder)).includes("2a00:1::/32"),
        );
        assertStringIncludes(await routesOf(router, folder), "2001::/32");
        assert(!(await routesOf(upstream, folder)).includes("2001::"));
      },
    );

    await t.step("a client and a native host reach one another", async () => {
      const { client } = lab.sites.A;
      const { address } = await startClient(client);
      for (const ping of [await client.ping(ADDRESS.native), await router.ping(address)]) {
        assert(ping.received > 0, ping.text);
        assertEquals(ping.received, ping.sent, ping.text);
      }
    });

    await t.step("nothing else comes in", async () => {
      const url = `http://${ADDRESS.relay}:9641/healthz`;
      const own = await relay.try("curl", "-s", "--max-time", "5", url);
      assertEquals(own.stdout, "ok\n");
      const foreign = await server.try("curl", "-s", "--max-time", "1", url);
      // It timed out.
      assertEquals(foreign.code, 28, foreign.stdout);
    });

    await t.step("a part of the prefix is not believed", async () => {
      const wrong = relayConfig.replace("route 2001::/32 via", "route 2001:0::/33 via");
      await Deno.writeTextFile(`${folder}/${relay.name}.conf`, wrong);
      await relay.run("birdc", "-s", `${folder}/${relay.name}.ctl`, "configure");
      await eventually("the route's end", async () => !await learnt());
      assert(!(await routesOf(router, folder)).includes("2001::/33"));
      await Deno.writeTextFile(`${folder}/${relay.name}.conf`, relayConfig);
      await relay.run("birdc", "-s", `${folder}/${relay.name}.ctl`, "configure");
      await eventually("the route's return", learnt);
    });

    await t.step("when the relay is killed, the route is gone", async () => {
      await relayProcess.end("SIGKILL");
      await eventually("the route's end", async () => !await learnt());
    });
  },
});
