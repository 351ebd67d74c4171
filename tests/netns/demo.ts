// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * `deno task demo`: Teredo at work, shown step by step.
 *
 * Where namespaces are available, as root or not, it uses a real server, clients and NATs on real
 * kernels; elsewhere the same machines on the simulated Internet of the tests.
 *
 * @module
 */

import { type DemoOptions, DemoUsageError, HELP, parseDemoOptions } from "../demo/demo_options.ts";
import { showReal, whyNotReal } from "../demo/real_demo.ts";
import { showSimulated } from "../demo/simulated_demo.ts";
import { Stage } from "../demo/stage.ts";

async function show({ nat, isSimulated }: DemoOptions): Promise<number> {
  const stage = new Stage();
  const reason = isSimulated ? "asked for by --simulated" : whyNotReal();
  if (reason === "") await showReal(stage, nat);
  else showSimulated(stage, nat, reason);
  stage.close();
  return stage.hasWorked ? 0 : 1;
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseDemoOptions(args);
    if (options !== "help") return await show(options);
    console.log(HELP);
    return 0;
  } catch (error) {
    if (!(error instanceof DemoUsageError)) throw error;
    console.error(`${error.message}\n\n${HELP}`);
    return 2;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
