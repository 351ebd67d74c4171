/**
 * Rehearsals on this host's loopback.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Poller } from "../../../ffi/polling/poller.ts";
import { Counters } from "../../../io/counters.ts";
import { EchoLink } from "../../../io/host/echo_link.ts";
import { RawLink } from "../../../io/host/raw_link.ts";
import { SystemErrors } from "../../../io/system_errors.ts";
import { ClientScene } from "../../../nodes/rehearsal/client_scene.ts";
import { type Rehearsal, rehearse } from "../../../nodes/rehearsal/rehearsal.ts";
import { RelayScene } from "../../../nodes/rehearsal/relay_scene.ts";
import type { Scene, Setting } from "../../../nodes/rehearsal/scene.ts";
import { ServerScene } from "../../../nodes/rehearsal/server_scene.ts";
import { ServerWithRelayScene } from "../../../nodes/rehearsal/server_with_relay_scene.ts";
import type { UdpMode } from "../../../nodes/udp_mode.ts";
import { requires } from "../../capabilities.ts";
import { always, type CallName, injectFaults } from "../../ffi/faults.ts";
import "../../ffi/open_libc.ts";

const needs = requires("linux");

/** How many rounds there are, in two acts. */
const ROUNDS = 43;

/** What happened in a scene. */
class Course {
  rounds = 0;
  heard = 0;
  delivered = 0;
  readonly machines = new Set<unknown>();
  /** Called at the beginning of each round. */
  onRound = () => {};
}

type AnyRehearsal = Rehearsal<string, unknown, unknown>;

/** The rehearsal with a scene that is counted. */
function counted<Via extends string, Event, Status>(
  rehearsal: Rehearsal<Via, Event, Status>,
  course: Course,
): AnyRehearsal {
  const scene = (setting: Setting<Via>) => {
    const scene: Scene<Via, Event, Status> = rehearsal.scene(setting);
    course.machines.add(scene.machine);
    const { begin, heard, delivered } = scene;
    scene.begin = (...args) => {
      course.rounds++;
      course.onRound();
      begin.apply(scene, args);
    };
    scene.heard = (...args) => (course.heard++, heard.apply(scene, args));
    scene.delivered = (...args) => (course.delivered++, delivered.apply(scene, args));
    return scene;
  };
  return { ...rehearsal, scene } as unknown as AnyRehearsal;
}

const OFFLOAD = { udp: true };
const SERVER = { primary: 3544, secondary: 3544 };
const NOWHERE = new RawLink(
  { send: () => "sent", close: () => {} },
  new SystemErrors(new Counters(), () => {}),
);

/** Every role's rehearsal, and how often others hear it, and its host, in each round at least. */
const ROLES: Readonly<
  Record<string, { make: (course: Course) => AnyRehearsal; heard: number; delivered: number }>
> = {
  client: {
    make: (course) =>
      counted({
        own: { service: 0 },
        scene: (setting) => new ClientScene(setting),
        host: (link) => new EchoLink(link),
        offload: OFFLOAD,
      }, course),
    heard: 5,
    delivered: 4,
  },
  relay: { make: relay(false), heard: 4, delivered: 3 },
  gateway: { make: relay(true), heard: 4, delivered: 3 },
  server: {
    make: (course) =>
      counted({
        own: SERVER,
        scene: (setting) => new ServerScene(setting),
        host: () => NOWHERE,
        offload: undefined,
      }, course),
    heard: 3,
    delivered: 0,
  },
  "server with a relay": { make: serverWithRelay(false), heard: 3, delivered: 1.5 },
  "server with a gateway": { make: serverWithRelay(true), heard: 3, delivered: 1.5 },
};

function relay(isGateway: boolean): (course: Course) => AnyRehearsal {
  return (course) =>
    counted({
      own: { service: 0 },
      scene: (setting) => new RelayScene(setting, isGateway),
      host: (link) => link,
      offload: undefined,
    }, course);
}

function serverWithRelay(isGateway: boolean): (course: Course) => AnyRehearsal {
  return (course) =>
    counted({
      own: SERVER,
      scene: (setting) => new ServerWithRelayScene(setting, isGateway),
      host: (link) => link,
      offload: OFFLOAD,
    }, course);
}

/** Rehearses, and returns the last machine when that has ended. */
async function run(
  rehearsal: AnyRehearsal,
  udp: UdpMode,
  counters = new Counters(),
  limits?: { readonly time: number; readonly work: number },
  stop = new AbortController(),
): Promise<unknown> {
  const failures: unknown[] = [];
  const poller = new Poller((error) => failures.push(error));
  const running = poller.run(stop.signal, { mayHold: udp === "batched" });
  const { machine } = await rehearse(
    rehearsal,
    { watcher: poller, udp, counters, limits },
    stop.signal,
  );
  stop.abort();
  await running;
  assertEquals(failures, []);
  return machine;
}

for (const [name, { make, heard, delivered }] of Object.entries(ROLES)) {
  for (const udp of ["batched", "deno"] as const) {
    Deno.test({
      name: needs.title(`rehearsal: a ${name} plays its exchanges and leaves nothing (${udp})`),
      ignore: needs.ignore,
      fn: async () => {
        const course = new Course();
        const before = countDescriptors();
        const limits = { time: 60_000, work: Infinity };
        const machine = await run(make(course), udp, new Counters(), limits);
        assertEquals(course.rounds, ROUNDS);
        // What V8 compiles is not for one of them alone.
        assertEquals(course.machines.size, 2);
        assertEquals(course.machines.has(machine), true);
        // The first round of a client is shorter, in each act.
        assert(course.heard >= heard * (ROUNDS - 2), `${course.heard} were heard`);
        assert(course.delivered >= delivered * (ROUNDS - 2), `${course.delivered} were delivered`);
        assertEquals(countDescriptors(), before);
      },
    });
  }
}

Deno.test({
  name: needs.title("rehearsal: while real packets pass it waits, and in the end it does without"),
  ignore: needs.ignore,
  fn: async () => {
    const course = new Course();
    const counters = new Counters();
    const busy = setInterval(() => counters.datagramsReceived++, 1);
    await run(ROLES["client"]!.make(course), "batched", counters, { time: 100, work: Infinity });
    clearInterval(busy);
    // While this process gets no processor, it looks quiet.
    assert(course.rounds < ROUNDS, `${course.rounds} rounds`);
  },
});

for (const [act, rounds] of [[1, 2], [2, 10]] as const) {
  Deno.test({
    name: needs.title(`rehearsal: it ends with its role, in act ${act} too`),
    ignore: needs.ignore,
    fn: async () => {
      const course = new Course();
      const before = countDescriptors();
      const stop = new AbortController();
      course.onRound = () => course.rounds === rounds && stop.abort();
      const limits = { time: 60_000, work: Infinity };
      await run(ROLES["client"]!.make(course), "batched", new Counters(), limits, stop);
      assertEquals(course.rounds, rounds);
      assertEquals(course.machines.size, act);
      assertEquals(countDescriptors(), before);
    },
  });
}

Deno.test({
  name: needs.title("rehearsal: when it has worked for long enough, there is no second act"),
  ignore: needs.ignore,
  fn: async () => {
    const course = new Course();
    await run(ROLES["client"]!.make(course), "batched", new Counters(), { time: 60_000, work: 0 });
    assertEquals(course.machines.size, 1);
  },
});

Deno.test({
  name: needs.title("rehearsal: it keeps what it has if the second act can't be opened"),
  ignore: needs.ignore,
  fn: async () => {
    const course = new Course();
    const before = countDescriptors();
    const limits = { time: 60_000, work: Infinity };
    using faults = new DisposableStack();
    course.onRound = () => {
      if (course.rounds === 1) faults.use(injectFaults({ socketpair: always("EMFILE") }));
    };
    const machine = await run(ROLES["client"]!.make(course), "batched", new Counters(), limits);
    assertEquals([...course.machines], [machine]);
    assertEquals(countDescriptors(), before);
  },
});

for (const [call, code] of [["socketpair", "EMFILE"], ["socket", "EMFILE"]] as const) {
  Deno.test({
    name: needs.title(`rehearsal: none takes place where ${call} fails, and nobody hears of it`),
    ignore: needs.ignore,
    fn: async () => {
      const course = new Course();
      const before = countDescriptors();
      {
        using _ = injectFaults({ [call satisfies CallName]: always(code) });
        await run(ROLES["client"]!.make(course), "batched");
      }
      assertEquals(course.rounds, 0);
      assertEquals(countDescriptors(), before);
    },
  });
}

for (const call of ["recvmmsg", "read"] as const) {
  Deno.test({
    name: needs.title(`rehearsal: it ends when ${call} fails, and the poller does not count that`),
    ignore: needs.ignore,
    fn: async () => {
      const course = new Course();
      using _ = injectFaults({ [call]: always("EIO") });
      // The poller's own bell is read, too.
      const begun = performance.now();
      await run(ROLES["relay"]!.make(course), "batched");
      assert(performance.now() - begun < 5_000);
      assert(course.rounds <= 1);
    },
  });
}

function countDescriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}
