/**
 * Our program in the lab as it is on macOS.
 *
 * @module
 */

import { denoRun, prefetch } from "../netns/deno_run.ts";
import type { Machine } from "../netns/machine.ts";
import { ADDRESS } from "../netns/plan.ts";
import { waitForRoute } from "../netns/routes.ts";
import { qualification, type TeredoClient } from "../netns/teredo.ts";
import { libsystem, libsystemEnvironment } from "./libsystem.ts";

const PROGRAM = "tests/darwin/teredo.ts";

/** The interface of the first of our programs on a machine. */
export const UTUN = "utun0";

/** The command line of our program. */
export function darwinTeredo(...args: string[]): string[] {
  const variables = Object.entries(libsystemEnvironment()).map(([name, value]) =>
    `${name}=${value}`
  );
  return ["env", ...variables, ...denoRun(PROGRAM), ...args];
}

/** Makes sure that {@linkcode darwinTeredo} works where there is no network. */
export async function prepareDarwin(): Promise<void> {
  libsystem();
  await prefetch(PROGRAM);
}

/** The option that names the control socket: on macOS, the machines of a lab share the default. */
export function controlOption(name: string): string[] {
  return ["--control", libsystem().replace(/[^/]*$/, `${name}.sock`)];
}

/** Starts our client, and waits until it has an address and a default route. */
export async function startDarwinClient(
  machine: Machine,
  ...options: string[]
): Promise<TeredoClient> {
  const process = await machine.spawn(
    ...darwinTeredo("client", "--server", ADDRESS.serverPrimary, "--log-level", "debug"),
    ...controlOption(machine.name),
    ...options,
  );
  const result = await qualification(process);
  await waitForRoute(machine, UTUN);
  return { process, ...result };
}
