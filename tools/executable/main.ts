/**
 * The main module of the executable: runs the program from one script that lies next to this file,
 * with V8's code cache of it.
 *
 * The cache holds the bytecode of what a start runs, so V8 neither parses nor compiles that again.
 * It is part of the executable, so to change it is to change the program. V8 refuses a cache that
 * is not of this script, its own version and its flags, and then compiles as usual.
 *
 * This file is embedded on its own, so it imports nothing of the project.
 *
 * @module
 */

import process from "node:process";
import { Script } from "node:vm";

/** The program, bundled as a CommonJS module. Deno would embed a file that ends in `.js` twice. */
export const SCRIPT = "teredo.script";

/** V8's code cache of the script; absent in an executable for another platform. */
export const CACHE = "teredo.cache";

/** What the script exports. */
export interface Program<Context> {
  main(args: readonly string[], context: Context): Promise<number>;
  processContext(): Context;
}

/** The program and the script that it came from. */
interface LoadedProgram<Context> {
  readonly program: Program<Context>;
  readonly script: Script;
}

/** Loads the program. Without a cache, or with one that V8 refuses, it compiles what runs. */
export function loadProgram<Context = unknown>(
  source: string,
  cachedData?: Uint8Array<ArrayBuffer>,
): LoadedProgram<Context> {
  const script = new Script(source, { filename: "teredo.js", ...cachedData && { cachedData } });
  const module: { exports?: Program<Context> } = {};
  script.runInThisContext()(process.getBuiltinModule, module);
  if (module.exports === undefined) throw new TypeError(`${SCRIPT} exports nothing`);
  return { program: module.exports, script };
}

/**
 * The script of a CommonJS bundle: a function with the parameters `require` and `module`. Each
 * character takes one octet, also in memory: others, in comments and strings, are escaped.
 */
export function scriptOf(bundle: string): string {
  const ascii = bundle.replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `(function (require, module) {${ascii}\n})`;
}

/** The octets of a file next to this one; undefined if there is none. */
function read(name: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Deno.readFileSync(new URL(name, import.meta.url));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

if (import.meta.main) {
  const source = Deno.readTextFileSync(new URL(SCRIPT, import.meta.url));
  const { program } = loadProgram(source, read(CACHE));
  Deno.exit(await program.main(Deno.args, program.processContext()));
}
