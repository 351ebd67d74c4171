/** What a role rehearses after its start, seen from outside. */
import { assert, assertEquals } from "@std/assert";
import { requires } from "../capabilities.ts";
import { createLab } from "./lab.ts";
import type { LabProcess } from "./lab_process.ts";
import type { Machine } from "./machine.ts";
import {
  prepareTeredo,
  startClient,
  startRelay,
  startServer,
  teredo,
  teredoTitle,
} from "./teredo.ts";
import { pause } from "../pause.ts";

const needs = requires("linux", "namespaces", "tun", "ip", "nsenter", "nft");

/** Until then, in milliseconds, every role has rehearsed. */
const SETTLING = 1_500;

/** The UDP sockets of a machine that are bound to loopback addresses. */
async function loopbackSockets(machine: Machine): Promise<string[]> {
  const sockets = await machine.run("cat", "/proc/net/udp");
  // 127.0.0.0/8, the last octet of which comes first.
  return sockets.split("\n").filter((line) => /^ *\d+: [0-9A-F]{6}7F:/.test(line));
}

async function report(machine: Machine) {
  return JSON.parse((await machine.try(...teredo("status", "--json"))).stdout);
}

Deno.test({
  name: needs.title(
    `rehearsal: every role has one, with its user's rights; counters and log know nothing of it (${teredoTitle()})`,
  ),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({ A: { by: "kernel", kind: "portRestricted" } });
    const { server, relay, sites: { A: { client } } } = lab;
    const roles: [string, Machine, LabProcess][] = [
      ["server", server, await startServer(server)],
      ["relay", relay, await startRelay(relay)],
      ["client", client, (await startClient(client)).process],
    ];
    await pause(SETTLING);
    for (const [name, machine, process] of roles) {
      const { counters, drops, systemErrors } = await report(machine);
      const sent = await machine.datagramsSent();
      assert(sent > counters.datagramsSent, `${name} sent ${sent} datagrams`);
      assert(counters.datagramsSent < 5, `${name} counts ${counters.datagramsSent} datagrams`);
      // The kernel looks for routers and neighbours through each new interface.
      const { multicast: _, ...otherDrops } = drops;
      assertEquals([otherDrops, systemErrors], [{}, {}]);
      assertEquals(await loopbackSockets(machine), [], name);
      assertEquals(process.log.match(/127\.|2a00::/g), null, process.log);
    }
  },
});

/** What a process has of memory that no file backs, in MB. */
function anonymousMemory({ pid }: LabProcess): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)![1]) / 1000;
}

/** From its sources, the program has other flags, with which V8 compiles less. */
const compiled = requires("executable", "linux", "namespaces", "tun", "ip", "nsenter", "nft");

Deno.test({
  name: compiled.title("rehearsal: the memory that V8 compiled with is given back"),
  ignore: compiled.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({});
    const relay = await startRelay(lab.relay);
    let [most, now] = [0, anonymousMemory(relay)];
    for (let turn = 0; turn < 100 && now > most - 8; turn++) {
      await pause(100);
      now = anonymousMemory(relay);
      most = Math.max(most, now);
    }
    assert(now < most - 8, `${most} MB, then ${now} MB`);
  },
});
