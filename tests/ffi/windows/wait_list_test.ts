/** Waiting for events: on Windows, and under wine. */
import { assertEquals } from "@std/assert";
import { NOT_OPEN, READABLE, type WaitHandle } from "../../../ffi/waiting.ts";
import { WindowsEvent } from "../../../ffi/windows/event.ts";
import { EventList } from "../../../ffi/windows/wait_list.ts";
import "../open_libc.ts";

function test(name: string, fn: (events: WindowsEvent[], list: EventList<string>) => unknown) {
  Deno.test({
    name: `EventList: ${name}`,
    ignore: Deno.build.os !== "windows",
    fn: async () => {
      const events = [new WindowsEvent(), new WindowsEvent(), new WindowsEvent()];
      const [bell, first, second] = events.map(({ handle }) => handle);
      const sources = new Map<WaitHandle, string>([[first!, "first"], [second!, "second"]]);
      await fn(events, new EventList([bell!], sources));
      for (const event of events) event.close();
    },
  });
}

function conditions(list: EventList<string>): number[] {
  return Array.from({ length: list.length }, (_, i) => list.condition(i));
}

test("knows its handles and their sources", (events, list) => {
  assertEquals(list.length, 3);
  assertEquals([0, 1, 2].map((i) => list.handle(i)), events.map(({ handle }) => handle));
  assertEquals([1, 2].map((i) => list.source(i)), ["first", "second"]);
});

test("finds nothing while no event is set", (_events, list) => {
  assertEquals(list.wait(1), 0);
  assertEquals(conditions(list), [0, 0, 0]);
});

test("finds each event that is set, and not only the first", (events, list) => {
  events[0]!.ring();
  events[2]!.ring();
  assertEquals(list.wait(0), 2);
  assertEquals(conditions(list), [READABLE, 0, READABLE]);
  assertEquals([events[0]!.silence(), events[0]!.silence()], [true, false]);
  assertEquals(list.wait(0), 1);
  assertEquals(conditions(list), [0, 0, READABLE]);
});

test("waits on another thread until an event is set", async (events, list) => {
  const waiting = list.waitOnThread();
  events[1]!.ring();
  assertEquals(await waiting, 1);
  assertEquals(conditions(list), [0, READABLE, 0]);
});

test("names the handle that is not open, and works without it", (events, list) => {
  events[2]!.close();
  events[1]!.ring();
  assertEquals(list.wait(0), 2);
  assertEquals(conditions(list), [0, READABLE, NOT_OPEN]);
  list.check();
  events[2] = new WindowsEvent();
});
