import { assertArrayIncludes, assertEquals, assertStringIncludes } from "@std/assert";
import { compileArguments, remedy } from "../../packaging/compile.ts";

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

Deno.test("compile: a runtime that cannot be downloaded has a remedy, other failures speak for themselves", () => {
  const refused = "error sending request for url (https://dl.deno.land/release/denort.zip)";
  assertStringIncludes(remedy(refused, undefined)!, "set DENORT_BIN to its path");
  assertStringIncludes(remedy(refused, "/opt/denort")!, "names, /opt/denort, fails");
  assertEquals(remedy("TS2322 [ERROR]", undefined), undefined);
});
