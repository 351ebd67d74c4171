import { assertEquals, assertRejects } from "@std/assert";
import { setImmediate } from "node:timers";
import { libc } from "../../../ffi/c/libc.ts";
import { newBell } from "../../../ffi/open.ts";
import { Poller, type RunOptions } from "../../../ffi/polling/poller.ts";
import { type Bell, handleOf } from "../../../ffi/waiting.ts";
import { cString } from "../../../ffi/c/struct.ts";
import { pause } from "../../../pause.ts";
import { after, every, untilNextTimer } from "../../../timers.ts";
import { type Capability, requires } from "../../capabilities.ts";
import "../open_libc.ts";

function pollerTest(
  name: string,
  body: (options: RunOptions) => Promise<void>,
  ...needs: Capability[]
): void {
  const { title, ignore } = requires(...needs);
  for (const mayHold of [false, true]) {
    const subject = mayHold ? "Poller that may nap" : "Poller";
    Deno.test({ name: title(`${subject} ${name}`), ignore, fn: () => body({ mayHold }) });
  }
}

const holdNeeds = requires("linux");

/** A bell, and what to do when it rings. */
function bellSource(poller: Poller, onRing: () => void): Bell {
  const bell = newBell();
  poller.add(bell.handle, () => {
    const rung = bell.silence();
    if (!rung) return "nothing";
    onRing();
    return "some";
  });
  return bell;
}

function countDescriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

pollerTest("wakes from its wait when a descriptor becomes readable", async (options) => {
  const poller = new Poller();
  const stop = new AbortController();
  const bell = bellSource(poller, () => stop.abort());
  const running = poller.run(stop.signal, options);
  await nextTurn();
  bell.ring();
  await running;
  bell.close();
});

pollerTest("notices what became readable before it began to wait", async (options) => {
  const poller = new Poller();
  const stop = new AbortController();
  const bell = bellSource(poller, () => stop.abort());
  bell.ring();
  await poller.run(stop.signal, options);
  bell.close();
});

pollerTest("hears every source, while one of them never runs dry", async (options) => {
  const poller = new Poller();
  const stop = new AbortController();
  const busy = newBell();
  poller.add(busy.handle, () => "more");
  const bell = bellSource(poller, () => stop.abort());
  after(1, () => bell.ring());
  await poller.run(stop.signal, options);
  busy.close();
  bell.close();
});

pollerTest(
  "gives timers and sockets their turn, while a source never runs dry",
  async (options) => {
    const poller = new Poller();
    const stop = new AbortController();
    const busy = newBell();
    poller.add(busy.handle, () => "more");
    const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    const running = poller.run(stop.signal, options);
    await new Promise<void>((resolve) => after(1, resolve));
    await socket.send(Uint8Array.of(1), socket.addr);
    const [received] = await socket.receive();
    assertEquals([...received], [1]);
    stop.abort();
    await running;
    socket.close();
    busy.close();
  },
);

pollerTest("keeps timers waiting for a nap at most", async (options) => {
  const poller = new Poller();
  const stop = new AbortController();
  const bell = bellSource(poller, () => {});
  const running = poller.run(stop.signal, options);
  bell.ring();
  let latest = 0;
  for (let i = 0; i < 20; i++) {
    const due = performance.now() + 1;
    await new Promise<void>((resolve) => after(1, resolve));
    latest = Math.max(latest, performance.now() - due);
  }
  // A nap ends when a timer is due; the rest is for a machine that is busy.
  assertEquals(latest < 150, true, `A timer was ${latest} ms late`);
  stop.abort();
  await running;
  bell.close();
});

pollerTest("lets the event loop answer while packets trickle in", async (options) => {
  const poller = new Poller();
  const stop = new AbortController();
  const bell = bellSource(poller, () => {});
  const endTrickle = every(50, () => bell.ring());
  const running = poller.run(stop.signal, options);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("well"),
  );
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const begun = performance.now();
    const response = await fetch(`http://127.0.0.1:${server.addr.port}`, {
      headers: { connection: "close" },
    });
    assertEquals(await response.text(), "well");
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  assertEquals(times[2]! < 300, true, `An answer took ${times[2]} ms`);
  endTrickle();
  await server.shutdown();
  stop.abort();
  await running;
  bell.close();
});

pollerTest("goes on with what a source kept back, though it is not readable", async (options) => {
  const poller = new Poller();
  const stop = new AbortController();
  let kept = 5;
  const source = newBell();
  poller.add(source.handle, () => {
    if (source.silence()) return "more";
    if (--kept > 0) return "more";
    stop.abort();
    return "some";
  });
  source.ring();
  await poller.run(stop.signal, options);
  assertEquals(kept, 0);
  source.close();
});

pollerTest("leaves alone what another drain has just removed", async (options) => {
  const poller = new Poller();
  const stop = new AbortController();
  const second = newBell();
  let rings = 0;
  const first = bellSource(poller, () => {
    // The first time only makes a poller nap that may.
    if (++rings === 1) return;
    poller.remove(second.handle);
    after(5, () => stop.abort());
  });
  let drained = 0;
  poller.add(second.handle, () => {
    drained++;
    return second.silence() ? "some" : "nothing";
  });
  const running = poller.run(stop.signal, options);
  first.ring();
  while (rings === 0) await nextTurn();
  drained = 0;
  first.ring();
  second.ring();
  await running;
  assertEquals(drained, 0);
  first.close();
  second.close();
});

pollerTest("hears what comes one right behind the other", async (options) => {
  const poller = new Poller();
  const stop = new AbortController();
  let rings = 0;
  const bell = bellSource(poller, () => {
    if (++rings === 1000) stop.abort();
    else bell.ring();
  });
  bell.ring();
  await poller.run(stop.signal, options);
  assertEquals(rings, 1000);
  bell.close();
});

pollerTest("stops while it waits, keeps no descriptor, and can run again", async (options) => {
  const poller = new Poller();
  const before = countDescriptors();
  for (let i = 0; i < 3; i++) {
    const stop = new AbortController();
    const running = poller.run(stop.signal, options);
    await nextTurn();
    stop.abort();
    await running;
  }
  assertEquals(countDescriptors(), before);
}, "linux");

pollerTest("does nothing when it was stopped before it started", async (options) => {
  await new Poller().run(AbortSignal.abort(), options);
});

for (const drained of ["nothing", "some"] as const) {
  pollerTest(
    `loses no wake-up: each asks for one pass more, where that finds ${drained}`,
    async (options) => {
      const poller = new Poller();
      const stop = new AbortController();
      const idle = newBell();
      let passes = 0;
      let passed = () => {};
      poller.add(idle.handle, () => {
        passes++;
        passed();
        return drained;
      });
      const running = poller.run(stop.signal, options);
      for (let i = 0; i < 1000; i++) {
        const again = new Promise<void>((resolve) => passed = resolve);
        poller.wake();
        await again;
      }
      assertEquals(passes >= 1000, true);
      stop.abort();
      await running;
      idle.close();
    },
  );
}

/** Hears how long each `poll` may take, in milliseconds, until it is disposed of. */
function overhearPoll(listen: (timeout: number) => void): Disposable {
  const calls = libc();
  const { poll } = calls;
  const heard: typeof poll = (array, count, timeout) => {
    listen(timeout);
    return poll(array, count, timeout);
  };
  Object.assign(calls, { poll: heard });
  return { [Symbol.dispose]: () => void Object.assign(calls, { poll }) };
}

/** Hides what the descriptors of this process are, until it is disposed of. */
function hideLinks(): Disposable {
  const { readLinkSync } = Deno;
  const hidden: typeof readLinkSync = () => {
    throw new Deno.errors.NotFound();
  };
  Object.assign(Deno, { readLinkSync: hidden });
  return { [Symbol.dispose]: () => void Object.assign(Deno, { readLinkSync }) };
}

pollerTest("lets functions that wait for a packet go on before it naps", async (options) => {
  const poller = new Poller();
  const stop = new AbortController();
  let settle = () => {};
  const bell = bellSource(poller, () => settle());
  let isHeard = true;
  let early = 0;
  using _ = overhearPoll((timeout) => {
    if (timeout !== 0 && !isHeard) early++;
  });
  const running = poller.run(stop.signal, options);
  for (let i = 0; i < 20; i++) {
    const rung = new Promise<void>((resolve) => {
      settle = () => {
        isHeard = false;
        resolve();
      };
    });
    const one = async () => await rung;
    const two = async () => await one();
    const three = async () => await two();
    bell.ring();
    await three();
    isHeard = true;
  }
  stop.abort();
  await running;
  assertEquals(early, 0);
  bell.close();
}, "linux");

Deno.test({
  name: holdNeeds.title(
    "Poller that may nap naps for a few milliseconds if it can't see the event loop",
  ),
  ignore: holdNeeds.ignore,
  fn: async () => {
    using _hidden = hideLinks();
    const poller = new Poller();
    const stop = new AbortController();
    const bell = bellSource(poller, () => {});
    const timeouts = new Set<number>();
    using _ = overhearPoll((timeout) => timeouts.add(timeout));
    const running = poller.run(stop.signal, { mayHold: true });
    bell.ring();
    for (let i = 0; i < 20; i++) await nextTurn();
    stop.abort();
    await running;
    assertEquals([...timeouts].every((timeout) => timeout >= 0 && timeout <= 4), true);
    assertEquals(timeouts.has(4), true);
    bell.close();
  },
});

Deno.test({
  name: holdNeeds.title("Poller that may nap naps briefly after a packet, and looks for more"),
  ignore: holdNeeds.ignore,
  fn: async () => {
    const poller = new Poller();
    const stop = new AbortController();
    const bell = newBell();
    let looks = 0;
    poller.add(bell.handle, () => {
      looks++;
      return bell.silence() ? "some" : "nothing";
    });
    const naps: number[] = [];
    using _ = overhearPoll((length) => naps.push(length));
    const running = poller.run(stop.signal, { mayHold: true });
    bell.ring();
    await pause(200, stop.signal);
    stop.abort();
    await running;
    // 1, 4, and then one of 16 after the other until the timer.
    assertEquals(Math.max(...naps), 16);
    assertEquals(looks >= 5, true, `${looks} looks`);
    bell.close();
  },
});

Deno.test({
  name: holdNeeds.title("Poller that may nap naps until a timer is due, and few times"),
  ignore: holdNeeds.ignore,
  fn: async () => {
    const poller = new Poller();
    const stop = new AbortController();
    const naps: { length: number; longest: number }[] = [];
    using _ = overhearPoll((length) => naps.push({ length, longest: untilNextTimer() }));
    const running = poller.run(stop.signal, { mayHold: true });
    await pause(300, stop.signal);
    const tooLong = naps.filter(({ length, longest }) => length > Math.max(1, Math.ceil(longest)));
    assertEquals(tooLong, []);
    // 1, 4, 16, 64, the rest, and a few more until the runtime agrees that the timer is due.
    assertEquals(naps.length < 25, true, `${naps.length} naps`);
    assertEquals(naps.some(({ length }) => length > 100), true);
    stop.abort();
    await running;
  },
});

Deno.test({
  name: holdNeeds.title("Poller that may nap wakes up for what the event loop waits for"),
  ignore: holdNeeds.ignore,
  fn: async () => {
    const poller = new Poller();
    const stop = new AbortController();
    let longest = 0;
    using _ = overhearPoll((length) => longest = Math.max(longest, length));
    const running = poller.run(stop.signal, { mayHold: true });
    const begun = performance.now();
    // Both its output and its end arrive in the event loop.
    const { stdout } = await new Deno.Command("sh", { args: ["-c", "sleep 1.5; echo 1"] }).output();
    const taken = performance.now() - begun;
    assertEquals(stdout.length, 2);
    assertEquals(longest > 4_000, true, `The longest nap was meant to last ${longest} ms`);
    assertEquals(taken < 4_500, true, `That took ${taken} ms`);
    stop.abort();
    await running;
  },
});

pollerTest("lets what takes many turns of the event loop go on between naps", async (options) => {
  const poller = new Poller();
  const stop = new AbortController();
  const running = poller.run(stop.signal, options);
  await new Promise<void>((resolve) => after(50, resolve));
  const begun = performance.now();
  for (let i = 0; i < 16; i++) await new Promise((resolve) => setImmediate(resolve));
  const taken = performance.now() - begun;
  assertEquals(taken < 1_000, true, `That took ${taken} ms`);
  stop.abort();
  await running;
}, "linux");

pollerTest("takes on sources while it waits, and lets go of them", async (options) => {
  const poller = new Poller();
  const stop = new AbortController();
  const running = poller.run(stop.signal, options);
  await nextTurn();
  let rings = 0;
  let rung = () => {};
  const heard = new Promise<void>((resolve) => rung = resolve);
  const late = bellSource(poller, () => {
    rings++;
    rung();
  });
  late.ring();
  await heard;
  poller.remove(late.handle);
  late.ring();
  await nextTurn();
  assertEquals(rings, 1);
  stop.abort();
  await running;
  late.close();
});

pollerTest("fails with what a drain threw, and keeps no descriptor", async (options) => {
  const poller = new Poller();
  const source = newBell();
  const before = countDescriptors();
  poller.add(source.handle, () => {
    throw new RangeError("Broken source");
  });
  await assertRejects(
    () => poller.run(new AbortController().signal, options),
    RangeError,
    "Broken source",
  );
  assertEquals(countDescriptors(), before);
  source.close();
}, "linux");

pollerTest("refuses to run twice at a time", async (options) => {
  const poller = new Poller();
  const stop = new AbortController();
  const running = poller.run(stop.signal, options);
  await assertRejects(() => poller.run(stop.signal, options), TypeError, "twice");
  stop.abort();
  await running;
});

pollerTest("reports a descriptor that was closed and not removed", async (options) => {
  const poller = new Poller();
  const source = newBell();
  poller.add(source.handle, () => "nothing");
  const running = poller.run(new AbortController().signal, options);
  await nextTurn();
  source.close();
  poller.wake();
  await assertRejects(() => running, TypeError, "not removed");
});

pollerTest(
  "reports a descriptor that only ever reports errors, rather than spin",
  async (options) => {
    const poller = new Poller();
    // A TUN descriptor without an interface answers every poll at once with POLLERR.
    const unattached = handleOf(libc().open(cString("/dev/net/tun"), 2));
    poller.add(unattached, () => "nothing");
    const { signal } = new AbortController();
    await assertRejects(() => poller.run(signal, options), Error, "reports errors");
    libc().close(unattached);
  },
  "linux",
  "tun",
);

/** Lets the poller get as far as it can without being woken. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
