import { assertEquals } from "@std/assert";
import { type Change, ForwardingNote } from "../../../ffi/linux/forwarding_note.ts";
import { requires } from "../../capabilities.ts";
import "../open_libc.ts";

const needs = requires("linux");

const CHANGES: readonly Change[] = [
  { name: "net/ipv6/conf/eth0/accept_ra", before: "1", after: "2" },
  { name: "net/ipv6/conf/all/forwarding", before: "0", after: "1" },
];

Deno.test({
  name: needs.title("forwarding note: it is read in the boot that it was written in, and no other"),
  ignore: needs.ignore,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const note = new ForwardingNote(folder);
      assertEquals(note.read(), []);
      note.write(CHANGES);
      assertEquals(new ForwardingNote(folder).read(), CHANGES);

      const [file] = Array.from(Deno.readDirSync(folder), ({ name }) => `${folder}/${name}`);
      const written = JSON.parse(Deno.readTextFileSync(file!));
      for (const other of [{ ...written, boot: "another" }, CHANGES, null, "x", {}]) {
        Deno.writeTextFileSync(file!, JSON.stringify(other));
        assertEquals(note.read(), []);
      }
      const foreign = [...CHANGES, { name: "kernel/core_pattern", before: "1", after: "2" }];
      Deno.writeTextFileSync(file!, JSON.stringify({ ...written, changes: foreign }));
      assertEquals(note.read(), CHANGES);

      note.remove();
      note.remove();
      assertEquals(note.read(), []);
      assertEquals(Array.from(Deno.readDirSync(folder)), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
