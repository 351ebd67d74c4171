/** Symmetric NATs that keep or count ports, in front of real kernels: RFC 6081 §5.4 and §5.5. */
import { assert, assertEquals } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { createLab } from "./lab.ts";
import type { Machine } from "./machine.ts";
import { firstRoundTrip } from "./ping.ts";
import { prepareTeredo, startClient, startServer, teredo } from "./teredo.ts";
import { pause } from "../pause.ts";

const needs = requires(...LAB, "ping");

/** Longer than a peer counts as reachable without a packet, in milliseconds. */
const SILENCE = 35_000;

async function pathTo(machine: Machine, address: string): Promise<string | undefined> {
  const { peers } = JSON.parse(await machine.run(...teredo("status", "--json")));
  return peers.find((peer: { address: string }) => peer.address === address)?.path;
}

Deno.test({
  name: needs.title(
    "X-09, X-10, X-12, X-13, X-14, X-22: clients behind symmetric NATs that keep or count ports meet",
  ),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    await using lab = await createLab({
      Keep: { by: "user", kind: "symmetricPreserving" },
      Keep2: { by: "user", kind: "symmetricPreserving" },
      Count: { by: "user", kind: "symmetricSequential" },
      Count2: { by: "user", kind: "symmetricSequential" },
      Port: { by: "user", kind: "portRestricted" },
      Port2: { by: "user", kind: "portRestricted" },
    });
    await startServer(lab.server);
    const names = Object.keys(lab.sites) as (keyof typeof lab.sites)[];
    const started = await Promise.all(names.map((name) => startClient(lab.sites[name].client)));
    const machineOf = (name: typeof names[number]) => lab.sites[name].client;
    const addressOf = (name: typeof names[number]) => started[names.indexOf(name)]!.address;
    const pairs = [
      ["Keep", "Port", "random_port"],
      ["Port2", "Keep2", "random_port"],
      ["Keep", "Keep2", "random_port"],
      ["Count", "Port", "echo_test"],
      ["Port2", "Count2", "random_port"],
      ["Keep2", "Count2", "random_port"],
    ] as const;
    for (const [from, to, path] of pairs) {
      await t.step(`${from} to ${to}: ${path}`, async () => {
        const ping = await machineOf(from).ping(addressOf(to));
        assert(firstRoundTrip(ping) < 1_500, ping.text);
        assertEquals(await pathTo(machineOf(from), addressOf(to)), path);
      });
    }
    await t.step("an idle pair keeps its way by bubbles", async () => {
      await pause(SILENCE);
      assertEquals(await pathTo(machineOf("Keep2"), addressOf("Keep")), "random_port");
      assertEquals(await pathTo(machineOf("Keep"), addressOf("Keep2")), "random_port");
    });
  },
});
