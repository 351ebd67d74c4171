import { assertArrayIncludes, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { bundleArguments, bundleFolder, compileArguments, remedy } from "../../tools/compile.ts";

Deno.test("compile: this machine's executable is dist/teredo, those of others name their target", () => {
  const suffix = Deno.build.os === "windows" ? ".exe" : "";
  assertArrayIncludes(compileArguments({}), [`dist/teredo${suffix}`, "cli.ts"]);
  assertArrayIncludes(compileArguments({ target: "aarch64-apple-darwin" }), [
    "--target",
    "dist/teredo-aarch64-apple-darwin",
  ]);
  assertArrayIncludes(compileArguments({ target: "x86_64-pc-windows-msvc" }), [
    "dist/teredo-x86_64-pc-windows-msvc.exe",
  ]);
});

Deno.test("compile: the executable may open files in /proc, which the sum of the single permissions forbids", () => {
  assertArrayIncludes(compileArguments({}), ["--allow-all"]);
});

Deno.test("compile: the bundle's main module is the one that is compiled", () => {
  assertArrayIncludes(bundleArguments({}, "dist/modules"), ["--outdir", "dist/modules", "cli.ts"]);
  assertEquals(compileArguments({}, "dist/modules").at(-1), "dist/modules/cli.js");
  const other = { entry: "examples/probe.ts" };
  assertEquals(bundleArguments(other, "dist/modules").at(-1), "examples/probe.ts");
  assertEquals(compileArguments(other, "dist/modules").at(-1), "dist/modules/probe.js");
  assertEquals(compileArguments(other).at(-1), "examples/probe.ts");
  assertEquals(bundleFolder({ output: "/srv/probe" }), "dist/probe-modules");
});

Deno.test("compile: code is never taken from the folder for temporary files, where anybody may put some", () => {
  assertArrayIncludes(compileArguments({}), ["--no-code-cache"]);
});

Deno.test("compile: V8 compiles what handles packets before hundreds of them have come", () => {
  const flags = compileArguments({}).find((argument) => argument.startsWith("--v8-flags=")) ?? "";
  assertMatch(flags, /--invocation-count-for-maglev=30\b/);
  assertMatch(flags, /--minimum-invocations-after-ic-update=30\b/);
});

Deno.test("compile: a runtime that cannot be downloaded has a remedy, other failures speak for themselves", () => {
  const refused = "error sending request for url (https://dl.deno.land/release/denort.zip)";
  assertStringIncludes(remedy(refused, undefined)!, "set DENORT_BIN to its path");
  assertStringIncludes(
    remedy(refused, "/opt/denort")!,
    "Cannot embed /opt/denort, which DENORT_BIN names",
  );
  assertEquals(remedy("TS2322 [ERROR]", undefined), undefined);
});
