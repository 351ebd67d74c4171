import { assertEquals } from "@std/assert";
import { LogStream } from "../../../cli/process/log_stream.ts";

/** A reader with room for so many pieces; `read` makes room. */
class Reader {
  text = "";
  room = 0;
  /** Octets that fit on the disk. */
  disk = Infinity;
  readonly log = new LogStream({
    isWritable: () => this.room > 0,
    write: (octets) => {
      const taken = octets.subarray(0, this.disk);
      this.disk -= taken.length;
      this.room--;
      this.text += new TextDecoder().decode(taken);
      return taken.length < octets.length
        ? { taken: taken.length, cause: "failed" }
        : { taken: taken.length };
    },
  });
}

Deno.test("log: lines go out while somebody reads them", () => {
  const reader = new Reader();
  reader.room = 2;
  reader.log.write("one\n");
  reader.log.write("two\n");
  assertEquals(reader.text, "one\ntwo\n");
});

Deno.test("log: lines that nobody takes are dropped, and their number is written later", () => {
  const reader = new Reader();
  for (let i = 0; i < 1_000; i++) reader.log.write("lost\n");
  reader.room = 2;
  reader.log.write("one\n");
  reader.log.write("two\n");
  assertEquals(
    reader.text,
    "(lines missing here, because nobody read the log: 1000)\none\ntwo\n",
  );
});

Deno.test("log: a line that nobody read to its end does not spoil the next", () => {
  const reader = new Reader();
  reader.room = 1;
  reader.log.write(`${"x".repeat(5_000)}\n`);
  reader.room = 9;
  reader.log.write("next\n");
  const missing = "(lines missing here, because nobody read the log: 1)";
  assertEquals(reader.text, `${"x".repeat(4_096)}\n${missing}\nnext\n`);
});

Deno.test("log: lines that a full disk doesn't take are counted, and their number is written later", () => {
  const reader = new Reader();
  [reader.room, reader.disk] = [Infinity, 4];
  for (const line of ["one\n", "two\n", "three\n"]) reader.log.write(line);
  reader.disk = 20;
  reader.log.write("four\n");
  reader.disk = Infinity;
  reader.log.write("five\n");
  const missing = "(lines missing here, because the log could not be written: 3)";
  assertEquals(reader.text, `one\n(lines missing here,\n${missing}\nfive\n`);
  reader.log.write("six\n");
  assertEquals(reader.text.endsWith("\nfive\nsix\n"), true);
});

Deno.test("log: what a full terminal doesn't take counts as unread", () => {
  let [text, room] = ["", 4];
  const log = new LogStream({
    isWritable: () => true,
    write: (octets) => {
      const taken = Math.min(room, octets.length);
      text += new TextDecoder().decode(octets.subarray(0, taken));
      room -= taken;
      return taken < octets.length ? { taken, cause: "unread" } : { taken };
    },
  });
  for (const line of ["one\n", "two\n", "three\n"]) log.write(line);
  room = Infinity;
  log.write("four\n");
  assertEquals(text, "one\n(lines missing here, because nobody read the log: 2)\nfour\n");
});

Deno.test("log: each cause has its own number", () => {
  const reader = new Reader();
  reader.log.write("one\n");
  [reader.room, reader.disk] = [Infinity, 0];
  reader.log.write("two\n");
  reader.disk = Infinity;
  reader.log.write("three\n");
  assertEquals(
    reader.text,
    "(lines missing here, because nobody read the log: 1)\n" +
      "(lines missing here, because the log could not be written: 1)\nthree\n",
  );
});
