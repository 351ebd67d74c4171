import { assertEquals } from "@std/assert";
import { handleOf } from "../../../ffi/waiting.ts";
import { interfaceChanges, linkChanges, wakeUps } from "../../../io/network/network_changes.ts";
import { NetworkMonitor } from "../../../io/network/network_monitor.ts";
import { FakeClock, FakeWatcher } from "../fakes.ts";

const HANDLE = handleOf(7);

function address(name: string, cidr: string): Deno.NetworkInterfaceInfo {
  const [text] = cidr.split("/");
  return {
    ...{ name, address: text!, cidr, family: "IPv4", mac: "", netmask: "", scopeid: null },
  } as Deno.NetworkInterfaceInfo;
}

/** Watches one source, and counts what the monitor tells. */
function watch(make: (clock: FakeClock) => ConstructorParameters<typeof NetworkMonitor>[0]) {
  const clock = new FakeClock();
  const stop = new AbortController();
  const told: number[] = [];
  const monitor = new NetworkMonitor(make(clock), () => told.push(clock.time), clock);
  const ended = monitor.run(stop.signal);
  async function end() {
    stop.abort();
    await ended;
    assertEquals(clock.due, [], "no timer is left");
  }
  return { clock, told, end };
}

Deno.test("network monitor: a bunch of changes is told once, half a second after the first", async () => {
  let changed = () => {};
  const { clock, told, end } = watch(() => [(tell, signal) => {
    changed = tell;
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
  }]);
  changed();
  clock.moveTo(1300);
  changed();
  clock.moveTo(1499);
  assertEquals(told, []);
  clock.moveTo(2000);
  assertEquals(told, [1500]);
  changed();
  clock.moveTo(3000);
  assertEquals(told, [1500, 2500]);
  changed();
  await end();
  assertEquals(told.length, 2, "what came at the end is not told any more");
});

Deno.test("network monitor: what the kernel tells is news or not", async () => {
  let isNews = false;
  const watcher = new FakeWatcher();
  const { clock, told, end } = watch(
    () => [linkChanges({ handle: HANDLE, read: () => isNews }, watcher)],
  );
  const drain = watcher.drains.get(HANDLE)!;
  assertEquals(drain(), "nothing");
  clock.moveTo(2000);
  isNews = true;
  assertEquals(drain(), "some");
  clock.moveTo(3000);
  assertEquals(told, [2500]);
  await end();
  assertEquals(watcher.drains.size, 0);
});

Deno.test("network monitor: who looks sees addresses come and go, but not the own interface's", async () => {
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
