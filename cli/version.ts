/**
 * The program's version.
 *
 * @module
 */

import manifest from "../deno.json" with { type: "json" };

/** What `teredo --version` prints. */
export function versionText(): string {
  const { os, arch } = Deno.build;
  return `teredo ${manifest.version} (Deno ${Deno.version.deno}, ${os} ${arch})\n`;
}
