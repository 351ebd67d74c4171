import { assertEquals } from "@std/assert";

const FFI = new URL("../../../ffi/", import.meta.url);

/** Imports every module of ffi/ in a process that is allowed nothing. */
Deno.test("importing ffi/ opens no library and asks for no permission", async () => {
  for (const { name } of Deno.readDirSync(FFI)) {
    if (!name.endsWith(".ts")) continue;
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-check", "--no-config", new URL(name, FFI).href],
      stdin: "null",
    }).output();
    assertEquals(success, true, `${name}: ${new TextDecoder().decode(stderr)}`);
  }
});
