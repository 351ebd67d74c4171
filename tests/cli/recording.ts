/**
 * Runs the program within the test, or the executable that `TEREDO_BIN` names, and keeps what it
 * writes.
 *
 * @module
 */

import "../ffi/open_libc.ts";
import { main } from "../../cli.ts";

/** What a run of the program left behind. */
interface Recorded {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the program finds beside the command line; nothing, unless given. */
interface Found {
  /** The standard input. */
  readonly input?: string;
  readonly width?: number;
  readonly errorWidth?: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly configFolder?: string;
}

/** Runs the program, or its executable, with `args`. */
export function run(...args: string[]): Promise<Recorded> {
  const executable = Deno.env.get("TEREDO_BIN");
  return executable ? runExecutable(executable, args) : runIn({}, ...args);
}

async function runExecutable(path: string, args: string[]): Promise<Recorded> {
  const { code, stdout, stderr } = await new Deno.Command(path, { args, stdin: "null" }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Runs the program with `args` and what is beside them. */
export async function runIn(
  { environment = {}, configFolder = "/nowhere", width = 80, errorWidth, input = "" }: Found,
  ...args: string[]
): Promise<Recorded> {
  let stdout = "";
  let stderr = "";
  const code = await main(args, {
    print: (text) => void (stdout += text),
    printError: (text) => void (stderr += text),
    takeSignals: () => new AbortController().signal,
    environment: (name) => environment[name],
    variables: () => Object.keys(environment),
    configFolder,
    readInput: () => Promise.resolve(input),
    width,
    errorWidth,
  });
  return { code, stdout, stderr };
}
