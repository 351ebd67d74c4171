/**
 * However a program for Windows ends under wine, and whatever ends it: no interface stays, and one
 * message says why.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Lab } from "../netns/lab.ts";
import type { LabProcess } from "../netns/lab_process.ts";
import type { Machine } from "../netns/machine.ts";
import { UPLINK } from "../netns/nat_router.ts";
import { waitForRoute } from "../netns/routes.ts";
import { qualification, startServer, TEREDO_INTERFACE } from "../netns/teredo.ts";
import {
  launchClientExe,
  requiresWine,
  runExe,
  spawnExe,
  startClientExe,
  startRelayExe,
  startServerExe,
  teredoExe,
  WITHOUT_WINTUN,
} from "./wine.ts";
import { createWineLab } from "./wine_lab.ts";
import { pause } from "../pause.ts";

const { title, ignore } = requiresWine();

const START = { timeout: 60_000 };

function wineTest(
  name: string,
  body: (t: Deno.TestContext, lab: Lab<"win">) => Promise<void>,
): void {
  Deno.test({
    name: title(`windows: ${name}`),
    ignore,
    fn: async (t) => {
      await using lab = await createWineLab({ win: "no NAT" }, ["win"]);
      await body(t, lab);
    },
  });
}

wineTest("Ctrl-C, TERM and KILL leave no interface of a server or relay", async (t, lab) => {
  const { server, relay } = lab;
  await endEachWay(t, "server", server, /teredo-native/, () => startServerExe(server));
  await endEachWay(t, "relay", relay, /teredo/, () => startRelayExe(relay));
});

wineTest("Ctrl-C, TERM and KILL leave no interface of a client", async (t, { server, sites }) => {
  const { client } = sites.win;
  await startServer(server);
  await endEachWay(t, "client", client, /teredo/, async () => {
    const { process } = await startClientExe(client);
    return process;
  });
});

async function endEachWay(
  t: Deno.TestContext,
  role: string,
  machine: Machine,
  name: RegExp,
  start: () => Promise<LabProcess>,
): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
    await t.step(`${signal} of a ${role}`, async () => {
      const process = await start();
      assertMatch(await machine.ip("link show"), name);
      const { code } = await process.end(signal);
      if (signal === "SIGINT") assertEquals(code, 0, process.log);
      await waitForNoInterface(machine, name);
    });
  }
}

wineTest("mistakes get one message each", async (t, { server, sites }) => {
  const { client } = sites.win;
  await startServer(server);
  await t.step("Wintun is missing", async () => {
    const command = teredoExe(client, ["client", "--server", "83.1.1.1"], WITHOUT_WINTUN);
    const { code, stdout, stderr } = await client.try("timeout", "60", ...command);
    assertMatch(
      stdout + stderr,
      /^teredo: Cannot open a TUN interface: wintun\.dll is missing\. Get Wintun from https:\/\/www\.wintun\.net, .*without_wintun\\$/m,
    );
    assertEquals(code, 1);
  });
  await t.step("the name is taken", async () => {
    await client.ip("link add taken type bridge");
    const { code, stdout, stderr } = await runExe(
      client,
      ...["client", "--server", "83.1.1.1", "--interface", "taken"],
    );
    assertMatch(
      stdout + stderr,
      /^teredo: Cannot make the TUN interface "taken": an interface has this name .*choose another name/m,
    );
    assertEquals(code, 1);
  });
  await t.step("access is denied", async () => {
    const unprivileged = ["setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin"];
    const command = teredoExe(client, ["client", "--server", "83.1.1.1"]);
    const { code, stdout, stderr } = await client.try("timeout", "60", ...unprivileged, ...command);
    assertMatch(
      stdout + stderr,
      /^teredo: Cannot make the TUN interface "teredo": access is denied .*Run it as administrator/m,
    );
    assertEquals(code, 77);
  });
  await t.step("the default name is taken, so a number follows it", async () => {
    await client.ip("link add teredo type bridge");
    const process = await launchClientExe(client);
    await process.waitForLog(/Made interface teredo0/, START);
    await process.end("SIGINT");
    await client.ip("link del teredo");
  });
});

wineTest("an interface that somebody deletes ends its client", async (_t, { server, sites }) => {
  const { client } = sites.win;
  await startServer(server);
  const { process } = await startClientExe(client);
  await client.ip(`link del ${TEREDO_INTERFACE}`);
  const { code } = await process.status;
  assertMatch(process.log, /Cannot read from interface "teredo": .*Somebody deleted the interface/);
  assert(code !== 0);
});

wineTest("a client waits for IPv6 that is switched off on its interface", async (_t, lab) => {
  const { server, sites: { win: { client } } } = lab;
  await startServer(server);
  await client.setKernel({ "net/ipv6/conf/default/disable_ipv6": 1 });
  const process = await launchClientExe(client);
  await process.waitForLog(
    /IPv6 is switched off on interface "teredo": switch it on .*Enable-NetAdapterBinding/,
    START,
  );
  await client.setKernel({ "net/ipv6/conf/teredo/disable_ipv6": 0 });
  await process.waitForLog(/Interface teredo is as it should be again/);
  await waitForRoute(client, TEREDO_INTERFACE);
});

wineTest("changes of the network are noticed", async (t, { server, sites }) => {
  const { client } = sites.win;
  await startServer(server);
  const { process } = await startClientExe(client);
  await t.step("the client restores what others take from its interface", async () => {
    const since = process.logLength;
    await client.ip(`-6 route del default dev ${TEREDO_INTERFACE}`);
    await process.waitForLog(/Something changed interface teredo\. Restored: the route ::\/0/, {
      since,
    });
  });
  await t.step("the client asks its server again from another address", async () => {
    const since = process.logLength;
    await client.ip(`addr del ${sites.win.plan.external}/8 dev ${UPLINK}`);
    await client.ip(`addr add 83.1.2.77/8 dev ${UPLINK}`);
    await process.waitForLog(/The network changed/, { since });
    const { mapping } = await qualification(process, since);
    assert(mapping.startsWith("83.1.2.77:"), mapping);
  });
});

wineTest("a client rests while its host has native IPv6", async (_t, { relay, server }) => {
  await startServer(server);
  await relay.ip("-6 route add default via 2a00:1::5");
  const client = await spawnExe(relay, "client", "--server", "83.1.1.1", "--log-level", "debug");
  await client.waitForLog(/This host has IPv6 without Teredo: 2a00:1::1 on interface six0/, START);
  const since = client.logLength;
  await relay.ip("-6 route del default");
  await client.waitForLog(/Native IPv6 is gone: Teredo is back/, { since });
  await qualification(client, since);
});

/** Patience with an interface that vanishes, in milliseconds. */
const VANISHING = 3_000;

async function waitForNoInterface(machine: Machine, name: RegExp): Promise<void> {
  const end = performance.now() + VANISHING;
  let links = "";
  do {
    links = await machine.ip("link show");
    if (!name.test(links)) return;
    await pause(50);
  } while (performance.now() < end);
  throw new Error(`An interface stayed: ${links}`);
}
