/** Holds the rooms of docs/architecture.md to the folders. */
import { assertEquals } from "@std/assert";
import { ROOT } from "./documents.ts";

const DOCUMENT = await Deno.readTextFile(new URL("docs/architecture.md", ROOT));

/** Folders that hold no code of the project, or are described as a whole. */
const NO_ROOMS = /^(?:\..*|dist|docs|node_modules)$/;
const WHOLE = ["tests", "bench", "packaging"];

/** A folder, and the folders below it. */
async function roomsFrom(folder: string): Promise<string[]> {
  if (WHOLE.includes(folder)) return [folder];
  const below = await Promise.all((await foldersIn(`${folder}/`)).map(roomsFrom));
  return [folder, ...below.flat()];
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(new URL(folder || "./", ROOT)));
  return entries.filter(({ isDirectory }) => isDirectory).map(({ name }) => folder + name);
}

Deno.test("architecture.md: it says of each room what it hides", async () => {
  const top = (await foldersIn("")).filter((name) => !NO_ROOMS.test(name));
  const rooms = (await Promise.all(top.map(roomsFrom))).flat();
  const described = Array.from(DOCUMENT.matchAll(/^\| `([\w/]+)\/` /gm), ([, room]) => room!);
  assertEquals(described.toSorted(), rooms.toSorted(), 'the table "Rooms", and the folders');
});
