import { assertEquals, assertThrows } from "@std/assert";
import { readSmallFile } from "../../../cli/process/small_file.ts";
import { requires } from "../../capabilities.ts";
import { temporaryFolder } from "../../temporary_folder.ts";
import "../../ffi/open_libc.ts";

const needs = requires("linux");

Deno.test("small file: its text, up to 1 MiB", async () => {
  await using files = await temporaryFolder();
  const path = `${files.folder}/file`;
  for (const length of [0, 1, 1024 * 1024]) {
    Deno.writeTextFileSync(path, "x".repeat(length));
    assertEquals(readSmallFile(path).length, length);
  }
  Deno.writeTextFileSync(path, "x".repeat(1024 * 1024 + 1));
  assertThrows(() => readSmallFile(path), Error, "it is longer than 1 MiB");
  assertEquals(readSmallFile(path, { longest: 2, remedy: "Cut it" }).length, 1024 * 1024 + 1);
  Deno.truncateSync(path, 2 * 1024 * 1024 + 1);
  const read = () => readSmallFile(path, { longest: 2, remedy: "Cut it" });
  assertThrows(read, Error, "it is longer than 2 MiB. Cut it");
});

Deno.test({
  name: needs.title("small file: neither a pipe nor an endless device holds anything up"),
  ignore: needs.ignore,
  fn: async () => {
    await using files = await temporaryFolder();
    const path = `${files.folder}/pipe`;
    assertEquals((await new Deno.Command("mkfifo", { args: [path] }).output()).success, true);
    assertThrows(() => readSmallFile(path), Error, "it is a pipe");
    assertThrows(() => readSmallFile("/dev/zero"), Error, "it is longer than 1 MiB");
  },
});
