import { assertEquals } from "@std/assert";
import { LogFile, MAX_LOG } from "../../../cli/process/log_file.ts";
import { pathIn } from "../../../cli/process/folders.ts";
import { temporaryFolder } from "../../temporary_folder.ts";
import "../../ffi/open_libc.ts";

function test(name: string, fn: (path: string) => void): void {
  Deno.test(`log file: ${name}`, async () => {
    await using files = await temporaryFolder();
    fn(pathIn(files.folder, "log"));
  });
}

function write(log: LogFile, ...lines: string[]): void {
  for (const line of lines) log.writeSync(new TextEncoder().encode(line));
}

test("once it is full, it is put aside while it is written", (path) => {
  const log = new LogFile(path, 8);
  write(log, "one\n", "two\n");
  assertEquals(Deno.readTextFileSync(path), "one\ntwo\n");
  write(log, "three\n");
  assertEquals(Deno.readTextFileSync(path), "three\n");
  assertEquals(Deno.readTextFileSync(`${path}.old`), "one\ntwo\n");
  write(log, "four\n");
  assertEquals(Deno.readTextFileSync(`${path}.old`), "three\n", "only one older log stays");
  log.close();
});

test("what was there when it was opened counts", (path) => {
  Deno.writeTextFileSync(path, "0123456");
  const log = new LogFile(path, 8);
  write(log, "one\n");
  log.close();
  assertEquals(Deno.readTextFileSync(path), "one\n");
  assertEquals(Deno.readTextFileSync(`${path}.old`), "0123456");
});

test("a line longer than the whole log is written all the same", (path) => {
  const log = new LogFile(path, 2);
  write(log, "long\n");
  log.close();
  assertEquals(Deno.readTextFileSync(path), "long\n");
});

test("where it cannot be put aside, it goes on", (path) => {
  Deno.mkdirSync(`${path}.old`);
  const log = new LogFile(path, 4);
  write(log, "one\n", "two\n");
  log.close();
  assertEquals(Deno.readTextFileSync(path), "one\ntwo\n");
});

test("unless somebody says otherwise, it takes 4 MiB", (path) => {
  Deno.writeFileSync(path, new Uint8Array(MAX_LOG - 4));
  const log = new LogFile(path);
  write(log, "one\n");
  assertEquals(Deno.statSync(path).size, 4_194_304);
  write(log, "two\n");
  assertEquals(Deno.statSync(path).size, 4);
  log.close();
});
