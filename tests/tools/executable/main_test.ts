import { assertEquals } from "@std/assert";
import { loadProgram, scriptOf } from "../../../tools/executable/main.ts";

/** A bundle with characters that take more than an octet, in each place where they may stand. */
const BUNDLE = `
// What → says
var text = "what \\u2192 says";
var template = \`→ \${text}\`;
function main(args, context) {
  return Promise.resolve(args.length + context.length + template.length);
}
function never() { return /→/u.test(require("node:os").EOL); }
module.exports = { main, processContext: () => require("node:os").EOL };
`;

Deno.test("executable: the script of a bundle is ASCII, and exports what the bundle does", async () => {
  const script = scriptOf(BUNDLE);
  assertEquals([...script].filter((character) => character > "\x7f"), []);
  const { program } = loadProgram<string>(script);
  const context = program.processContext();
  assertEquals(context, Deno.build.os === "windows" ? "\r\n" : "\n");
  assertEquals(await program.main(["a"], context), 1 + context.length + "→ what → says".length);
});

Deno.test("executable: V8 accepts the code cache of a script, and does without that of another", () => {
  const script = scriptOf(BUNDLE);
  const cache = Uint8Array.from(loadProgram(script).script.createCachedData());
  assertEquals(loadProgram(script, cache).script.cachedDataRejected, false);

  const other = scriptOf(`${BUNDLE};`);
  const { program, script: { cachedDataRejected } } = loadProgram(other, cache);
  assertEquals(cachedDataRejected, true);
  assertEquals(typeof program.main, "function");
});
