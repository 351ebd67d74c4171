import { assertEquals, assertThrows } from "@std/assert";
import { SystemError } from "../../../ffi/c/errno.ts";
import { listeningProcess } from "../../../ffi/open.ts";
import { requires } from "../../capabilities.ts";
import { temporaryFolder } from "../../temporary_folder.ts";
import "../open_libc.ts";

const needs = requires("linux");

Deno.test({
  name: needs.title("listening process: it is the one whose socket this is"),
  ignore: needs.ignore,
  fn: async () => {
    await using files = await temporaryFolder();
    const path = `${files.folder}/socket`;
    using _listener = Deno.listen({ transport: "unix", path });
    assertEquals(listeningProcess(path), Deno.pid);
  },
});

Deno.test({
  name: needs.title("listening process: where nobody listens, or can, an error says so"),
  ignore: needs.ignore,
  fn: async () => {
    await using files = await temporaryFolder();
    assertThrows(() => listeningProcess(`${files.folder}/none`), SystemError, "ENOENT");
    Deno.writeTextFileSync(`${files.folder}/file`, "");
    assertThrows(() => listeningProcess(`${files.folder}/file`), SystemError, "ECONNREFUSED");
    assertThrows(() => listeningProcess(`/${"x".repeat(107)}`), RangeError);
  },
});
