import { assertEquals, assertStringIncludes } from "@std/assert";
import { failureText } from "../../../cli/args/failure_text.ts";
import { ExitCode } from "../../../cli/process/exit_code.ts";
import { CliError, toCliError } from "../../../cli/process/failure.ts";
import { platform, UnsupportedPlatform } from "../../../ffi/platform.ts";

const CLOSING = new Error("the socket was closed already");

for (
  const [original, exitCode] of [
    [new CliError("Cannot do it", ExitCode.CONFIG), ExitCode.CONFIG],
    [new Deno.errors.PermissionDenied("not allowed"), ExitCode.PERMISSION],
    [new Error("the interface is gone"), ExitCode.FAILED],
  ] as const
) {
  Deno.test(`failure: "${original.message}" keeps its words and exit code where closing fails too`, () => {
    const failure = toCliError(new SuppressedError(CLOSING, original));
    assertEquals([failure.message, failure.exitCode], [original.message, exitCode]);
  });
}

Deno.test("failure: at the level debug its causes are shown, in text and in JSON", () => {
  const failure = toCliError(
    new SuppressedError(CLOSING, new Error("outer", { cause: new Error("inner") })),
  );
  for (const isJson of [false, true]) {
    const [quiet, loud] = [false, true].map((isDebug) => failureText(failure, { isJson, isDebug }));
    assertEquals(quiet!.split("\n").length, 2);
    for (const said of ["outer", "Caused by: Error: inner", `Error: ${CLOSING.message}`]) {
      assertStringIncludes(loud!, said);
    }
  }
});

Deno.test("failure: what a system cannot do ends with what it can", () => {
  const failure = toCliError(new UnsupportedPlatform("open a TUN interface"));
  assertEquals(failure.exitCode, ExitCode.FAILED);
  assertStringIncludes(failure.message, `Cannot open a TUN interface on ${platform.name}: `);
  assertStringIncludes(
    failure.message,
    'that. "teredo server", "probe", "decode" and "check" work',
  );
});
