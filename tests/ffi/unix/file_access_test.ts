import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
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

/** Where the folders around a file are root's, as they are on a system but for sandboxes. */
const isRootOwned = platform.hasFileModes && Deno.statSync("/").uid === 0;

Deno.test({
  name: "file access on Unix: others may not exchange what root alone may change, nor by a link",
  ignore: !isRootOwned,
  fn: async () => {
    await using files = await temporaryFolder();
    const access = new UnixFileAccess();
    assertEquals(access.weakPart("/etc/passwd"), undefined);
    Deno.symlinkSync("/etc/passwd", `${files.folder}/link`);
    assertNotEquals(access.weakPart(`${files.folder}/link`), undefined);
    assertThrows(() => access.weakPart("/etc/absent"), Deno.errors.NotFound);
  },
});

test(
  "the weak part is the file, or else the innermost folder that others may change",
  (folder, access) => {
    const path = `${folder}/teredo`;
    Deno.writeTextFileSync(path, "");
    Deno.chmodSync(path, 0o775);
    assertEquals(access.weakPart(path), path);
    if (Deno.uid() !== 0) return;
    Deno.chmodSync(path, 0o755);
    Deno.chmodSync(folder, 0o757);
    assertEquals(access.weakPart(path), folder);
    Deno.chmodSync(folder, 0o755);
    Deno.chownSync(path, 1234, 0);
    assertEquals(access.weakPart(path), path);
    Deno.chownSync(path, 0, 0);
    assertNotEquals(access.weakPart(path), folder, "/tmp is left");
  },
);

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
