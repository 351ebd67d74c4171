import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { SystemError } from "../../../ffi/c/errno.ts";
import {
  createSpecialFile,
  openSpecialFile,
  readPlainFile,
  readSpecialFile,
  writeSpecialFile,
} from "../../../ffi/c/special_file.ts";
import { requires } from "../../capabilities.ts";
import { first, injectFaults } from "../faults.ts";
import { temporaryFolder } from "../../temporary_folder.ts";
import "../open_libc.ts";

const { title, ignore } = requires("linux");

/** Less than all, as the executable has. */
const SOME = { read: true, write: true, ffi: true } as const;

Deno.test({
  name: title("special file: the kernel's text is read, which takes all permissions from Deno"),
  ignore,
  permissions: SOME,
  fn() {
    assertThrows(() => Deno.readTextFileSync("/proc/self/status"), Deno.errors.NotCapable);
    assertMatch(readSpecialFile("/proc/self/status"), /^Name:.*\nCapEff:/s);
    // More than one call reads.
    assertEquals(readSpecialFile("/proc/kallsyms").length > 65_536, true);
  },
});

Deno.test({
  name: title(
    "special file: in the place of a plain one, neither link nor pipe nor device is opened",
  ),
  ignore,
  async fn() {
    await using files = await temporaryFolder();
    const [plain, link, pipe] = ["plain", "link", "pipe"].map((name) => `${files.folder}/${name}`);
    Deno.writeTextFileSync(plain!, "grüße");
    Deno.symlinkSync(plain!, link!);
    assertEquals((await new Deno.Command("mkfifo", { args: [pipe!] }).output()).success, true);
    assertEquals(readPlainFile(plain!), "grüße");
    for (const path of [link!, pipe!, files.folder, "/dev/null"]) {
      assertThrows(() => readPlainFile(path), Error, "it is not a file");
    }
    assertThrows(() => readPlainFile(`${plain}er`), Deno.errors.NotFound);
    Deno.truncateSync(plain!, 65_536);
    assertThrows(() => readPlainFile(plain!), Error, "it is too long");

    // They may take its place while it is looked at.
    assertThrows(() => openSpecialFile(link!, "read no link or pipe"), SystemError, "ELOOP");
    using opened = openSpecialFile(pipe!, "read no link or pipe");
    assertEquals(opened.readSync(new Uint8Array(1)), null);
  },
});

Deno.test({
  name: title("special file: what is written arrives, and failures have a name"),
  ignore,
  permissions: SOME,
  fn() {
    const path = Deno.makeTempFileSync();
    try {
      writeSpecialFile(path, "grüße");
      assertEquals(Deno.readTextFileSync(path), "grüße");
      using file = openSpecialFile(path, "read");
      assertThrows(() => file.writeSync(new Uint8Array(1)), SystemError, "EBADF");
    } finally {
      Deno.removeSync(path);
    }
    assertThrows(() => openSpecialFile(path, "write"), SystemError, "ENOENT");
    assertThrows(() => readSpecialFile("/proc"), SystemError, "EISDIR");
  },
});

Deno.test({
  name: title("special file: programs that this one runs do not get it"),
  ignore,
  fn() {
    const path = Deno.makeTempFileSync();
    try {
      using _file = openSpecialFile(path, "read");
      const { stdout } = new Deno.Command("ls", { args: ["-l", "/proc/self/fd"] }).outputSync();
      const listing = new TextDecoder().decode(stdout);
      assertMatch(listing, / 0 -> /);
      assertEquals(listing.includes(path), false, listing);
    } finally {
      Deno.removeSync(path);
    }
  },
});

Deno.test({
  name: title("special file: a new one is made in /dev/shm with its rights"),
  ignore,
  permissions: SOME,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const path = `${folder}/file`;
    try {
      using file = createSpecialFile(path, 0o600);
      file.writeSync(new TextEncoder().encode("text"));
      assertEquals(readSpecialFile(path), "text");
      assertThrows(() => createSpecialFile(path, 0o600), SystemError, "EEXIST");
      assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
      assertThrows(() => createSpecialFile(`${path}/absent`, 0o600), SystemError, "ENOTDIR");
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: title("special file: an error that asking again does not confirm does not count"),
  ignore,
  fn() {
    for (const call of ["open", "read"] as const) {
      using faults = injectFaults({ [call]: first(1, "EINTR") });
      assertMatch(readSpecialFile("/proc/self/status"), /^Name:/);
      assertEquals(faults.failed, 1);
    }
    using faults = injectFaults({ write: first(1, "ENOMEM") });
    writeSpecialFile("/dev/null", "text");
    assertEquals(faults.failed, 1);
  },
});
