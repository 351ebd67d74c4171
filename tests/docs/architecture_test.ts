/** Holds the rooms of docs/architecture.md to the folders. */
import { assertEquals } from "@std/assert";
import { ROOT } from "./documents.ts";

const DOCUMENT = await Deno.readTextFile(new URL("docs/architecture.md", ROOT));

/** Folders that hold no code of the project. */
const NO_ROOMS = /^(?:\..*|dist|docs|node_modules)$/;

/** Folders whose own folders are rooms too. */
const SPLIT = ["client", "cli", "ffi", "io"];

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(new URL(folder || "./", ROOT)));
  return entries.filter(({ isDirectory }) => isDirectory).map(({ name }) => folder + name);
}

Deno.test("architecture.md: it says of each room what it hides", async () => {
  const top = (await foldersIn("")).filter((name) => !NO_ROOMS.test(name));
  const inner = await Promise.all(SPLIT.map((room) => foldersIn(`${room}/`)));
  const described = Array.from(DOCUMENT.matchAll(/^\| `([\w/]+)\/` /gm), ([, room]) => room!);
  const missing = [...top, ...inner.flat()].filter((room) => !described.includes(room));
  assertEquals(missing, [], 'rooms without a line in the table "Rooms"');
});
