import { assertEquals } from "@std/assert";
import { Ipv6SwitchedOff } from "../../../ffi/interface.ts";
import { gatewayState, relayState } from "../../../io/host/wanted_state.ts";
import { parseIpv6 } from "../../../wire/ipv6_address.ts";
import {
  ADDRESS,
  client,
  make,
  makeQualified,
  ONE,
  OTHER,
  OWN,
  ROUTES,
  way,
} from "./kept_interface_fixture.ts";

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
