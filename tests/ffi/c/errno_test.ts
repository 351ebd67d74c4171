import { assertEquals, assertInstanceOf } from "@std/assert";
import { errnoName, errnoNumber, errnoText, SystemError } from "../../../ffi/c/errno.ts";
import { errno, libc } from "../../../ffi/c/libc.ts";
import { requires } from "../../capabilities.ts";
import "../open_libc.ts";

const { title, ignore } = requires("linux");

Deno.test({
  name: title("errno() tells why the call before it failed"),
  ignore,
  fn: () => {
    assertEquals(libc().close(-1), -1);
    assertEquals(errnoName(errno()), "EBADF");
    assertEquals(libc().socket(-1, -1, -1), -1);
    assertEquals(errnoName(errno()), "EINVAL");
  },
});

Deno.test({
  name: title("errno() is that of the thread: a worker has its own"),
  ignore,
  fn: async () => {
    assertEquals(libc().socket(-1, -1, -1), -1);
    const worker = new Worker(new URL("fixtures/errno_worker.ts", import.meta.url), {
      type: "module",
    });
    const { promise, resolve } = Promise.withResolvers<unknown>();
    worker.onmessage = ({ data }) => resolve(data);
    assertEquals(await promise, "EBADF");
    assertEquals(errnoName(errno()), "EINVAL");
    worker.terminate();
  },
});

Deno.test({
  name: title("errnoName() gives the name that C programs use, and errnoNumber() its number"),
  ignore,
  fn: () => {
    const expected = {
      ...{ 1: "EPERM", 11: "EAGAIN", 16: "EBUSY", 77: "EBADFD", 95: "EOPNOTSUPP" },
      101: "ENETUNREACH",
    };
    for (const [number, name] of Object.entries(expected)) {
      assertEquals(errnoName(Number(number)), name);
      assertEquals(errnoNumber(errnoName(Number(number))), Number(number));
    }
    assertEquals(errnoName(9999), "E9999");
    assertEquals(errnoNumber("E9999"), 9999);
  },
});

Deno.test({
  name: title("SystemError says what was attempted, what is wrong and what to do"),
  ignore,
  fn: () => {
    const error = new SystemError("open the door", "open", 1, "Ask for the key");
    assertInstanceOf(error, Error);
    assertEquals(error.name, "SystemError");
    assertEquals([error.syscall, error.errno, error.code], ["open", 1, "EPERM"]);
    assertEquals(errnoText(1), "Operation not permitted");
    assertEquals(
      error.message,
      "Cannot open the door: Operation not permitted (open: EPERM). Ask for the key",
    );
  },
});
