/**
 * The program's version.
 *
 * @module
 */

import manifest from "../../deno.json" with { type: "json" };

/** The version alone. */
export const VERSION: string = manifest.version;

/** What `teredo --version` prints. */
export function versionText(): string {
  const { os, arch } = Deno.build;
  return `teredo ${VERSION} (Deno ${Deno.version.deno}, ${os} ${arch})\n`;
}
