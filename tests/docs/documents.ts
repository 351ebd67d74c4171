/**
 * The project's documents.
 *
 * @module
 */

/** The folder of the project. */
export const ROOT = new URL("../../", import.meta.url);

/** A document. */
interface Document {
  /** From the root of the project. */
  readonly path: string;
  readonly text: string;
}

/** Every Markdown file that a person wrote or reads: at the top and in `docs/`. */
export async function documents(): Promise<Document[]> {
  const paths: string[] = [];
  for (const folder of ["", "docs/", "docs/traces/"]) {
    for await (const { name } of Deno.readDir(new URL(folder || "./", ROOT))) {
      if (name.endsWith(".md")) paths.push(folder + name);
    }
  }
  return await Promise.all(
    paths.sort().map(async (path) => ({
      path,
      text: await Deno.readTextFile(new URL(path, ROOT)),
    })),
  );
}
