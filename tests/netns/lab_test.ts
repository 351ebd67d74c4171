import { assert, assertEquals } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { denoRun, prefetch } from "./deno_run.ts";
import { createLab } from "./lab.ts";
import { firstLine } from "./lines.ts";
import { startMiredoClient, startMiredoRelay, startMiredoServer } from "./miredo.ts";
import { firstRoundTrip } from "./ping.ts";
import { ADDRESS } from "./plan.ts";
import { pause } from "../pause.ts";

const lab = requires(...LAB, "ping");
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
    const direct = await C.client.ping(ADDRESS.relay);
    assertEquals(direct.received, 1, direct.text);
    const inward = await lab.server.ping(A.plan.external, { wait: 0.5 });
    assertEquals(inward.received, 0, inward.text);
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

    const there = await A.client.ping(b.address, { count: 3 });
    assertEquals(there.received, 3, there.text);
    const back = await B.client.ping(a.address, { count: 3 });
    assertEquals(back.received, 3, back.text);
    const native = await A.client.ping(ADDRESS.native, { count: 3 });
    assertEquals(native.received, 3, native.text);
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
