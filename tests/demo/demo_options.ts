/**
 * What a person may choose about the demo.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import type { NatKind } from "../sim/nat_behaviour.ts";

/** Kinds of NAT as a person types them, with what they mean. */
export const NAT_KINDS = {
  "cone": ["cone", "lets in everything that is sent to the port"],
  "address-restricted": ["addressRestricted", "lets in the addresses that were sent to"],
  "port-restricted": ["portRestricted", "lets in the addresses and ports that were sent to"],
  "symmetric": [
    "symmetric",
    "another port for each destination; two such meet through the gateway",
  ],
} as const satisfies Record<string, readonly [NatKind, string]>;

/** A kind of NAT as a person types it. */
export type NatName = keyof typeof NAT_KINDS;

/** The demo's options. */
export interface DemoOptions {
  readonly nat: NatName;
  readonly isSimulated: boolean;
}

/** The demo's help. */
export const HELP =
  `Shows Teredo at work on this machine: a server, two clients behind NATs, a native host.

Usage: deno task demo [--nat KIND] [--simulated]

  --nat KIND    The NAT in front of each client (default: port-restricted)
${
    Object.entries(NAT_KINDS)
      .map(([name, [, meaning]]) => `                ${name.padEnd(20)}${meaning}`).join("\n")
  }
  --simulated   Stay in this process, on a simulated Internet, even if namespaces are available
`;

/** A command line that makes no sense; the message says why. */
export class DemoUsageError extends Error {
  override name = "DemoUsageError";
}

/** Reads the command line; "help" where that is asked for. */
export function parseDemoOptions(args: readonly string[]): DemoOptions | "help" {
  const { nat, simulated, help } = parseArgs([...args], {
    string: ["nat"],
    boolean: ["simulated", "help"],
    default: { nat: "port-restricted" },
    alias: { help: "h" },
    unknown: (option) => {
      throw new DemoUsageError(`Unknown argument ${option}`);
    },
  });
  if (help) return "help";
  if (!isNatName(nat)) {
    const kinds = Object.keys(NAT_KINDS).join(", ");
    throw new DemoUsageError(`"${nat}" is not a kind of NAT. The kinds are: ${kinds}`);
  }
  return { nat, isSimulated: simulated };
}

function isNatName(text: string): text is NatName {
  return Object.hasOwn(NAT_KINDS, text);
}
