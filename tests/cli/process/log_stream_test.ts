import { assertEquals } from "@std/assert";
import { LogStream } from "../../../cli/process/log_stream.ts";

/** A reader with room for so many pieces; `read` makes room. */
class Reader {
  text = "";
  room = 0;
  readonly log = new LogStream({
    isWritable: () => this.room > 0,
    write: (octets) => {
      this.room--;
      this.text += new TextDecoder().decode(octets);
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
