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

/** What the program finds beside the command line; nothing, unless given. */
export interface Found {
  readonly environment?: Readonly<Record<string, string>>;
  readonly configFolder?: string;
}

/** Runs the program with `args`. */
export function run(...args: string[]): Promise<Recorded> {
  return runIn({}, ...args);
}

/** Runs the program with `args` and what is beside them. */
export async function runIn(
  { environment = {}, configFolder = "/nowhere" }: Found,
  ...args: string[]
): Promise<Recorded> {
  let stdout = "";
  let stderr = "";
  const code = await main(args, {
    print: (text) => void (stdout += text),
    complain: (text) => void (stderr += text),
    signal: new AbortController().signal,
    environment: (name) => environment[name],
    configFolder,
  });
  return { code, stdout, stderr };
}
