import { assertEquals } from "@std/assert";
import { makeQualified } from "./kept_interface_fixture.ts";

/** A condition that others break, and that may stay so. */
function makeCondition() {
  const { kept, fake, clock, logged } = makeQualified();
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
  return { kept, fake, clock, logged, host };
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
    "What interface teredo needs of this host is as it should be again",
  ]);
});

Deno.test("kept interface: all that was wrong is said to be right again, once nothing is wrong", () => {
  const { kept, fake, clock, logged, host } = makeCondition();
  const goOn = () => clock.moveTo(clock.time + 1_000);
  host.isBroken = host.isStuck = true;
  fake.mayEnable = fake.hasIpv6 = false;
  kept.check();
  goOn();
  fake.mayEnable = true;
  goOn();
  assertEquals(kept.faults.length, 1);
  logged();
  host.isStuck = false;
  goOn();
  assertEquals(logged().slice(1), [
    "Interface teredo is as it should be again",
    "What interface teredo needs of this host is as it should be again",
  ]);
  goOn();
  fake.mayEnable = fake.hasIpv6 = false;
  kept.check();
  fake.mayEnable = true;
  goOn();
  // A warning is not repeated within a minute.
  assertEquals(logged(), ["Interface teredo is as it should be again"]);
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
