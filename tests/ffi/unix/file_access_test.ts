import { assertEquals, assertThrows } from "@std/assert";
import { platform } from "../../../ffi/platform.ts";
import { UnixFileAccess } from "../../../ffi/unix/file_access.ts";
import { temporaryFolder } from "../../temporary_folder.ts";

function test(name: string, fn: (folder: string, access: UnixFileAccess) => void): void {
  Deno.test({
    name: `file access on Unix: ${name}`,
    ignore: !platform.hasFileModes,
    fn: async () => {
      await using files = await temporaryFolder();
      fn(files.folder, new UnixFileAccess());
    },
  });
}

test("a private file is for its owner alone, and never replaces one", (folder, access) => {
  const path = `${folder}/secret`;
  access.writePrivate(path, "text");
  assertEquals([Deno.readTextFileSync(path), Deno.statSync(path).mode! & 0o777], ["text", 0o600]);
  assertThrows(() => access.writePrivate(path, "other"), Deno.errors.AlreadyExists);
});

test("a folder is made with those around it, and may exist", (folder, access) => {
  const path = `${folder}/a/b`;
  access.makeFolder(path);
  access.makeFolder(path);
  assertEquals(Deno.statSync(path).mode! & 0o777, 0o755);
});

test("a file is this user's, root's or another user's", (folder) => {
  const uid = Deno.uid()!;
  assertEquals(new UnixFileAccess(uid).ownerOf(folder), "self");
  assertEquals(new UnixFileAccess(uid + 1).ownerOf("/"), "system");
  assertEquals(new UnixFileAccess(uid + 1).ownerOf(folder), uid === 0 ? "system" : "another");
  Deno.symlinkSync(folder, `${folder}/link`);
  assertEquals(new UnixFileAccess(uid).ownerOf(`${folder}/link`), "another");
});

test("only root may change the system", () => {
  assertEquals([0, 1000].map((uid) => new UnixFileAccess(uid).isPrivileged()), [true, false]);
});

test("in /tmp, only what is in one's own folders is believed", () => {
  const folder = Deno.makeTempDirSync({ dir: "/tmp" });
  try {
    const uid = Deno.uid()!;
    const [own, other] = [new UnixFileAccess(uid), new UnixFileAccess(uid + 1)];
    assertEquals(own.isForgeable(`${folder}/client.sock`), false);
    assertEquals(other.isForgeable(`${folder}/client.sock`), true);
    Deno.symlinkSync(folder, `${folder}/link`);
    assertEquals(own.isForgeable(`${folder}/link/client.sock`), true);
    assertEquals(other.isForgeable("/run/teredo/client.sock"), false);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
