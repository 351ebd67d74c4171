import { assertEquals } from "@std/assert";
import { type SendTrouble, SendWatch } from "../../../io/udp/send_watch.ts";
import { FakeClock } from "../fakes.ts";

function make() {
  const clock = new FakeClock();
  const told: (SendTrouble | undefined)[] = [];
  const watch = new SendWatch((trouble) => told.push(trouble), clock);
  return { clock, told, watch };
}

Deno.test("send watch: a second of failures alone is reported once, and so is its end", () => {
  const { clock, told, watch } = make();
  watch.sent();
  for (let i = 0; i < 5; i++) {
    watch.failed("ENETUNREACH");
    clock.moveTo(clock.time + 300);
  }
  assertEquals([told, watch.trouble], [["ENETUNREACH"], "ENETUNREACH"]);
  watch.failed("ENETUNREACH");
  clock.moveTo(clock.time + 10_000);
  watch.sent();
  watch.sent();
  assertEquals([told, watch.trouble], [["ENETUNREACH", undefined], undefined]);
  watch.failed("EPERM");
  clock.moveTo(clock.time + 1_000);
  assertEquals(told.at(-1), "EPERM");
});

Deno.test("send watch: one failure in a while that nothing follows is enough, for clients send seldom", () => {
  const { clock, told, watch } = make();
  watch.failed("ENETDOWN");
  clock.moveTo(2_000);
  assertEquals(told, ["ENETDOWN"]);
});

Deno.test("send watch: nothing is reported while anything goes out, or if the datagram is the cause", () => {
  const { clock, told, watch } = make();
  for (let i = 0; i < 10; i++) {
    watch.failed("ENETUNREACH");
    clock.moveTo(clock.time + 500);
    watch.sent();
  }
  for (const code of ["EMSGSIZE", "EACCES", "EAGAIN", "EINVAL"] as const) watch.failed(code);
  clock.moveTo(clock.time + 5_000);
  assertEquals([told, clock.due], [[], []]);
});

Deno.test("send watch: what concerns only some datagrams is known after the first success between failures", () => {
  const { clock, watch } = make();
  assertEquals(watch.failed("ENOBUFS"), true);
  assertEquals([watch.failed("EPERM"), watch.failed("EPERM")], [false, false]);
  watch.sent();
  assertEquals(watch.failed("EPERM"), true);
  clock.moveTo(clock.time + 1_000);
  assertEquals([watch.trouble, watch.failed("EPERM")], ["EPERM", false]);
});
