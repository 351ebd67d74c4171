/**
 * The part of a client's report about its port on the router.
 *
 * @module
 */

import type { PortMappingStatus } from "../../../nodes/client_mapping.ts";
import { formatEndpoint } from "../../../wire/endpoint.ts";
import type { PortMappingPart } from "./status_report.ts";

const NOTHING: Omit<PortMappingPart, "state"> = {
  protocol: null,
  external: null,
  expiresIn: null,
  view: null,
  reason: null,
  tried: [],
  retryIn: null,
};

/** The part; null for a client that never asks a router. */
export function portMappingPart(status: PortMappingStatus | undefined): PortMappingPart | null {
  if (status === undefined) return null;
  const { state } = status;
  switch (state) {
    case "idle":
      return { ...NOTHING, state, reason: status.reason };
    case "asking":
      return { ...NOTHING, state, protocol: status.protocol };
    case "mapped": {
      const { mapping, expiresIn, view } = status;
      return {
        ...NOTHING,
        ...{ state, view, protocol: mapping.protocol, external: formatEndpoint(mapping.external) },
        expiresIn: expiresIn === Infinity ? null : rounded(expiresIn),
      };
    }
    case "failed": {
      const { reason, tried, retryIn } = status;
      return { ...NOTHING, state, reason, tried, retryIn: rounded(retryIn) };
    }
  }
}

function rounded(milliseconds: number): number {
  return Math.max(0, Math.round(milliseconds));
}
