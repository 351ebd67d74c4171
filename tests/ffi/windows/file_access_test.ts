import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { platform } from "../../../ffi/platform.ts";
import { WindowsFileAccess } from "../../../ffi/windows/file_access.ts";
import { temporaryFolder } from "../../temporary_folder.ts";
import "../open_libc.ts";

function test(name: string, fn: (folder: string, access: WindowsFileAccess) => void): void {
  Deno.test({
    name: `file access on Windows: ${name}`,
    ignore: platform.id !== "windows",
    fn: async () => {
      await using files = await temporaryFolder();
      fn(files.folder, new WindowsFileAccess());
    },
  });
}

test("a private file never replaces one, and its user can read and remove it", (folder, access) => {
  const path = `${folder}\\secret`;
  access.writePrivate(path, "text");
  assertEquals(Deno.readTextFileSync(path), "text");
  assertThrows(() => access.writePrivate(path, "other"), Deno.errors.AlreadyExists);
  assertEquals(access.readPlain(path), "text");
  assertThrows(() => access.readPlain(folder), Error, "it is not a file");
  Deno.removeSync(path);
});

test("where there is no folder, that is the error", (folder, access) => {
  assertThrows(() => access.writePrivate(`${folder}\\a\\b`, ""), Deno.errors.NotFound);
});

test("a folder is made with those around it, and may exist", (folder, access) => {
  const path = `${folder}\\a\\b`;
  access.makeFolder(path);
  access.makeFolder(path);
  Deno.writeTextFileSync(`${path}\\file`, "text");
  assert(Deno.statSync(path).isDirectory);
});

test("what this user made is its own, or the administrators'", (folder, access) => {
  const path = `${folder}\\secret`;
  access.writePrivate(path, "text");
  // What an administrator makes belongs to the group; under wine, to the user.
  assert(["self", "system"].includes(access.ownerOf(path)));
  assertEquals(access.isForgeable(path), false);
  assertEquals(access.isForgeable(`${folder}\\absent`), false);
  assertThrows(() => access.ownerOf(`${folder}\\absent`), Deno.errors.NotFound);
});

test("others may not read a private file, but one that is made as usual", (folder, access) => {
  access.writePrivate(`${folder}\\secret`, "text");
  assertEquals(access.isExposed(`${folder}\\secret`), false);
  assertMatch(
    access.privateCommand(`${folder}\\secret`),
    /^icacls "[^"]+secret" \/inheritance:r \/grant:r \*S-1-5-18:F \*S-1-5-32-544:F/,
  );
});

test(
  "a private file in a folder of the same user has nothing weak but what is around it",
  (folder, access) => {
    access.makeFolder(`${folder}\\private`);
    const path = `${folder}\\private\\secret`;
    access.writePrivate(path, "text");
    assert(![path, `${folder}\\private`].includes(access.weakPart(path) ?? ""));
    assertThrows(() => access.weakPart(`${folder}\\absent`), Deno.errors.NotFound);
  },
);

test("the command that takes a file over names it", (folder, access) => {
  assertEquals(access.ownCommand(folder), `takeown /A /R /F "${folder}"`);
});
