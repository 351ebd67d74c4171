import { assertEquals } from "@std/assert";
import { handleOf } from "../../../ffi/waiting.ts";
import type { NetworkNews } from "../../../ffi/link_monitor.ts";
import {
  type ChangeSource,
  interfaceChanges,
  linkChanges,
  ownInterfaceChecks,
  wakeUps,
} from "../../../io/network/network_changes.ts";
import { NetworkMonitor } from "../../../io/network/network_monitor.ts";
import { FakeClock, FakeWatcher } from "../fakes.ts";

const HANDLE = handleOf(7);

function address(name: string, cidr: string): Deno.NetworkInterfaceInfo {
  const [text] = cidr.split("/");
  return {
    ...{ name, address: text!, cidr, family: "IPv4", mac: "", netmask: "", scopeid: null },
  } as Deno.NetworkInterfaceInfo;
}

/** News of an interface. */
function newsOf(...interfaces: number[]): NetworkNews {
  const isRouting = false;
  return { isOwn: false, isRouting, isVague: false, interfaces: new Set(interfaces) };
}

/** Watches sources, and notes when the monitor tells of changes, and when of our own interface. */
function watch(make: (clock: FakeClock) => readonly ChangeSource[]) {
  const clock = new FakeClock();
  const stop = new AbortController();
  const told: number[] = [];
  const news: NetworkNews[] = [];
  const own: number[] = [];
  const monitor = new NetworkMonitor(make(clock), {
    onOwn: () => void own.push(clock.time),
    onChange(each) {
      told.push(clock.time);
      news.push(each);
    },
  }, clock);
  const ended = monitor.run(stop.signal);
  async function end() {
    stop.abort();
    await ended;
    assertEquals(clock.due, [], "no timer is left");
  }
  return { clock, told, news, own, end };
}

Deno.test("network monitor: a bunch of changes is reported once, half a second after the first", async () => {
  let changed = (_: NetworkNews) => {};
  const { clock, told, news, own, end } = watch(() => [(tell, signal) => {
    changed = tell;
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
  }]);
  changed(newsOf(3));
  clock.moveTo(1300);
  changed(newsOf(4));
  clock.moveTo(1499);
  assertEquals(told, []);
  clock.moveTo(2000);
  assertEquals([told, news, own], [[1500], [newsOf(3, 4)], []]);
  changed({ ...newsOf(), isRouting: true });
  changed({ ...newsOf(), isVague: true });
  clock.moveTo(3000);
  assertEquals(news.at(-1), { ...newsOf(), isRouting: true, isVague: true });
  assertEquals([told, own], [[1500, 2500], [2000, 2000]]);
  changed(newsOf(3));
  await end();
  assertEquals(told.length, 2, "what came at the end is not told any more");
});

Deno.test("network monitor: news of our interface is reported at once, and is not a change of the network", async () => {
  const own = { ...newsOf(), isOwn: true };
  let waiting: NetworkNews | undefined;
  const watcher = new FakeWatcher();
  const monitored = watch(() => [linkChanges({ handle: HANDLE, read: () => waiting }, watcher)]);
  const drain = watcher.drains.get(HANDLE)!;
  assertEquals(drain(), "nothing");
  monitored.clock.moveTo(2000);
  waiting = own;
  assertEquals(drain(), "some");
  waiting = newsOf(3);
  assertEquals(drain(), "some");
  monitored.clock.moveTo(3000);
  assertEquals([monitored.own, monitored.told], [[2000], [2500]]);
  await monitored.end();
  assertEquals(watcher.drains.size, 0);
});

Deno.test("network monitor: our own interface is looked at every five seconds", async () => {
  const { clock, own, told, end } = watch((clock) => [ownInterfaceChecks(clock)]);
  for (let i = 0; i < 3; i++) clock.moveTo(clock.time + 5_000);
  assertEquals([own, told], [[6_000, 11_000, 16_000], []]);
  await end();
});

Deno.test("network monitor: a look at the interfaces finds addresses that come and go, except our interface's", async () => {
  let interfaces = [address("eth0", "192.0.2.7/24")];
  const { clock, told, end } = watch((
    clock,
  ) => [interfaceChanges("teredo", clock, () => interfaces)]);
  clock.moveTo(6_000);
  interfaces = [...interfaces, address("teredo", "10.0.0.1/8")];
  clock.moveTo(11_000);
  clock.moveTo(12_000);
  assertEquals(told, []);
  interfaces = [address("eth0", "192.0.2.8/24")];
  clock.moveTo(16_000);
  clock.moveTo(17_000);
  assertEquals(told, [16_500]);
  await end();
});

Deno.test("network monitor: a host that slept is noticed, a busy or corrected one is not", async () => {
  let wall = 0;
  const { clock, told, end } = watch((clock) => [wakeUps(clock, () => wall)]);
  for (const elapsed of [5_000, 14_000, -3_600_000, 5_000]) {
    wall += elapsed;
    clock.moveTo(clock.time + 5_000);
  }
  clock.moveTo(clock.time + 1_000);
  assertEquals(told, []);
  wall += 60_000;
  clock.moveTo(clock.time + 5_000);
  clock.moveTo(clock.time + 1_000);
  assertEquals(told.length, 1);
  await end();
});
