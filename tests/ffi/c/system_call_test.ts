import { constants } from "node:os";
import { assertEquals, assertThrows } from "@std/assert";
import { SystemError } from "../../../ffi/c/errno.ts";
import { failWith } from "../../../ffi/c/libc.ts";
import { insist, outcomeOf } from "../../../ffi/c/system_call.ts";
import { requires } from "../../capabilities.ts";
import "../open_libc.ts";

type Step = number | keyof typeof constants.errno;

/** A call that gives these results one after the other, and then the last one. */
function scripted(...steps: Step[]): { call: () => number; readonly made: number } {
  const script = {
    made: 0,
    call(): number {
      const step = steps[Math.min(script.made++, steps.length - 1)]!;
      return typeof step === "number" ? step : failWith(constants.errno[step]);
    },
  };
  return script;
}

function outcome(...steps: Step[]): readonly [outcome: number, made: number] {
  const script = scripted(...steps);
  return [outcomeOf(() => script.call()), script.made];
}

const { EIO, ENOENT, EAGAIN, EINTR } = constants.errno;

Deno.test("outcomeOf() gives the result of a call that succeeds, and asks no more", () => {
  assertEquals(outcome(0), [0, 1]);
  assertEquals(outcome(7), [7, 1]);
});

Deno.test("outcomeOf() believes an error that two calls in a row give", () => {
  assertEquals(outcome("EIO"), [-EIO, 2]);
  assertEquals(outcome("ENOENT", "EAGAIN", "EAGAIN", 5), [-EAGAIN, 3]);
});

Deno.test("outcomeOf() takes no error that asking again does not give for one", () => {
  assertEquals(outcome("ENOENT", 5), [5, 2]);
  assertEquals(outcome("ENOENT", "EIO", "ENOENT", 5), [5, 4]);
});

Deno.test("outcomeOf() goes on after signals, and comes to an end whatever happens", () => {
  assertEquals(outcome("EINTR", "EINTR", "EINTR", 5), [5, 4]);
  assertEquals(outcome("EINTR"), [-EINTR, 8]);
  const script = Array.from({ length: 100 }, (_, i): Step => i % 2 === 0 ? "EIO" : "ENOENT");
  assertEquals(outcome(...script), [-ENOENT, 8]);
});

const { title, ignore } = requires("linux");

Deno.test({
  name: title("insist() throws what failed and what to do, once that is certain"),
  ignore,
  fn: () => {
    const remedy = (code: string) => `Do something about ${code}`;
    const call = scripted("ENOENT", "EIO", "EIO").call;
    const error = assertThrows(() => insist("open the door", "open", call, remedy), SystemError);
    assertEquals((error as SystemError).code, "EIO");
    assertEquals(
      (error as SystemError).message,
      "Cannot open the door: Input/output error (open: EIO). Do something about EIO",
    );
    assertEquals(insist("open the door", "open", scripted("EIO", 3).call, remedy), 3);
  },
});
