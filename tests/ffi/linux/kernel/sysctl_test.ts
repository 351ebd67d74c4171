import { assertEquals, assertThrows } from "@std/assert";
import { readSysctl, writeSysctl } from "../../../../ffi/linux/kernel/sysctl.ts";
import { SystemError } from "../../../../ffi/c/errno.ts";
import { requires } from "../../../capabilities.ts";
import { namespaceTest, run } from "../../namespace.ts";
import "../../open_libc.ts";

const { url } = import.meta;
const FORWARDING = "net/ipv6/conf/all/forwarding";

namespaceTest(url, "sysctl: a setting is written and read", ["linux"], () => {
  writeSysctl(FORWARDING, "1");
  assertEquals(readSysctl(FORWARDING), "1");
});

namespaceTest(
  url,
  "sysctl: what a container does not let us touch is left alone",
  ["linux"],
  () => {
    assertEquals(readSysctl("net/ipv6/nonsense"), undefined);
    writeSysctl("net/ipv6/nonsense", "1");
    run("mount", "--bind", "/proc/sys", "/proc/sys");
    run("mount", "-o", "remount,ro,bind", "/proc/sys");
    writeSysctl(FORWARDING, "1");
    assertEquals(readSysctl(FORWARDING), "0");
  },
);

const needs = requires("linux");

Deno.test({
  name: needs.title("sysctl: other failures come to light, such as that of a folder"),
  ignore: needs.ignore,
  fn: () => {
    assertThrows(() => readSysctl("net"), SystemError, "EISDIR");
  },
});
