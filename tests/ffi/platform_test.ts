import { assertEquals } from "@std/assert";
import { DARWIN_FACTS } from "../../ffi/darwin/facts.ts";
import { LINUX_FACTS } from "../../ffi/linux/facts.ts";
import { platform, UnsupportedPlatform } from "../../ffi/platform.ts";
import { WINDOWS_FACTS } from "../../ffi/windows/facts.ts";

Deno.test("platform: the facts are those of the system that the tests run on", () => {
  const facts = { linux: LINUX_FACTS, darwin: DARWIN_FACTS, windows: WINDOWS_FACTS };
  const { os } = Deno.build;
  assertEquals(platform.id, os in facts ? os as keyof typeof facts : "other");
  if (os in facts) assertEquals({ ...platform }, { id: os, ...facts[os as keyof typeof facts] });
});

Deno.test("platform: the command that names the owner of a port is that of the system", () => {
  assertEquals(LINUX_FACTS.udpPortOwner(3544), "ss -lunp sport = :3544");
  assertEquals(DARWIN_FACTS.udpPortOwner(3544), "lsof -nP -iUDP:3544");
  // Without -b, which only administrators may use.
  assertEquals(WINDOWS_FACTS.udpPortOwner(3544), "netstat -ano -p UDP | findstr :3544");
});

Deno.test("platform: on Windows, folders are where the environment says", () => {
  const variables: Record<string, string> = {
    ["ProgramData"]: "D:\\Data",
    ["LOCALAPPDATA"]: "D:\\alice\\Local",
  };
  assertEquals(WINDOWS_FACTS.folders((name) => variables[name]), {
    config: "D:\\Data\\teredo",
    runtime: "D:\\Data\\teredo\\run",
    userRuntime: "D:\\alice\\Local\\teredo",
    state: "D:\\Data\\teredo\\state",
  });
  assertEquals(WINDOWS_FACTS.folders(() => undefined).config, "C:\\ProgramData\\teredo");
});

Deno.test("platform: each signal that ends the program exists on its system", () => {
  for (const { endSignals, reloadSignal } of [LINUX_FACTS, DARWIN_FACTS]) {
    assertEquals(endSignals.map(({ name }) => name), ["SIGINT", "SIGTERM", "SIGHUP"]);
    assertEquals(reloadSignal, "SIGHUP");
  }
  assertEquals(WINDOWS_FACTS.endSignals.map(({ name }) => name), [
    "SIGINT",
    "SIGBREAK",
    "SIGHUP",
    "SIGTERM",
  ]);
});

Deno.test({
  name:
    "platform: the network namespace of this process has a number, which its first thread shares",
  ignore: platform.id !== "linux",
  fn: () => assertEquals(/^\d+$/.test(platform.networkNamespace("self") ?? ""), true),
});

Deno.test("UnsupportedPlatform says what was attempted and on which system", () => {
  const error = new UnsupportedPlatform("open a TUN interface");
  assertEquals(error.name, "UnsupportedPlatform");
  assertEquals([error.attempt, error.system], ["open a TUN interface", platform.name]);
  assertEquals(
    error.message,
    `Cannot open a TUN interface on ${platform.name}: this version does not support that`,
  );
});
