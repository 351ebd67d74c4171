import { assert, assertEquals, assertRejects } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { assertAllAnswered } from "./all_answered.ts";
import { denoRun, prefetch } from "./deno_run.ts";
import { createLab } from "./lab.ts";
import type { LabProcess } from "./lab_process.ts";
import { firstLine } from "./lines.ts";
import { startMiredoClient, startMiredoRelay, startMiredoServer } from "./miredo.ts";
import { firstOf, firstRoundTrip, parsePing, pingCommand, type PingOptions } from "./ping.ts";
import { ADDRESS } from "./plan.ts";
import { pause } from "../pause.ts";

const lab = requires(...LAB, "ping", "nft");
/** A second of pings. */
const SERIES = { count: 20, interval: 0.05 };
const PATIENT_SERIES = { ...SERIES, patience: 10 };

const DROP_THE_FIFTH = `
  table ip lossy {
    chain in {
      type filter hook input priority 0;
      icmp type echo-request icmp sequence 5 drop
    }
  }`;

const withMiredo = requires(...LAB, "root", "nft", "ping", ...["miredo", "miredo-server"] as const);

Deno.test({
  name: lab.title("lab: clients reach the server through NATs of either make, and nothing else"),
  ignore: lab.ignore,
  fn: async () => {
    await using lab = await createLab({
      A: { by: "user", kind: "cone" },
      B: { by: "user", kind: "symmetric", link: { delay: 30 } },
      C: "no NAT",
    });
    const { A, B, C } = lab.sites;
    const near = await A.client.ping(ADDRESS.serverPrimary);
    assert(firstRoundTrip(near) < 1000, near.text);
    const far = await B.client.ping(ADDRESS.serverSecondary);
    assert(firstRoundTrip(far) >= 60, far.text);
    await assertAllAnswered(C.client, ADDRESS.relay);
    const inward = await lab.server.ping(A.plan.external, { wait: 0.5 });
    assertEquals(inward.received, 0, inward.text);
  },
});

Deno.test({
  name: lab.title("lab: a patient ping waits for late answers, and lost ones stay lost"),
  ignore: lab.ignore,
  fn: async () => {
    await using lab = await createLab({ A: { by: "user", kind: "cone" } });
    const { client, nat } = lab.sites.A;
    /** The NAT stops in the middle of the series, for longer than all of it takes. */
    const receivedThroughPause = async (options: PingOptions): Promise<number> => {
      const ping = await client.spawn(...pingCommand(ADDRESS.serverPrimary, options));
      await ping.waitForLog(/icmp_seq=10 /);
      const resume = await stop(nat!);
      await pause(2_000);
      resume();
      await ping.waitForLog(/packets transmitted/);
      await ping.status;
      return firstOf(SERIES.count, parsePing(ping.log)).received;
    };
    assert(await receivedThroughPause(SERIES) < SERIES.count);
    assertEquals(await receivedThroughPause(PATIENT_SERIES), SERIES.count);

    await lab.server.run("nft", DROP_THE_FIFTH);
    const { received, text } = await client.ping(ADDRESS.serverPrimary, PATIENT_SERIES);
    assertEquals(received, SERIES.count - 1, text);
  },
});

Deno.test({
  name: lab.title("lab: what a program says last is heard, although it has ended"),
  ignore: lab.ignore,
  fn: async () => {
    await using lab = await createLab({});
    const script = "(sleep 0.2; echo first; sleep 0.2; echo last) &";
    await using process = await lab.server.spawn("sh", "-c", script);
    await process.status;
    await process.waitForLog(/^last$/);
    await assertRejects(() => process.waitForLog(/^nothing$/), Error, "before it ended");
  },
});

Deno.test({
  name: lab.title("lab: everything in it is gone when its maker is killed"),
  ignore: lab.ignore,
  fn: async () => {
    await prefetch("tests/netns/lab_holder.ts");
    const [command, ...args] = denoRun("tests/netns/lab_holder.ts");
    const maker = new Deno.Command(command!, { args, stdin: "null", stdout: "piped" }).spawn();
    const inhabitant = Number(await firstLine(maker.stdout));
    assert(isAlive(inhabitant));
    maker.kill("SIGKILL");
    await maker.status;
    for (let tries = 0; isAlive(inhabitant) && tries < 100; tries++) {
      await pause(50);
    }
    assert(!isAlive(inhabitant), "A process in the lab outlived the lab");
  },
});

Deno.test({
  name: withMiredo.title("lab: Miredo works in it: two clients behind NATs, and a native host"),
  ignore: withMiredo.ignore,
  fn: async () => {
    await using lab = await createLab({
      A: { by: "kernel", kind: "portRestricted" },
      B: { by: "user", kind: "portRestricted" },
    });
    const { A, B } = lab.sites;
    await startMiredoServer(lab.server);
    await startMiredoRelay(lab.relay);
    const [a, b] = await Promise.all([startMiredoClient(A.client), startMiredoClient(B.client)]);

    await assertAllAnswered(A.client, b.address, { count: 3 });
    await assertAllAnswered(B.client, a.address, { count: 3 });
    await assertAllAnswered(A.client, ADDRESS.native, { count: 3 });
  },
});

function isAlive(pid: number): boolean {
  try {
    Deno.statSync(`/proc/${pid}`);
    return true;
  } catch {
    return false;
  }
}

/** Stops a process. Returns what lets it go on. */
async function stop(process: LabProcess): Promise<() => void> {
  const [, parent] = statusOf(process.pid);
  process.kill("SIGSTOP");
  // `nsenter`, which waits for it, stops as well, and takes it along when it goes on.
  while (statusOf(Number(parent))[0] !== "T") {
    await pause(20);
  }
  return () => Deno.kill(Number(parent), "SIGCONT");
}

/** The state of a process, and its parent. */
function statusOf(pid: number): string[] {
  return Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\) /, "").split(" ");
}
