/**
 * Runs the program within the test, and keeps what it writes.
 *
 * @module
 */

import { main } from "../../cli.ts";

/** What a run of the program left behind. */
export interface Recorded {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program with `args`. */
export async function run(...args: string[]): Promise<Recorded> {
  let stdout = "";
  let stderr = "";
  const code = await main(args, {
    print: (text) => void (stdout += text),
    complain: (text) => void (stderr += text),
    signal: new AbortController().signal,
  });
  return { code, stdout, stderr };
}
