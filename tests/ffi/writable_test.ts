import { assertEquals } from "@std/assert";
import { requires } from "../capabilities.ts";

const needs = requires("linux");

Deno.test({
  name: needs.title("writable: a full pipe is not, until somebody reads from it"),
  ignore: needs.ignore,
  fn: async () => {
    const script = `
      import { isWritable } from ${
      JSON.stringify(import.meta.resolve("../../ffi/open_writable.ts"))
    };
      let octets = 0;
      while (isWritable(2)) octets += Deno.stderr.writeSync(new Uint8Array(4096));
      Deno.stdout.writeSync(new TextEncoder().encode(octets + "\\n"));
      Deno.exit(isWritable(2, 10_000) ? 0 : 1);
    `;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", script],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const output = child.stdout.getReader();
    const { value } = await output.read();
    const octets = Number(new TextDecoder().decode(value));
    const read = child.stderr.pipeTo(new WritableStream());
    assertEquals((await child.status).success, true);
    await read;
    await output.cancel();
    assertEquals(octets, 65_536);
  },
});
