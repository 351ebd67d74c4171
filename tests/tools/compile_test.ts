import { assertArrayIncludes, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { bundleArguments, bundleFolder, compileArguments, remedy } from "../../tools/compile.ts";

Deno.test("compile: this machine's executable is dist/teredo, those of others name their target", () => {
  const suffix = Deno.build.os === "windows" ? ".exe" : "";
  assertArrayIncludes(compileArguments({}), [`dist/teredo${suffix}`]);
  assertArrayIncludes(compileArguments({ target: "aarch64-apple-darwin" }), [
    "--target",
    "dist/teredo-aarch64-apple-darwin",
  ]);
  assertArrayIncludes(compileArguments({ target: "x86_64-pc-windows-msvc" }), [
    "dist/teredo-x86_64-pc-windows-msvc.exe",
  ]);
});

Deno.test("compile: the executable may not do everything, and imports nothing", () => {
  const args = compileArguments({});
  assertArrayIncludes(args, ["--no-prompt", "--deny-import"]);
  assertEquals(
    args.filter((each) => /^(-A|--allow-all|--allow-import.*|--allow-sys)$/.test(each)),
    [],
  );
});

Deno.test("compile: the executable's main module is embedded with the files that it reads", () => {
  assertArrayIncludes(bundleArguments("dist/modules"), ["--format", "cjs", "dist/modules"]);
  const args = compileArguments({}, "dist/modules", ["teredo.script"]);
  assertEquals(args.at(-1), "dist/modules/main.ts");
  assertEquals(args[args.indexOf("--include") + 1], "dist/modules/teredo.script");
  assertEquals(bundleFolder({ output: "/srv/probe" }), "dist/probe-modules");
});

Deno.test("compile: another program is embedded as it is", () => {
  const args = compileArguments({ entry: "examples/probe.ts" });
  assertEquals(args.at(-1), "examples/probe.ts");
  assertEquals(args.includes("--include"), false);
});

Deno.test("compile: code is never taken from the folder for temporary files, where anybody may put some", () => {
  assertArrayIncludes(compileArguments({}), ["--no-code-cache"]);
});

Deno.test("compile: V8 compiles what handles packets before hundreds of them have come", () => {
  const flags = compileArguments({}).find((argument) => argument.startsWith("--v8-flags=")) ?? "";
  assertMatch(flags, /--invocation-count-for-maglev=30\b/);
  assertMatch(flags, /--max-semi-space-size=2\b/);
  assertMatch(flags, /--minimum-invocations-after-ic-update=30\b/);
  assertMatch(flags, /--no-lazy-feedback-allocation\b/);
  assertMatch(flags, /--heap-growing-percent=20\b/);
  assertMatch(flags, /--no-parallel-scavenge\b/);
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
