/** Server, relay and two clients for Windows, and a client for Linux, meet under wine. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { assertAllAnswered } from "../netns/all_answered.ts";
import { prefetch } from "../netns/deno_run.ts";
import type { Lab } from "../netns/lab.ts";
import type { Machine } from "../netns/machine.ts";
import { ADDRESS } from "../netns/plan.ts";
import { prepareTeredo, startClient } from "../netns/teredo.ts";
import { transferFile } from "./file_transfer.ts";
import { requiresWine, runExe, startClientExe, startRelayExe, startServerExe } from "./wine.ts";
import { createWineLab } from "./wine_lab.ts";

/** Octets of a file. */
const FILE = 20_000_000;

const PINGS = { count: 20, interval: 0.1 };

/** A machine that can be reached, with its address in IPv6. */
interface Peer {
  readonly name: string;
  readonly machine: Machine;
  readonly address: string;
}

const { title, ignore } = requiresWine();

Deno.test({
  name: title(
    "windows: server, relay and clients under wine, with a client of Linux, in every mix",
  ),
  ignore,
  fn: async (t) => {
    await prepareTeredo();
    await prefetch("tests/windows/file_transfer.ts");
    await using lab = await createWineLab({
      winA: { by: "kernel", kind: "portRestricted" },
      winB: "no NAT",
      linux: { by: "kernel", kind: "portRestricted" },
    }, ["winA", "winB"]);
    await startServerExe(lab.server);
    await startRelayExe(lab.relay);
    await t.step("probe finds out what the NAT does", () => probe(lab));
    const [a, b, linux] = await qualify(t, lab);
    const native = { name: "a native host", machine: lab.native, address: ADDRESS.native };
    for (
      const [one, other] of [[a, b], [a, linux], [linux, b], [a, native], [native, b]] as const
    ) {
      await meet(t, one, other);
    }
    await askTheClient(t, a, b);
  },
});

async function probe({ sites }: Lab<"winA">): Promise<void> {
  const { code, stdout, stderr } = await runExe(
    sites.winA.client,
    "probe",
    ADDRESS.serverPrimary,
  );
  assertEquals(code, 0, stdout + stderr);
  assertStringIncludes(stdout, "port-restricted");
}

async function qualify(
  t: Deno.TestContext,
  { sites: { winA, winB, linux } }: Lab<"winA" | "winB" | "linux">,
): Promise<[Peer, Peer, Peer]> {
  const peers: Peer[] = [];
  const add = (name: string, machine: Machine, start: typeof startClient) =>
    t.step(`${name} qualifies`, async () => {
      peers.push({ name, machine, address: (await start(machine)).address });
    });
  await add("Windows A", winA.client, startClientExe);
  await add("Windows B", winB.client, startClientExe);
  await add("Linux", linux.client, startClient);
  const [a, b, c] = peers;
  assert(a !== undefined && b !== undefined && c !== undefined);
  return [a, b, c];
}

async function meet(t: Deno.TestContext, one: Peer, other: Peer): Promise<void> {
  for (const [from, to] of [[one, other], [other, one]] as const) {
    await t.step(`20 pings from ${from.name} to ${to.name}, none lost`, async () => {
      await assertAllAnswered(from.machine, to.address, PINGS);
    });
    await t.step(`a file from ${from.name} to ${to.name}, with equal SHA-256`, async () => {
      const { sent, received } = await transferFile(from.machine, to.machine, to.address, FILE);
      assertEquals(sent.octets, FILE);
      assertEquals(received, sent);
    });
  }
}

async function askTheClient(t: Deno.TestContext, own: Peer, other: Peer): Promise<void> {
  await t.step("status shows the address", async () => {
    const { code, stdout, stderr } = await runExe(own.machine, "status");
    assertEquals(code, 0, stdout + stderr);
    assertStringIncludes(stdout, own.address);
  });
  await t.step("diagnose finds nothing wrong", async () => {
    const { code, stdout, stderr } = await runExe(own.machine, "diagnose");
    assertEquals(code, 0, stdout + stderr);
  });
  await t.step("decode explains the address", async () => {
    const { code, stdout, stderr } = await runExe(own.machine, "decode", own.address);
    assertEquals(code, 0, stdout + stderr);
    assertStringIncludes(stdout, ADDRESS.serverPrimary);
  });
  await t.step("ping reaches another client", async () => {
    const { code, stdout, stderr } = await runExe(own.machine, "ping", other.address);
    assertEquals(code, 0, stdout + stderr);
  });
}
