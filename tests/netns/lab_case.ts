/**
 * Tests that take place in a lab.
 *
 * @module
 */

import { type Capability, LAB, requires } from "../capabilities.ts";
import { prefetch } from "./deno_run.ts";
import { rent } from "./gateway_lab.ts";
import { createLab, type Lab, type Sites } from "./lab.ts";
import type { Machine } from "./machine.ts";
import { prepareTeredo } from "./teredo.ts";

/** NATs of the kernel. */
export const PORT_RESTRICTED = { by: "kernel", kind: "portRestricted" } as const;
export const SYMMETRIC = { by: "kernel", kind: "symmetric" } as const;

/** A test in a lab. */
interface LabCase<Name extends string> {
  readonly name: string;
  readonly sites: Sites<Name>;
  /** What it needs besides what every lab does. */
  readonly needs?: readonly Capability[];
  /** Programs of this repository that it runs besides our own. */
  readonly programs?: readonly string[];
  readonly fn: (lab: Lab<Name>, t: Deno.TestContext) => Promise<void>;
}

/** Registers a test. */
export function labTest<Name extends string>(
  { name, sites, needs = [], programs = [], fn }: LabCase<Name>,
): void {
  const { title, ignore } = requires(...LAB, "ping", ...needs);
  Deno.test({
    name: title(name),
    ignore,
    fn: async (t) => {
      await prepareTeredo();
      for (const program of programs) await prefetch(program);
      await using lab = await createLab(sites);
      await fn(lab, t);
    },
  });
}

/** A test with a machine as people rent it, on which no gateway runs yet. */
interface GatewayCase<Name extends string> extends Omit<LabCase<Name>, "fn"> {
  readonly fn: (lab: Lab<Name>, machine: Machine, t: Deno.TestContext) => Promise<void>;
}

/** Registers a test of a gateway. */
export function gatewayTest<Name extends string>(
  { needs = [], fn, ...rest }: GatewayCase<Name>,
): void {
  labTest({
    ...rest,
    needs: ["root", "nft", ...needs],
    fn: async (lab, t) => await fn(lab, await rent(lab), t),
  });
}

/** A folder for files with secrets, which goes with its disposal. */
export class SecretFolder implements AsyncDisposable {
  readonly #folder = Deno.makeTempDirSync();

  /** Writes a file there, and returns its path. */
  write(name: string, text: string): string {
    const path = `${this.#folder}/${name}`;
    Deno.writeTextFileSync(path, text, { mode: 0o600 });
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}
