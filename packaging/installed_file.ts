/**
 * A file to install, and where its content comes from.
 *
 * @module
 */

const ROOT = new URL("../", import.meta.url);

/** A file to install. */
export interface InstalledFile {
  /** Where, below a prefix such as `/usr`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Its permissions. */
  readonly mode: number;
}

/** A text of ours. */
export function text(path: string, content: string, mode = 0o644): InstalledFile {
  return { path, bytes: new TextEncoder().encode(content), mode };
}

/** A file of the repository. */
export async function copy(path: string, from: string, mode = 0o644): Promise<InstalledFile> {
  return { path, bytes: await Deno.readFile(new URL(from, ROOT)), mode };
}
