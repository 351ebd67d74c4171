// deno-lint-ignore-file no-console -- how long each outage took is worth knowing when it passes, too
/**
 * Two machines with the same addresses and routes, as docs/operating.md has them: what is killed is
 * replaced.
 */

import { assert, assertEquals } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { assertAllAnswered } from "./all_answered.ts";
import { addStations, type Anycast, otherPlace, SHARED } from "./anycast.ts";
import { createLab } from "./lab.ts";
import type { Machine } from "./machine.ts";
import type { UserNat } from "./nat_router.ts";
import type { PingResult } from "./ping.ts";
import { ADDRESS } from "./plan.ts";
import { waitForRoute } from "./routes.ts";
import {
  prepareTeredo,
  qualification,
  teredo,
  TEREDO_INTERFACE,
  type TeredoClient,
} from "./teredo.ts";
import { pause } from "../pause.ts";

const needs = requires(...LAB, "root", "ping", "bird");

const PORT_RESTRICTED: UserNat = { by: "user", kind: "portRestricted" };

/**
 * Traffic: so many requests, so many seconds apart, of which something is killed after the first
 * ones.
 */
const TRAFFIC = { count: 90, interval: 0.2 };
const BEFORE = 2_000;

/** From one request to the next unless told, in milliseconds. */
const PING_INTERVAL = 200;

/** How long traffic may stop, in milliseconds. */
const ALLOWED_OUTAGE = 10_000;

Deno.test({
  name: needs.title(
    "anycast: a server and a relay are killed, and then a whole machine: traffic goes on within 10 s",
  ),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    await using cleanUp = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir();
    cleanUp.defer(() => Deno.remove(folder, { recursive: true }));
    const lab = cleanUp.use(
      await createLab({
        A: PORT_RESTRICTED,
        B: PORT_RESTRICTED,
        C: PORT_RESTRICTED,
        D: PORT_RESTRICTED,
      }),
    );
    const { A, B, C, D } = lab.sites;
    const anycast = await addStations(lab, folder);
    const [a, b, c, d] = await Promise.all(
      [A, B, C, D].map(({ client }) => startClient(client)),
    ) as [TeredoClient, TeredoClient, TeredoClient, TeredoClient];

    await t.step("all meet, clients and native hosts", async () => {
      for (const to of [b.address, ADDRESS.native]) {
        await assertAllAnswered(A.client, to, { count: 3 });
      }
      await assertAllAnswered(lab.native, b.address, { count: 3 });
    });

    await t.step("the server of one is killed: who talks goes on, and new pairs meet", async () => {
      const place = await anycast.serverOf(C.plan.external);
      const traffic = startTraffic();
      await pause(BEFORE);
      await anycast.stations[place].killServer();
      const other = anycast.stations[otherPlace(place)].machine;
      const before = await other.datagramsReceived();
      const met = await C.client.ping(d.address, { count: 50 });
      assert(await other.datagramsReceived() > before, "The other server was not asked");
      assert(timeToFirst(met) <= ALLOWED_OUTAGE, met.text);
      console.log(`    server killed: a new pair met after ${timeToFirst(met)} ms`);
      goesOn(await traffic, "server killed");
      await anycast.waitForPaths(SHARED.primary, [otherPlace(place)]);
      await anycast.stations[place].startServer();
    });

    await t.step("the relay of one is killed: traffic with native hosts goes on", async () => {
      const traffic = startTraffic();
      const place = await anycast.busiest(BEFORE);
      await anycast.stations[place].killRelay();
      goesOn(await traffic, "relay killed");
      await anycast.waitForPaths("2001::/32", [otherPlace(place)]);
      await anycast.stations[place].startRelay();
    });

    await t.step("both are back, and carry traffic again", async () => {
      await waitForBoth(anycast);
      await assertAllAnswered(D.client, a.address, { count: 3 });
      await assertAllAnswered(lab.native, c.address, { count: 3 });
    });

    await t.step("one machine vanishes without a word: traffic goes on", async () => {
      const traffic = startTraffic();
      const place = await anycast.busiest(BEFORE);
      await anycast.stations[place].vanish();
      const met = await D.client.ping(b.address, { count: 50 });
      assert(timeToFirst(met) <= ALLOWED_OUTAGE, met.text);
      goesOn(await traffic, "machine vanished");
    });

    await t.step("no client got another address meanwhile", () => {
      for (const { process, address } of [a, b, c, d]) {
        const addresses = process.log.matchAll(/the Teredo address is ([0-9a-f:]+)/g);
        for (const [, later] of addresses) assertEquals(later, address);
      }
    });

    /** Client to client, client to native host, and native host to client. */
    function startTraffic(): Promise<Record<string, PingResult>> {
      return namedResults({
        "client to client": A.client.ping(b.address, TRAFFIC),
        "client to native": A.client.ping(ADDRESS.native, TRAFFIC),
        "native to client": lab.native.ping(a.address, TRAFFIC),
      });
    }
  },
});

async function namedResults<Result>(
  running: Record<string, Promise<Result>>,
): Promise<Record<string, Result>> {
  const entries = Object.entries(running).map(async ([name, it]) => [name, await it] as const);
  return Object.fromEntries(await Promise.all(entries));
}

function goesOn(traffic: Record<string, PingResult>, when: string): void {
  for (const [name, ping] of Object.entries(traffic)) {
    const outage = longestOutage(ping);
    console.log(`    ${when}: ${name} stopped for ${outage} ms`);
    assertEquals(ping.replies.at(-1)?.sequence, TRAFFIC.count, `${name}: ${ping.text}`);
    assert(outage <= ALLOWED_OUTAGE, `${name}, ${when}: ${ping.text}`);
  }
}

/**
 * From the first of the most requests in a row without an answer to the next that had one, in
 * milliseconds.
 */
function longestOutage({ replies }: PingResult): number {
  const answered = replies.map(({ sequence }) => sequence).toSorted((one, other) => one - other);
  const missing = answered.map((sequence, i) => sequence - (answered[i - 1] ?? 0) - 1);
  return Math.round(Math.max(...missing) * TRAFFIC.interval * 1000);
}

/** From the first request to the first answer, in milliseconds; infinite without any. */
function timeToFirst({ replies }: PingResult): number {
  const times = replies.map(({ sequence, roundTrip }) =>
    (sequence - 1) * PING_INTERVAL + roundTrip
  );
  return Math.min(Infinity, ...times);
}

async function waitForBoth(anycast: Anycast): Promise<void> {
  for (const to of [SHARED.primary, SHARED.secondary, "2001::/32"]) {
    await anycast.waitForPaths(to, ["east", "west"]);
  }
}

async function startClient(machine: Machine): Promise<TeredoClient> {
  const process = await machine.spawn(
    ...teredo("client", SHARED.primary, "--log-level", "debug", "--refresh-interval", "5"),
  );
  const result = await qualification(process);
  await waitForRoute(machine, TEREDO_INTERFACE);
  return { process, ...result };
}
