/**
 * What a gateway refuses, on a real kernel: each attempt is counted under its name, and no client
 * is reached.
 */
import { assert, assertEquals } from "@std/assert";
import { assertAllAnswered } from "./all_answered.ts";
import { denoRun } from "./deno_run.ts";
import { startGateway } from "./gateway_lab.ts";
import { NATIVE } from "./lab.ts";
import { gatewayTest } from "./lab_case.ts";
import type { LabProcess } from "./lab_process.ts";
import type { Machine } from "./machine.ts";
import { type Attempt, COPIES, type MisuserOptions } from "./misuser.ts";
import { ADDRESS } from "./plan.ts";
import { startClient, teredo } from "./teredo.ts";

const PROGRAM = "tests/netns/misuser.ts";

/**
 * What each attempt counts under, apart from those of somebody unlisted and those by native hosts.
 */
const REASONS: Readonly<Partial<Record<Attempt, string>>> = {
  forgedMapping: "source_mismatch",
  nativeSource: "source_invalid",
  uniqueLocal: "destination_invalid",
  linkLocal: "destination_invalid",
  multicast: "destination_invalid",
  nat64: "destination_invalid",
  private6to4: "destination_not_global",
  privateClient: "destination_not_global",
  ownServer: "loop",
  otherServer: "loop",
  itself: "loop",
  ownService: "own_service",
};

interface Refusals {
  readonly drops: Readonly<Record<string, number>>;
  readonly gateway: { readonly refused: Readonly<Record<string, number>> };
}

async function refusalsOf(machine: Machine): Promise<Refusals> {
  return JSON.parse(await machine.run(...teredo("status", "--json")));
}

async function misuse(machine: Machine, options: MisuserOptions): Promise<LabProcess> {
  const process = await machine.spawn(...denoRun(PROGRAM), JSON.stringify(options));
  await process.waitForLog(/^done$/);
  return process;
}

/**
 * The reasons that were counted between two reports, and how often; not what the gateway's own host
 * sends to the link, such as its reports of multicast listeners.
 */
function difference(before: Refusals, after: Refusals): Record<string, number> {
  const counts = Object.entries(after.drops)
    .map(([reason, count]) => [reason, count - (before.drops[reason] ?? 0)] as const);
  return Object.fromEntries(
    counts.filter(([reason, count]) => count !== 0 && reason !== "multicast"),
  );
}

/** How many datagrams came to UDP ports that nothing listens on. */
async function closedPorts(machine: Machine): Promise<number> {
  const counters = await machine.run("cat", "/proc/net/snmp6");
  return Number(/^Udp6NoPorts\s+(\d+)/m.exec(counters)?.[1]);
}

/** Datagrams, connections and pings to the gateway's address. */
const SCAN = `
  for port in {1..1100} {4200..4300}; do echo >/dev/udp/${ADDRESS.serverNative}/$port; done
  for port in 22 53 80 443 4242; do timeout 1 bash -c ": </dev/tcp/${ADDRESS.serverNative}/$port"; done
  true`;

gatewayTest({
  name: "gateway: attempts to misuse it are refused, each under its name",
  sites: { A: "no NAT", B: "no NAT", C: "no NAT" },
  programs: [PROGRAM],
  async fn(lab, machine, t) {
    const { A, B, C } = lab.sites;
    await using _gateway = await startGateway(
      machine,
      ...["--gateway-for", `${A.plan.external},${C.plan.external}`, "--client-rate", "1M"],
    );

    await t.step("by someone whom it serves", async () => {
      const before = await refusalsOf(machine);
      const attempts = Object.keys(REASONS) as Attempt[];
      await using _ = await misuse(A.client, { own: A.plan.external, port: 4000, attempts });
      const expected: Record<string, number> = {};
      for (const reason of Object.values(REASONS)) {
        expected[reason] = (expected[reason] ?? 0) + COPIES;
      }
      assertEquals(difference(before, await refusalsOf(machine)), expected);
    });

    const others = [
      [B, "unlistedClient", "gateway_denied"],
      [A, "clientOfAnotherServer", "gateway_other_server"],
      [A, "unproved", "peer_not_trusted"],
    ] as const;
    for (const [{ client, plan }, attempt, reason] of others) {
      await t.step(`${attempt}: ${reason}`, async () => {
        const before = await refusalsOf(machine);
        await using _ = await misuse(client, {
          own: plan.external,
          port: 4001,
          attempts: [attempt],
        });
        assertEquals(difference(before, await refusalsOf(machine)), { [reason]: COPIES });
      });
    }

    const { process, address } = await startClient(C.client);
    await using _client = process;
    const assertAnswered = () => assertAllAnswered(C.client, ADDRESS.native);
    await assertAnswered();

    await t.step("by a native host with a route to clients", async () => {
      await lab.native.ip(`route add 2001::/32 via ${ADDRESS.serverNative} dev ${NATIVE}`);
      const before = await refusalsOf(machine);
      const result = await lab.native.ping(address, { count: 3, wait: 1 });
      assertEquals(result.received, 0);
      await lab.native.run("bash", "-c", `echo >/dev/udp/${address}/53`);
      const { gateway: { refused } } = await refusalsOf(machine);
      assertEquals(refused.unsolicited! - before.gateway.refused.unsolicited!, 4);
    });

    await t.step("a scan of its ports reaches no client", async () => {
      const misuser = await misuse(A.client, {
        own: A.plan.external,
        port: 4002,
        attempts: ["ownService"],
      });
      const received = () => C.client.run("cat", "/sys/class/net/teredo/statistics/rx_packets");
      const [before, scannedBefore] = [await received(), await closedPorts(machine)];
      misuser.kill("SIGUSR1");
      await misuser.waitForLog(/^received/);
      const since = misuser.logLength;
      await lab.native.run("bash", "-c", SCAN);
      misuser.kill("SIGUSR1");
      const [, count] = await misuser.waitForLog(/^received (\d+)$/, { since });
      assertEquals([count, await received()], ["0", before]);
      assert(await closedPorts(machine) - scannedBefore >= 1200, "the scan itself has arrived");
      await assertAnswered();
    });

    await t.step("more than its share: client_rate", async () => {
      const flood = await C.client.ping(ADDRESS.native, {
        count: 300,
        interval: 0.002,
        size: 1200,
        wait: 1,
      });
      const { drops } = await refusalsOf(machine);
      assert(drops.client_rate! > 0, JSON.stringify(drops));
      assert(flood.received < 300 && flood.received > 30, flood.text);
    });
  },
});
