/**
 * Whether `errno()` is right however the runtime is disturbed after the call. `TEREDO_ERRNO_READS`
 * is how many failed reads each test makes, 20,000 unless given.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { requires } from "../../capabilities.ts";

const READS = Number(Deno.env.get("TEREDO_ERRNO_READS") ?? 20_000);

const { title, ignore } = requires("linux");

/**
 * What V8 is told besides, so that it collects, compiles and gives up compiled code far more often
 * than it would.
 */
const FLAGS: Readonly<Record<string, string>> = {
  "as usual": "",
  "collected all the time": ",--gc-interval=50",
  "compiled and given up all the time": ",--jit-fuzzing,--deopt-every-n-times=100",
  "interpreted": ",--jitless",
};

for (const [how, flags] of Object.entries(FLAGS)) {
  Deno.test({
    name: title(`errno() is that of the call, whatever the runtime does after it: code ${how}`),
    ignore,
    fn: async () => {
      const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--allow-all",
          "--no-check",
          "--no-config",
          `--v8-flags=--expose-gc${flags}`,
          new URL("fixtures/errno_under_stress.ts", import.meta.url).pathname,
          String(READS),
        ],
        stdin: "null",
      }).output();
      const decoder = new TextDecoder();
      assert(success, decoder.decode(stderr));
      const { reads, overwritten, wrong } = JSON.parse(decoder.decode(stdout));
      assert(overwritten > reads / 2, `Only ${overwritten} of ${reads} were disturbed`);
      assertEquals({ reads, wrong }, { reads: READS, wrong: {} });
    },
  });
}
