import { assertEquals } from "@std/assert";
import { LogFile, MAX_LOG } from "../../../cli/process/log_file.ts";
import { pathIn } from "../../../cli/process/folders.ts";
import { platform } from "../../../ffi/platform.ts";
import { temporaryFolder } from "../../temporary_folder.ts";
import "../../ffi/open_libc.ts";

function test(name: string, fn: (path: string) => void, ignore = false): void {
  Deno.test({
    name: `log file: ${name}`,
    ignore,
    fn: async () => {
      await using files = await temporaryFolder();
      fn(pathIn(files.folder, "log"));
    },
  });
}

function write(log: LogFile, ...lines: string[]): void {
  for (const line of lines) log.writeSync(new TextEncoder().encode(line));
}

test("once it is full, it is put aside while it is written", (path) => {
  using log = new LogFile(path, 8);
  write(log, "one\n", "two\n");
  assertEquals(Deno.readTextFileSync(path), "one\ntwo\n");
  write(log, "three\n");
  assertEquals(Deno.readTextFileSync(path), "three\n");
  assertEquals(Deno.readTextFileSync(`${path}.old`), "one\ntwo\n");
  write(log, "four\n");
  assertEquals(Deno.readTextFileSync(`${path}.old`), "three\n", "only one older log stays");
});

test("what was there when it was opened counts", (path) => {
  Deno.writeTextFileSync(path, "0123456");
  using log = new LogFile(path, 8);
  write(log, "one\n");
  assertEquals(Deno.readTextFileSync(path), "one\n");
  assertEquals(Deno.readTextFileSync(`${path}.old`), "0123456");
});

test("a line longer than the whole log is written all the same", (path) => {
  using log = new LogFile(path, 2);
  write(log, "long\n");
  assertEquals(Deno.readTextFileSync(path), "long\n");
});

test("where it cannot be put aside, it begins again, and says how many lines are gone", (path) => {
  Deno.mkdirSync(`${path}.old`);
  using log = new LogFile(path, 8);
  write(log, "one\n", "two\n", "three\n");
  assertEquals(
    Deno.readTextFileSync(path),
    `(older lines missing here, because ${path}.old cannot be written: it is not a file: 2)\nthree\n`,
  );
});

test("where there is room for a part of it, only the other lines are gone", (path) => {
  using _ = fillDisk(".old", 5);
  using log = new LogFile(path, 12);
  write(log, "one\n", "two\n", "six\n", "three\n");
  assertEquals(
    Deno.readTextFileSync(path),
    `(older lines missing here, because ${path}.old cannot be written: no space: 2)\nthree\n`,
  );
  assertEquals(Deno.readTextFileSync(`${path}.old`), "one\nt");
});

test("what .old leads to is not written to, if that is a link", (path) => {
  Deno.writeTextFileSync(`${path}.precious`, "precious");
  Deno.symlinkSync(`${path}.precious`, `${path}.old`);
  using log = new LogFile(path, 4);
  write(log, "one\n", "two\n");
  assertEquals(Deno.readTextFileSync(`${path}.precious`), "precious");
  // Windows lets few users make links.
}, !platform.hasFileModes);

test("an older one of another run is replaced as a whole", (path) => {
  Deno.writeTextFileSync(`${path}.old`, "a long older log\n");
  using log = new LogFile(path, 4);
  write(log, "one\n");
  assertEquals(Deno.readTextFileSync(`${path}.old`), "a long older log\n");
  write(log, "two\n");
  assertEquals(Deno.readTextFileSync(`${path}.old`), "one\n");
});

test("unless somebody says otherwise, it takes 4 MiB", (path) => {
  Deno.writeFileSync(path, new Uint8Array(MAX_LOG - 4));
  using log = new LogFile(path);
  write(log, "one\n");
  assertEquals(Deno.statSync(path).size, 4_194_304);
  write(log, "two\n");
  assertEquals(Deno.statSync(path).size, 4);
});

test("the older one has the rights of the log", (path) => {
  Deno.writeTextFileSync(path, "secret\n", { mode: 0o600 });
  using log = new LogFile(path, 8);
  write(log, "one\n");
  assertEquals(Deno.statSync(`${path}.old`).mode! & 0o777, 0o600);
}, !platform.hasFileModes);

test("one that may only grow does", (path) => {
  using _ = refuseEmptying();
  using log = new LogFile(path, 8);
  write(log, "one\n", "two\n", "three\n");
  assertEquals(Deno.readTextFileSync(path), "one\ntwo\nthree\n");
});

/** Lets files be opened to append to them or to make them, as the kernel does after `chattr +a`. */
function refuseEmptying(): Disposable {
  const { openSync } = Deno;
  const refusing: typeof openSync = (path, options) => {
    if (options?.read && options.write) throw new Deno.errors.PermissionDenied();
    return openSync(path, options);
  };
  Object.assign(Deno, { openSync: refusing });
  return { [Symbol.dispose]: () => void Object.assign(Deno, { openSync }) };
}

/** Gives files with this ending room for so many octets. */
function fillDisk(ending: string, octets: number): Disposable {
  const { openSync } = Deno;
  let room = octets;
  const limited: typeof openSync = (path, options) => {
    const file = openSync(path, options);
    if (!String(path).endsWith(ending)) return file;
    const writeSync = (wanted: Uint8Array) => {
      if (room === 0) throw new Error("no space");
      const written = Deno.FsFile.prototype.writeSync.call(file, wanted.subarray(0, room));
      room -= written;
      return written;
    };
    return Object.assign(file, { writeSync });
  };
  Object.assign(Deno, { openSync: limited });
  return { [Symbol.dispose]: () => void Object.assign(Deno, { openSync }) };
}
