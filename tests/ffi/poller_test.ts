import { assertEquals, assertRejects } from "@std/assert";
import { EventFd } from "../../ffi/event_fd.ts";
import { libc } from "../../ffi/libc.ts";
import { Poller } from "../../ffi/poller.ts";
import { cString } from "../../ffi/struct.ts";
import { type Capability, requires } from "../capabilities.ts";
import "./open_libc.ts";

function pollerTest(name: string, body: () => Promise<void>, ...needs: Capability[]): void {
  const { title, ignore } = requires("linux", ...needs);
  Deno.test({ name: title(`Poller ${name}`), ignore, fn: body });
}

/** A descriptor that can be made readable, and what to do when it is. */
function bellSource(poller: Poller, onRing: () => void): EventFd {
  const bell = new EventFd();
  poller.add(bell.fd, () => {
    const rung = bell.silence();
    if (rung) onRing();
    return rung;
  });
  return bell;
}

function countDescriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

pollerTest("wakes from its wait when a descriptor becomes readable", async () => {
  const poller = new Poller();
  const stop = new AbortController();
  const bell = bellSource(poller, () => stop.abort());
  const running = poller.run(stop.signal);
  await nextTurn();
  bell.ring();
  await running;
  bell.close();
});

pollerTest("notices what became readable before it began to wait", async () => {
  const poller = new Poller();
  const stop = new AbortController();
  const bell = bellSource(poller, () => stop.abort());
  bell.ring();
  await poller.run(stop.signal);
  bell.close();
});

pollerTest("hears every source, while one of them never runs dry", async () => {
  const poller = new Poller();
  const stop = new AbortController();
  const busy = new EventFd();
  poller.add(busy.fd, () => true);
  const bell = bellSource(poller, () => stop.abort());
  setTimeout(() => bell.ring(), 1);
  await poller.run(stop.signal);
  busy.close();
  bell.close();
});

pollerTest("gives timers and sockets their turn, while a source never runs dry", async () => {
  const poller = new Poller();
  const stop = new AbortController();
  const busy = new EventFd();
  poller.add(busy.fd, () => true);
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const running = poller.run(stop.signal);
  await new Promise((resolve) => setTimeout(resolve, 1));
  await socket.send(Uint8Array.of(1), socket.addr);
  const [received] = await socket.receive();
  assertEquals([...received], [1]);
  stop.abort();
  await running;
  socket.close();
  busy.close();
});

pollerTest("stops while it waits, keeps no descriptor, and can run again", async () => {
  const poller = new Poller();
  const before = countDescriptors();
  for (let i = 0; i < 3; i++) {
    const stop = new AbortController();
    const running = poller.run(stop.signal);
    await nextTurn();
    stop.abort();
    await running;
  }
  assertEquals(countDescriptors(), before);
});

pollerTest("does nothing when it was stopped before it started", async () => {
  await new Poller().run(AbortSignal.abort());
});

pollerTest("loses no wake-up: each asks for one pass more", async () => {
  const poller = new Poller();
  const stop = new AbortController();
  const idle = new EventFd();
  let passes = 0;
  let passed = () => {};
  poller.add(idle.fd, () => {
    passes++;
    passed();
    return false;
  });
  const running = poller.run(stop.signal);
  for (let i = 0; i < 1000; i++) {
    const again = new Promise<void>((resolve) => passed = resolve);
    poller.wake();
    await again;
  }
  assertEquals(passes >= 1000, true);
  stop.abort();
  await running;
  idle.close();
});

pollerTest("takes on sources while it waits, and lets go of them", async () => {
  const poller = new Poller();
  const stop = new AbortController();
  const running = poller.run(stop.signal);
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
  poller.remove(late.fd);
  late.ring();
  await nextTurn();
  assertEquals(rings, 1);
  stop.abort();
  await running;
  late.close();
});

pollerTest("fails with what a drain threw, and keeps no descriptor", async () => {
  const poller = new Poller();
  const source = new EventFd();
  const before = countDescriptors();
  poller.add(source.fd, () => {
    throw new RangeError("Broken source");
  });
  await assertRejects(() => poller.run(new AbortController().signal), RangeError, "Broken source");
  assertEquals(countDescriptors(), before);
  source.close();
});

pollerTest("refuses to run twice at a time", async () => {
  const poller = new Poller();
  const stop = new AbortController();
  const running = poller.run(stop.signal);
  await assertRejects(() => poller.run(stop.signal), TypeError, "twice");
  stop.abort();
  await running;
});

pollerTest("reports a descriptor that was closed and not removed", async () => {
  const poller = new Poller();
  const source = new EventFd();
  poller.add(source.fd, () => false);
  const running = poller.run(new AbortController().signal);
  await nextTurn();
  source.close();
  poller.wake();
  await assertRejects(() => running, TypeError, "not removed");
});

pollerTest("reports a descriptor that only ever reports errors, rather than spin", async () => {
  const poller = new Poller();
  // A TUN descriptor without an interface answers every poll at once with POLLERR.
  const unattached = libc().open(cString("/dev/net/tun"), 2);
  poller.add(unattached, () => false);
  const { signal } = new AbortController();
  await assertRejects(() => poller.run(signal), Error, "reports errors");
  libc().close(unattached);
}, "tun");

/** Lets the poller get as far as it can without being woken. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
