/**
 * The program's version.
 *
 * @module
 */

import { platform } from "../../ffi/platform.ts";
import manifest from "../../deno.json" with { type: "json" };
import { USES_STAND_INS } from "./uses_stand_ins.ts";

/** The version alone. */
export const VERSION: string = manifest.version;

/** What `teredo --version` prints: one line. */
export function versionText(): string {
  const os = platform.id;
  const build = USES_STAND_INS ? "; built with stand-ins for @std" : "";
  return `teredo ${VERSION} (Deno ${Deno.version.deno}, ${os} ${Deno.build.arch}${build})\n`;
}
