import { assert, assertEquals } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { createLab } from "./lab.ts";
import type { Machine } from "./machine.ts";
import { ADDRESS } from "./plan.ts";
import {
  executablePath,
  prepareTeredo,
  startClient,
  startRelay,
  startServer,
  teredoTitle,
} from "./teredo.ts";
import { pause } from "../pause.ts";

const needs = requires(...LAB, "nft");

/** Until then, in milliseconds, the last packets of the start have passed, and V8 tidies up. */
const SETTLING = 3_000;

const IDLING = 5_000;

/**
 * After a packet a role sleeps for at most 16 ms at a time, for 1.2 s, and then for four times as
 * long each time. So only a time without packets counts.
 */
const NAPPING = 1_500;

/** How often to look for such a time. */
const LOOKS = 5;

/**
 * How often the threads of a role may go to sleep meanwhile, for V8's and our own timers. Something
 * that looks every 100 ms would bring 50 more.
 */
const SLEEPS_MAX = 50;

/**
 * How often they may go to sleep while a ping comes each second. A look for packets every 4 ms for a
 * second after each of them, as there once was, made 1,100 sleeps in 5 s.
 */
const TRICKLE_SLEEPS_MAX = 500;
const TRICKLE = 5;

/**
 * How much of the executable's file may be mapped then, in kB. What the start maps is 40 MB and
 * more; it is given back 2 s later.
 */
const FILE_PAGES_MAX = 30_000;

Deno.test({
  name: needs.title(
    "idle: roles without traffic sleep, with little they sleep most of the time, and have little " +
      `of their file in memory (${teredoTitle()})`,
  ),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({ A: { by: "kernel", kind: "portRestricted" } });
    const server = await startServer(lab.server);
    const relay = await startRelay(lab.relay);
    const { process: client } = await startClient(lab.sites.A.client);
    const roles = [
      { name: "server", machine: lab.server, pid: server.pid },
      { name: "relay", machine: lab.relay, pid: relay.pid },
      { name: "client", machine: lab.sites.A.client, pid: client.pid },
    ];
    await pause(SETTLING);
    await Promise.all(roles.map(assertIdle));
    const before = roles.map(({ pid }) => sleeps(pid));
    const ping = await lab.sites.A.client.ping(ADDRESS.native, { count: TRICKLE, interval: 1 });
    assertEquals(ping.received, TRICKLE, ping.text);
    for (const [i, { name, pid }] of roles.entries()) {
      const count = countSince(before[i]!, sleeps(pid));
      assert(count <= TRICKLE_SLEEPS_MAX, `${name} slept ${count} times during ${TRICKLE} pings`);
    }
  },
});

/** A role on its machine. */
interface Role {
  readonly name: string;
  readonly machine: Machine;
  readonly pid: number;
}

/** Fails if a role is busy while no packet comes. */
async function assertIdle({ name, machine, pid }: Role): Promise<void> {
  for (let i = 0; i < LOOKS; i++) {
    const packets = await packetsOf(machine);
    await pause(NAPPING);
    const before = sleeps(pid);
    await pause(IDLING);
    const after = sleeps(pid);
    if (await packetsOf(machine) !== packets) continue;
    const count = countSince(before, after);
    assert(count <= SLEEPS_MAX, `${name} slept ${count} times in ${IDLING / 1000} s`);
    if (executablePath() !== undefined) assertFewFilePages(name, pid);
    return;
  }
  throw new Error(`${name} got packets in each of ${LOOKS} times ${IDLING / 1000} s`);
}

/** The kernel's counts of all that a machine's interfaces have seen. */
function packetsOf(machine: Machine): Promise<string> {
  return machine.run("cat", "/proc/net/dev");
}

/** Fails if a role has not given back what its start mapped of the executable. */
function assertFewFilePages(name: string, pid: number): void {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const size = Number(/^RssFile:\s+(\d+) kB$/m.exec(status)![1]);
  assert(size <= FILE_PAGES_MAX, `${name} has mapped ${size} kB of files`);
}

/** How often each thread of a process has gone to sleep so far, by the kernel's count. */
function sleeps(pid: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    const status = Deno.readTextFileSync(`/proc/${pid}/task/${name}/status`);
    counts.set(name, Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)![1]));
  }
  return counts;
}

/** How often a process went to sleep between two counts; threads may have ended meanwhile. */
function countSince(before: Map<string, number>, after: Map<string, number>): number {
  return after.entries().reduce((sum, [thread, now]) => sum + now - (before.get(thread) ?? 0), 0);
}
