/**
 * What the roles leave behind when they have ended: nothing.
 *
 * @module
 */

import { firewallTables, kernelTraces } from "../netns/kernel_traces.ts";
import type { Machine } from "../netns/machine.ts";
import type { World } from "./world.ts";

/** Interfaces, addresses, routes, sockets and tables of machines. */
export class Traces {
  readonly #machines: readonly Machine[];
  #pristine = new Map<Machine, string>();

  constructor(machines: readonly Machine[]) {
    this.#machines = machines;
  }

  /** Looks before anything runs. */
  async note(): Promise<void> {
    for (const machine of this.#machines) this.#pristine.set(machine, await allOf(machine));
  }

  /** The machines that are not as they were, with what they have now. */
  async differences(): Promise<string[]> {
    const found: string[] = [];
    for (const machine of this.#machines) {
      const [before, after] = [this.#pristine.get(machine)!, await allOf(machine)];
      if (after !== before) found.push(`left on ${machine.name}: ${newLines(before, after)}`);
    }
    return found;
  }
}

/** Ends all roles, and returns what is wrong with their ends. */
export async function endAll({ watched, restarted, lab }: World): Promise<string[]> {
  const wrong: string[] = [];
  // Clients first, because they say goodbye to nobody but are served by the others.
  for (const role of [...watched.toReversed(), restarted]) {
    const { code } = await role.process.end("SIGTERM");
    if (code !== 0) wrong.push(`${role.name} ended with ${code}: ${role.process.log}`);
  }
  const sockets = await lab.server.run(
    "sh",
    "-c",
    "find /run/teredo ! -type d 2>/dev/null || true",
  );
  if (sockets.trim() !== "") wrong.push(`left in /run/teredo: ${sockets.trim()}`);
  return wrong;
}

async function allOf(machine: Machine): Promise<string> {
  return `${await kernelTraces(machine)}\n${await firewallTables(machine)}`;
}

function newLines(before: string, after: string): string {
  const known = new Set(before.split("\n"));
  const fresh = after.split("\n").filter((line) => !known.has(line));
  return fresh.length > 0 ? fresh.join("\n") : "something is missing that was there";
}
