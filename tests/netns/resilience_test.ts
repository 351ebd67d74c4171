/** Outages on real kernels: what is killed comes back, and those who talk hardly notice. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { assertAllAnswered, PATIENCE } from "./all_answered.ts";
import { createLab, routeTeredo } from "./lab.ts";
import type { Machine } from "./machine.ts";
import { rebootNat, type UserNat } from "./nat_router.ts";
import { firstOf, firstRoundTrip } from "./ping.ts";
import { ADDRESS } from "./plan.ts";
import { waitForRoute } from "./routes.ts";
import {
  prepareTeredo,
  qualification,
  startClient,
  startRelay,
  startServer,
  TEREDO_INTERFACE,
} from "./teredo.ts";
import { pause } from "../pause.ts";

const needs = requires(...LAB, "ping");

const PORT_RESTRICTED: UserNat = { by: "user", kind: "portRestricted" };

/** A NAT whose mappings are others after a reboot, as with most that do not preserve ports. */
const FORGETFUL: UserNat = { ...PORT_RESTRICTED, ports: "random" };

/**
 * In seconds, the shortest there is; the default of 30 s is for the simulator, which need not wait.
 */
const REFRESH_INTERVAL = 5;

Deno.test({
  name: needs.title(
    "resilience: while the server is killed and started again, those who have met lose nothing",
  ),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    await using lab = await createLab({
      A: PORT_RESTRICTED,
      B: PORT_RESTRICTED,
      C: PORT_RESTRICTED,
      D: PORT_RESTRICTED,
    });
    const { A, B, C, D } = lab.sites;
    const server = await startServer(lab.server);
    const [, b, c, d] = await Promise.all([A, B, C, D].map(({ client }) => startClient(client)));
    await A.client.ping(b!.address);

    const established = A.client.ping(b!.address, { count: 80, interval: 0.1, patience: PATIENCE });
    await pause(1_000);
    assertEquals((await server.end("SIGKILL")).signal, "SIGKILL");
    const during = await C.client.ping(d!.address, { wait: 1 });
    await startServer(lab.server);

    const [early, late] = await Promise.all([
      C.client.ping(d!.address, { count: 20, interval: 0.2 }),
      B.client.ping(c!.address),
    ]);
    await t.step("while it is away nobody new is met: the outage is real", () => {
      assertEquals(during.received, 0, during.text);
    });
    await t.step("a new pair meets within a second of its return", () => {
      assert(firstRoundTrip(late) < 1_000, late.text);
    });
    await t.step(
      "one that tried in vain meets with its next attempt, two seconds later at most",
      () => {
        assert(firstRoundTrip(early) < 2_500, early.text);
      },
    );
    await t.step("those who had met lose nothing", async () => {
      const { received, text } = await established;
      assertEquals(received, 80, text);
    });
  },
});

Deno.test({
  name: needs.title(
    "resilience: after a reboot of its NAT the next refresh finds the new address, and all goes on",
  ),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    await using lab = await createLab({ A: FORGETFUL, B: PORT_RESTRICTED });
    const { A, B } = lab.sites;
    await startServer(lab.server);
    await startRelay(lab.relay);
    const [a, b] = await Promise.all([
      startClient(A.client, "--refresh-interval", String(REFRESH_INTERVAL)),
      startClient(B.client),
    ]);
    await assertAllAnswered(A.client, b.address, { count: 2 });

    const since = a.process.logLength;
    await rebootNat(A.nat);
    const rebooted = performance.now();
    const { address, mapping } = await qualification(a.process, since);
    const took = performance.now() - rebooted;
    await t.step("it has the new address with the next refresh", async () => {
      assertNotEquals(mapping, a.mapping);
      assertNotEquals(address, a.address);
      assert(took < (REFRESH_INTERVAL + 2) * 1_000, `It took ${took} ms`);
      const addresses = await A.client.ip(`-6 addr show dev ${TEREDO_INTERFACE} scope global`);
      assert(addresses.includes(address), addresses);
      assert(!addresses.includes(a.address), addresses);
    });
    await t.step("its traffic goes on, to clients and to native hosts", async () => {
      await waitForRoute(A.client, TEREDO_INTERFACE);
      await assertAllAnswered(A.client, b.address, { count: 5 });
      await assertAllAnswered(A.client, ADDRESS.native, { count: 5 });
    });
    await t.step("it is reached under the new address, from both", async () => {
      await assertAllAnswered(B.client, address, { count: 5 });
      await assertAllAnswered(lab.native, address, { count: 5 });
    });
  },
});

Deno.test({
  name: needs.title("resilience: another relay takes over from one that is killed"),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    await using lab = await createLab({ A: PORT_RESTRICTED, B: PORT_RESTRICTED });
    const { A, B } = lab.sites;
    await startServer(lab.server);
    const [second, first] = await Promise.all([lab.addRelay(), startRelay(lab.relay)]);
    await startRelay(second);
    const [a, b] = await Promise.all([startClient(A.client), startClient(B.client)]);
    // Both clients know the first relay.
    await assertAllAnswered(A.client, ADDRESS.native, { count: 2 });
    await assertAllAnswered(lab.native, b.address, { count: 2 });

    // Those after the fiftieth give its answer time.
    const traffic = lab.native.ping(b.address, { count: 60, interval: 0.1 });
    await pause(1_000);
    await first.end("SIGKILL");
    const killed = performance.now();
    // What the routing protocol of the native Internet would do.
    await routeNative(second);
    const took = performance.now() - killed;

    await t.step("of the traffic of a native host is lost what fell between the two", async () => {
      const { replies, text } = firstOf(50, await traffic);
      assertEquals(replies.at(-1)?.sequence, 50, text);
      // At ten a second; while the second relay finds the client, packets wait and are not lost.
      assert(50 - replies.length <= 2 + took / 100, text);
    });
    await t.step("a client is found by the second, and then answers through it", async () => {
      await assertAllAnswered(lab.native, a.address, { count: 5 });
      await assertAllAnswered(A.client, ADDRESS.native, { count: 5 });
    });
    await t.step("the first takes over again without a loss", async () => {
      await startRelay(lab.relay);
      await routeNative(lab.relay);
      await assertAllAnswered(lab.native, b.address, { count: 5 });
    });

    async function routeNative(relay: Machine): Promise<void> {
      const way = relay === second ? ADDRESS.secondRelayNative : ADDRESS.relayNative;
      await Promise.all([lab.native, lab.server].map((machine) => routeTeredo(machine, way)));
    }
  },
});
