import { assertEquals } from "@std/assert";
import {
  type Interface,
  InterfaceGone,
  Ipv6SwitchedOff,
  type Prefix,
} from "../../../ffi/interface.ts";
import type { RouteAnswer } from "../../../ffi/route.ts";
import { KeptInterface } from "../../../io/host/kept_interface.ts";
import {
  clientState,
  DEFAULT_ROUTE,
  gatewayState,
  relayState,
} from "../../../io/host/wanted_state.ts";
import { openLog } from "../../../cli/process/open_log.ts";
import { formatIpv6, parseIpv6 } from "../../../wire/ipv6_address.ts";
import { FakeClock } from "../fakes.ts";

const ONE = parseIpv6("2001:0:5301:101:1:2:3:4")!;
const OTHER = parseIpv6("2001:0:5301:101:5:6:7:8")!;
const OWN = 7;
const ADDRESS = "2001:0:5301:101:1:2:3:4/128";
const ROUTES = ["2001::/32 1024", "::/0 1029"];

/** An interface of a kernel that keeps what it is given, as the real one does. */
class FakeInterface implements Interface {
  isUp = false;
  mtu = 1500;
  hasIpv6 = true;
  dropped = 0;
  isGone = false;
  otherName: string | undefined;
  /** Whether settings below /proc can be changed. */
  mayEnable = true;
  readonly has = new Set<string>();
  /** Changes, not those that change nothing. */
  readonly calls: string[] = [];

  readLink() {
    if (this.isGone) throw new InterfaceGone("it is gone");
    const { isUp, mtu, hasIpv6, dropped } = this;
    return { isUp, mtu, hasIpv6, dropped };
  }

  restoreName(): string | undefined {
    const name = this.otherName;
    this.otherName = undefined;
    return name;
  }

  setQueueLength(): void {}

  enableIpv6(): void {
    if (!this.mayEnable) throw new Ipv6SwitchedOff("IPv6 is switched off: switch it on");
    this.hasIpv6 = true;
    this.calls.push("ipv6");
  }

  setMtu(octets: number): void {
    this.mtu = octets;
    this.calls.push(`mtu ${octets}`);
  }

  bringUp(): void {
    this.isUp = true;
    this.calls.push("up");
  }

  takeDown(): void {
    this.isUp = false;
    this.calls.push("down");
  }

  addAddress(address: Uint8Array, length: number): boolean {
    return this.#add(`${formatIpv6(address)}/${length}`);
  }

  removeAddress(address: Uint8Array, length: number): void {
    this.#remove(`${formatIpv6(address)}/${length}`);
  }

  addRoute({ address, length }: Prefix, metric?: number): boolean {
    return this.#add(`${formatIpv6(address)}/${length} ${metric}`);
  }

  removeRoute({ address, length }: Prefix, metric?: number): void {
    this.#remove(`${formatIpv6(address)}/${length} ${metric}`);
  }

  close(): void {}

  /** What happens when IPv6 is switched off, or the link goes down. */
  lose(): void {
    this.has.clear();
  }

  #add(what: string): boolean {
    if (this.has.has(what)) return false;
    this.has.add(what);
    this.calls.push(`+ ${what}`);
    return true;
  }

  #remove(what: string): void {
    if (this.has.delete(what)) this.calls.push(`- ${what}`);
  }
}

function make() {
  const lines: string[] = [];
  const fake = new FakeInterface();
  const clock = new FakeClock();
  /** How the kernel would send to the IPv6 Internet; all else goes through our own interface. */
  const native: { way: RouteAnswer } = { way: way(OWN, ONE) };
  const kept = new KeptInterface({
    name: "teredo",
    index: OWN,
    configuration: fake,
    endOf: (obstacle) => obstacle instanceof InterfaceGone ? obstacle : undefined,
    routeAdvice: (to) => `with "ip -6 route get ${to}" and "ip -6 rule"`,
    findRoute: (to) => to === DEFAULT_ROUTE.example ? native.way : way(OWN, ONE),
    log: openLog("info", (line) => lines.push(line.slice(line.indexOf(" ") + 1).trim())),
    clock,
  });
  const logged = () => lines.splice(0).map((line) => line.replace(/^\S+ +/, ""));
  return { fake, clock, kept, native, logged, calls: fake.calls };
}

function way(interfaceIndex: number, source: Uint8Array): RouteAnswer {
  return { interfaceIndex, interfaceName: "wg0", source, gateway: undefined };
}

function client(address: Uint8Array | undefined, mtu = 1280, hasDefaultRoute = true) {
  return clientState({ address, mtu, hasDefaultRoute });
}

/** Qualified, and everything about it forgotten. */
function makeQualified() {
  const all = make();
  all.kept.want(client(ONE));
  all.calls.length = 0;
  assertEquals(all.logged(), []);
  all.clock.moveTo(all.clock.time + 1_000);
  return all;
}

Deno.test("kept interface: it comes up, and gets address and routes when qualified", () => {
  const { kept, calls, logged } = make();
  kept.want(client(undefined));
  assertEquals(calls.splice(0), ["mtu 1280", "up"]);
  kept.want(client(ONE));
  assertEquals(calls, [`+ ${ADDRESS}`, ...ROUTES.map((route) => `+ ${route}`)]);
  assertEquals([logged(), kept.faults], [[], []]);
});

Deno.test("kept interface: a relay's has the route to all clients, and no address", () => {
  const { kept, calls } = make();
  kept.want(relayState(1280));
  assertEquals(calls, ["mtu 1280", "up", "+ 2001::/32 1025"]);
});

Deno.test("kept interface: a changed mapping replaces the address and keeps the routes", () => {
  const { kept, calls } = makeQualified();
  kept.want(client(OTHER));
  assertEquals(calls, ["+ 2001:0:5301:101:5:6:7:8/128", `- ${ADDRESS}`]);
});

Deno.test("kept interface: the default route comes and goes, and nothing else with it", () => {
  const { kept, calls } = makeQualified();
  kept.want(client(ONE, 1280, false));
  assertEquals(calls.splice(0), ["- ::/0 1029"]);
  kept.want(client(ONE));
  assertEquals(calls, ["+ ::/0 1029"]);
});

Deno.test("kept interface: off-line, routes and address go", () => {
  const { kept, calls } = makeQualified();
  kept.want(client(undefined));
  assertEquals(calls.splice(0), [...ROUTES.map((route) => `- ${route}`), `- ${ADDRESS}`]);
  kept.want(client(undefined));
  assertEquals(calls, []);
});

Deno.test("kept interface: another MTU is set, the same one is left alone", () => {
  const { kept, calls } = makeQualified();
  kept.want(client(ONE, 1300));
  kept.want(client(ONE, 1300));
  assertEquals(calls, ["mtu 1300"]);
});

Deno.test("kept interface: what something else took is restored, and reported", () => {
  const { kept, fake, calls, logged } = makeQualified();
  fake.lose();
  Object.assign(fake, { isUp: false, mtu: 1400, hasIpv6: false });
  kept.check();
  assertEquals(calls.splice(0), [
    ...["mtu 1280", "ipv6", "up", `+ ${ADDRESS}`],
    ...ROUTES.map((route) => `+ ${route}`),
  ]);
  assertEquals(logged(), [
    "Something changed interface teredo. Restored: the link was down, the MTU was 1400, " +
    "IPv6 was switched off, the address 2001:0:5301:101:1:2:3:4 was missing, " +
    "the route 2001::/32 was missing, the route ::/0 was missing",
  ]);
  assertEquals(kept.faults, []);
});

Deno.test("kept interface: with an MTU too small for IPv6 it is taken down first, to stay silent", () => {
  const { kept, fake, calls } = makeQualified();
  fake.lose();
  fake.mtu = 1279;
  kept.check();
  assertEquals(calls.slice(0, 3), ["down", "mtu 1280", "up"]);
});

Deno.test("kept interface: a check that finds everything changes and says nothing", () => {
  const { kept, calls, clock, logged } = makeQualified();
  kept.check();
  clock.moveTo(clock.time + 10_000);
  kept.check();
  assertEquals([calls, logged(), clock.due], [[], [], []]);
});

Deno.test("kept interface: what is undone again and again costs five checks a second and two lines a minute, and is a fault", () => {
  const { kept, fake, clock, calls, logged } = makeQualified();
  for (let i = 0; i < 1_000; i++) {
    fake.lose();
    kept.check();
    clock.moveTo(clock.time + 10);
  }
  const restored = calls.filter((call) => call === `+ ${ADDRESS}`).length;
  assertEquals([restored, logged().length], [51, 2]);
  assertEquals(kept.faults.map(({ type }) => type), ["incomplete"]);
  for (let i = 0; i < 12; i++) clock.moveTo(clock.time + 1_000);
  assertEquals([kept.faults, logged()], [[], ["Interface teredo is as it should be again"]]);
  clock.moveTo(clock.time + 60_000);
  fake.lose();
  kept.check();
  assertEquals(logged().length, 1);
  assertEquals(kept.faults, []);
});

Deno.test("kept interface: what the kernel refuses is a fault until it agrees, asked every second", () => {
  const { kept, fake, clock, logged } = makeQualified();
  fake.lose();
  Object.assign(fake, { hasIpv6: false, mayEnable: false });
  kept.check();
  const message = "IPv6 is switched off: switch it on";
  assertEquals([kept.faults, logged()], [[{ type: "incomplete", message }], [message]]);
  for (let i = 0; i < 10; i++) clock.moveTo(clock.time + 1_000);
  assertEquals([kept.faults.length, logged()], [1, []]);
  fake.mayEnable = true;
  clock.moveTo(clock.time + 1_000);
  assertEquals(kept.faults, []);
  assertEquals([...fake.has], [ADDRESS, ...ROUTES]);
  assertEquals(logged().at(-1), "Interface teredo is as it should be again");
  assertEquals(clock.due, []);
});

Deno.test("kept interface: without IPv6 from the start it waits, and takes what it should have then", () => {
  const { kept, fake, clock } = make();
  Object.assign(fake, { hasIpv6: false, mayEnable: false });
  kept.want(client(undefined));
  kept.want(client(ONE));
  assertEquals(kept.obstacle instanceof Ipv6SwitchedOff, true);
  fake.mayEnable = true;
  clock.moveTo(clock.time + 1_000);
  assertEquals([[...fake.has], kept.obstacle], [[ADDRESS, ...ROUTES], undefined]);
});

Deno.test("kept interface: what could not be removed is removed later", () => {
  const { kept, fake, clock } = makeQualified();
  Object.assign(fake, { hasIpv6: false, mayEnable: false });
  kept.want(client(OTHER));
  fake.mayEnable = true;
  clock.moveTo(clock.time + 1_000);
  assertEquals([...fake.has].sort(), ["2001:0:5301:101:5:6:7:8/128", ...ROUTES].sort());
});

for (
  const [what, way_, words] of [
    ["another interface", way(9, parseIpv6("fd00::7")!), "leave through interface wg0, not teredo"],
    ["an unreachable route", "none", "cannot leave this host"],
  ] as const
) {
  Deno.test(`kept interface: ${what} that wins over our default route is a fault`, () => {
    const { kept, native, clock, logged } = makeQualified();
    native.way = way_;
    kept.check();
    const [fault] = kept.faults;
    assertEquals(fault?.type, "detour");
    assertEquals(fault?.message.startsWith(`Packets to the IPv6 Internet ${words}. `), true);
    assertEquals(logged(), [fault?.message]);
    native.way = way(OWN, ONE);
    clock.moveTo(clock.time + 1_000);
    assertEquals([kept.faults, logged()], [[], ["Interface teredo is as it should be again"]]);
  });
}

Deno.test("kept interface: native IPv6 may win over our default route, and some systems cannot be asked", () => {
  const { kept, native, clock } = makeQualified();
  for (const each of [way(9, parseIpv6("2a00::7")!), "unknown"] as const) {
    native.way = each;
    kept.check();
    clock.moveTo(clock.time + 1_000);
    assertEquals(kept.faults, []);
  }
});

Deno.test("kept interface: it counts drops, also when the interface is gone", () => {
  const { kept, fake } = makeQualified();
  fake.dropped = 3;
  assertEquals(kept.dropped, 3);
  fake.isGone = true;
  assertEquals(kept.dropped, 3);
});

Deno.test("kept interface: once closed, it changes nothing any more", () => {
  const { kept, fake, clock, calls } = makeQualified();
  fake.mayEnable = fake.hasIpv6 = false;
  kept.check();
  kept.close();
  kept.close();
  assertEquals(clock.due, []);
  fake.lose();
  kept.check();
  assertEquals(calls, []);
});

Deno.test("a route that is wanted again stays, even if it is described anew", () => {
  const { kept, fake, calls } = make();
  const { mtu, routes } = gatewayState(1280);
  kept.want({ mtu, routes });
  kept.want({ mtu, routes: routes.map((route) => ({ ...route })) });
  assertEquals(calls, ["mtu 1280", "up", "+ 2001::/32 1"]);
  assertEquals([...fake.has], ["2001::/32 1"]);
});

Deno.test("kept interface: a name that somebody changed is restored", () => {
  const { fake, kept, logged } = makeQualified();
  fake.otherName = "other";
  kept.check();
  assertEquals(logged(), ['Something changed interface teredo. Restored: its name was "other"']);
});

Deno.test("kept interface: one that is gone is said to be, and left alone", async () => {
  const { fake, kept, clock, logged } = makeQualified();
  fake.isGone = true;
  kept.check();
  assertEquals(`${await kept.gone}`, "InterfaceGone: it is gone");
  assertEquals([logged(), clock.due], [[], []]);
});

/** A condition that others break, and that may stay so. */
function makeCondition() {
  const { kept, clock, logged } = makeQualified();
  const host = { isBroken: false, isStuck: false };
  kept.require({
    restore() {
      if (host.isBroken && host.isStuck) throw new Error("It stays off: switch it on");
      const was = host.isBroken;
      host.isBroken = false;
      return was ? "Something switched it off. It is on again" : undefined;
    },
    isReported: true,
    contested: "Another program keeps switching it off",
  });
  return { kept, clock, logged, host };
}

Deno.test("kept interface: a condition that others break is put right, and that is said", () => {
  const { kept, clock, logged, host } = makeCondition();
  kept.check();
  assertEquals(logged(), []);
  host.isBroken = true;
  clock.moveTo(clock.time + 1_000);
  kept.check();
  assertEquals([host.isBroken, kept.faults], [false, []]);
  assertEquals(logged(), ["Something switched it off. It is on again"]);
});

Deno.test("kept interface: a condition that stays broken is a fault until it can be put right", () => {
  const { kept, clock, logged, host } = makeCondition();
  host.isBroken = host.isStuck = true;
  kept.check();
  const message = "It stays off: switch it on";
  assertEquals(kept.faults, [{ type: "incomplete", message }]);
  assertEquals(logged(), [message]);
  clock.moveTo(clock.time + 5_000);
  assertEquals([kept.faults.length, logged()], [1, []]);
  host.isStuck = false;
  clock.moveTo(clock.time + 1_000);
  assertEquals([host.isBroken, kept.faults], [false, []]);
  assertEquals(logged(), [
    "Something switched it off. It is on again",
    "Interface teredo is as it should be again",
  ]);
});

Deno.test("kept interface: a condition that is broken again and again is a fault for a while", () => {
  const { kept, clock, host } = makeCondition();
  for (let i = 0; i < 4; i++) {
    host.isBroken = true;
    kept.check();
    clock.moveTo(clock.time + 1_000);
  }
  const message = "Another program keeps switching it off";
  assertEquals(kept.faults, [{ type: "incomplete", message }]);
  for (let i = 0; i < 10; i++) clock.moveTo(clock.time + 1_000);
  assertEquals(kept.faults, []);
});
