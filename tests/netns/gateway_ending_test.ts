/**
 * What `teredo server --gateway` leaves behind: nothing, however it ends. And it keeps the host's
 * way to the Internet.
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { assertAllAnswered } from "./all_answered.ts";
import { startBird } from "./anycast.ts";
import { rent, startGateway } from "./gateway_lab.ts";
import { firewallTables, forwardingSettings, kernelTraces } from "./kernel_traces.ts";
import { createLab, NATIVE } from "./lab.ts";
import type { LabProcess } from "./lab_process.ts";
import type { Machine } from "./machine.ts";
import { ADDRESS } from "./plan.ts";
import { prepareTeredo, startClient } from "./teredo.ts";
import { pause } from "../pause.ts";

const needs = requires(...LAB, "root", "ping", "nft", "bird");

/** Advertisements every three or four seconds, of a router that serves for a minute. */
const ADVERTISING = `
  router id 10.0.0.1;
  protocol device {}
  protocol radv {
    interface "${NATIVE}" {
      min ra interval 3; max ra interval 4; default lifetime 60;
      prefix 2a00:1::/64 { autonomous off; };
    };
  }`;

/** Seconds until two more advertisements have come. */
const TIMEOUT = 15;

async function advertisementsReceived(machine: Machine): Promise<number> {
  const counters = await machine.run("cat", `/proc/net/dev_snmp6/${NATIVE}`);
  return Number(/^Icmp6InRouterAdvertisements\s+(\d+)/m.exec(counters)?.[1]);
}

async function waitForAdvertisements(machine: Machine, count: number): Promise<void> {
  const wanted = await advertisementsReceived(machine) + count;
  for (let seconds = 0; seconds < TIMEOUT; seconds++) {
    if (await advertisementsReceived(machine) >= wanted) return;
    await pause(1000);
  }
  throw new Error(`${machine.name} has not heard ${count} advertisements`);
}

async function assertRoute(machine: Machine): Promise<void> {
  assertMatch(await machine.ip("-6 route show default"), /^default via fe80::\S+ .*proto ra/);
}

async function assertCarries(client: Machine): Promise<void> {
  const { process } = await startClient(client);
  await using _ = process;
  await assertAllAnswered(client, ADDRESS.native, { count: 2 });
}

async function assertEnded(gateway: LabProcess, signal: Deno.Signal): Promise<void> {
  const status = await gateway.end(signal);
  if (signal === "SIGKILL") assertEquals(status.signal, signal);
  else assertEquals(status.code, 0, gateway.log);
}

/**
 * While forwarding is on, which it stays after a KILL, the kernel has the anycast address of
 * routers.
 */
function withoutAnycast(traces: string): string {
  return traces.split("\n").filter((line) => !line.startsWith("anycast ")).join("\n");
}

Deno.test({
  name: needs.title(
    "gateway: INT, TERM and KILL leave nothing, and the route of advertisements stays",
  ),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    const folder = await Deno.makeTempDir();
    await using lab = await createLab({ A: { by: "kernel", kind: "portRestricted" } });
    const machine = await rent(lab);
    const { client } = lab.sites.A;
    await machine.ip(`-6 route del default dev ${NATIVE}`);
    await lab.native.setKernel({ "net/ipv6/conf/all/forwarding": 1 });
    await startBird(lab.native, folder, ADVERTISING);
    await waitForAdvertisements(machine, 1);
    await assertRoute(machine);
    const settings = await forwardingSettings(machine);
    assert(settings.includes(`${NATIVE}/accept_ra:1\n`), settings);

    const pristine = await kernelTraces(machine);
    for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
      await t.step(signal, async () => {
        const gateway = await startGateway(machine, "--gateway-for", "all");
        assertNotEquals(await kernelTraces(machine), pristine);
        assertEquals(await firewallTables(machine), "table ip6 teredo");
        const running = await forwardingSettings(machine);
        assert(running.includes(`${NATIVE}/accept_ra:2\n`), running);
        await assertCarries(client);
        if (signal === "SIGINT") {
          await waitForAdvertisements(machine, 2);
          await assertRoute(machine);
          await assertCarries(client);
        }
        await assertEnded(gateway, signal);
        assertEquals(await firewallTables(machine), "");
        await assertRoute(machine);
        if (signal === "SIGKILL") {
          assertEquals(withoutAnycast(await kernelTraces(machine)), withoutAnycast(pristine));
        } else {
          assertEquals(await kernelTraces(machine), pristine);
          assertEquals(await forwardingSettings(machine), settings);
        }
      });
    }
    await t.step(
      "after KILL, it works again, forwards nothing else, and leaves nothing",
      async () => {
        const gateway = await startGateway(machine, "--gateway-for", "all");
        assertStringIncludes(gateway.log, "A gateway that was killed had left forwarding on");
        await assertCarries(client);
        const rules = await machine.run("nft", "list", "chain", "ip6", "teredo", "forward");
        assertStringIncludes(rules, 'counter name "other_interfaces" drop');
        await assertEnded(gateway, "SIGTERM");
        assertEquals(await forwardingSettings(machine), settings);
        assertEquals(await kernelTraces(machine), pristine);
        assertEquals(await machine.run("sh", "-c", "find /run/teredo -name 'forwarding*'"), "");
      },
    );
    await Deno.remove(folder, { recursive: true });
  },
});
