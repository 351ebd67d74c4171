import { assertEquals } from "@std/assert";
import { constants } from "node:os";
import { ERROR_NUMBERS } from "../../../ffi/darwin/error_numbers.ts";

Deno.test("Darwin's errors: the numbers are those of xnu's <sys/errno.h>", () => {
  const { EPERM, EINTR, EBUSY, EAGAIN, EAFNOSUPPORT, ENETUNREACH, ENOSYS, EOPNOTSUPP, EQFULL } =
    ERROR_NUMBERS;
  assertEquals(
    [EPERM, EINTR, EBUSY, EAGAIN, EAFNOSUPPORT, ENETUNREACH, ENOSYS, EOPNOTSUPP, EQFULL],
    [1, 4, 16, 35, 47, 51, 78, 102, 106],
  );
});

Deno.test({
  name: "Darwin's errors: node knows none by another number",
  // Not where a process only pretends: see tests/darwin/.
  ignore: Deno.build.vendor !== "apple",
  fn: () => {
    const differing = Object.entries(constants.errno)
      .filter(([name, number]) => (ERROR_NUMBERS[name] ?? number) !== number);
    // Those are one number to Darwin's sockets, and two to its headers.
    assertEquals(differing.filter(([name]) => name !== "EOPNOTSUPP"), []);
  },
});
