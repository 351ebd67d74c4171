import { assertEquals, assertInstanceOf } from "@std/assert";
import { SystemError } from "../../../ffi/c/errno.ts";
import { ERROR_ACCESS_DENIED, windowsError } from "../../../ffi/windows/windows_error.ts";

Deno.test("windowsError: a known number has words, Windows' name, and the code of Unix", () => {
  const error = windowsError("make it", "WintunCreateAdapter", ERROR_ACCESS_DENIED, "Do this");
  assertInstanceOf(error, SystemError);
  assertEquals(
    error.message,
    "Cannot make it: access is denied (WintunCreateAdapter: ERROR_ACCESS_DENIED). Do this",
  );
  const { code, errno, syscall } = error;
  assertEquals({ code, errno, syscall }, {
    code: "EACCES",
    errno: 5,
    syscall: "WintunCreateAdapter",
  });
});

Deno.test("windowsError: a call that fails without a number has words too", () => {
  assertEquals(
    windowsError("make it", "WintunCreateAdapter", 0).message,
    "Cannot make it: Windows does not say why (WintunCreateAdapter: no error number)",
  );
});

Deno.test("windowsError: for an unknown number Windows has the words", () => {
  const error = windowsError("make it", "SetIpInterfaceEntry", 4242);
  assertEquals(
    error.message,
    'Cannot make it: "net helpmsg 4242" says why (SetIpInterfaceEntry: error 4242)',
  );
  assertEquals(error.code, "E4242");
});
