/**
 * All that `teredo probe` finds out: about servers, and beside that about the router.
 *
 * @module
 */

import { addressPolicy } from "../../nodes/address_policy.ts";
import type { MappingProtocol } from "../../portmap/port_mapping.ts";
import { addressOf } from "../../wire/endpoint.ts";
import type { Ipv4Address } from "../../wire/ipv4_address.ts";
import type { Check } from "./check.ts";
import { checkPortMapping } from "./port_mapping_check.ts";
import type { ProbeOutcome } from "./probe_outcome.ts";
import { type ProbeOptions, runProbe } from "./run_probe.ts";

/** What to find out. */
interface ProbeAllOptions extends ProbeOptions {
  /** By which protocols the router is asked to map a port. */
  readonly protocols: readonly MappingProtocol[];
}

/**
 * Probes servers and the router at the same time.
 *
 * @returns what was found of each server, and the check of the router unless it was not asked for
 * @throws what {@linkcode runProbe} throws
 */
export async function probeAll(
  { protocols, ...options }: ProbeAllOptions,
  signal: AbortSignal,
): Promise<[ProbeOutcome[], Check | undefined]> {
  const probing = runProbe(options, signal);
  const seen = probing.then(externalAddress, () => undefined);
  // A private network has routers all the same, so its addresses do not count as public here.
  const globalUnicast = addressPolicy("public");
  return await Promise.all([probing, checkPortMapping(protocols, globalUnicast, seen, signal)]);
}

/** This host's address as servers see it. */
function externalAddress(outcomes: readonly ProbeOutcome[]): Ipv4Address | undefined {
  for (const outcome of outcomes) {
    const mapping = outcome.type === "probed" ? outcome.findings.primary.mapping : undefined;
    if (mapping !== undefined) return addressOf(mapping);
  }
  return undefined;
}
