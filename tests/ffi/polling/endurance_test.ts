import { assertEquals, assertThrows } from "@std/assert";
import { constants } from "node:os";
import { SystemError } from "../../../ffi/c/errno.ts";
import { Endurance, LastingFailure } from "../../../ffi/polling/endurance.ts";
import { requires } from "../../capabilities.ts";
import "../open_libc.ts";

const { title, ignore } = requires("linux");

function failure(code: "ENOMEM" | "EBADF" | "ENOTSOCK"): SystemError {
  return new SystemError("test", "read", constants.errno[code]);
}

function enduranceTest(name: string, fn: () => void): void {
  Deno.test({ name: title(`endurance: ${name}`), ignore, fn });
}

enduranceTest("pauses double up to the longest, and begin again after a success", () => {
  let now = 0;
  const endurance = new Endurance(8, () => now);
  const fail = () => endurance.pauseAfter(failure("ENOMEM"));
  assertEquals(Array.from({ length: 6 }, fail), [1, 2, 4, 8, 8, 8]);
  now = 30_000;
  assertEquals(fail(), 8);
  endurance.succeed();
  assertEquals([endurance.isFailing, fail(), endurance.isFailing], [false, 1, true]);
});

enduranceTest("after 30 s without a success the error is thrown, one that stays at once", () => {
  let now = 0;
  const endurance = new Endurance(undefined, () => now);
  endurance.pauseAfter(failure("ENOMEM"));
  now = 30_001;
  assertThrows(
    () => endurance.pauseAfter(failure("ENOMEM")),
    LastingFailure,
    "Cannot test: Cannot allocate memory (read: ENOMEM), for 30 s",
  );
  // Left by another call.
  assertEquals(new Endurance().pauseAfter(failure("ENOTSOCK")), 1);
  assertThrows(() => new Endurance().pauseAfter(failure("EBADF")), SystemError, "EBADF");
  assertThrows(() => new Endurance().pauseAfter(new TypeError("a bug")), TypeError, "a bug");
});
