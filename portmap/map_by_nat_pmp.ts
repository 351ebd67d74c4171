/**
 * Asking a router for a port by the NAT Port Mapping Protocol, RFC 6886.
 *
 * @module
 */

import { endpoint, portOf } from "../wire/endpoint.ts";
import { ask, type Dialogue } from "./dialogue.ts";
import { ROUTER_WAITS } from "./map_by_pcp.ts";
import {
  encodeNatPmpAddressRequest,
  encodeNatPmpMapRequest,
  type NatPmpMapRequest,
  type NatPmpMapResponse,
  NatPmpResult,
  parseNatPmpAddressResponse,
  parseNatPmpMapResponse,
} from "./nat_pmp.ts";
import { ROUTER_PORT } from "./pcp.ts";
import {
  failed,
  type MappingFailure,
  type MappingOutcome,
  type WantedMapping,
} from "./port_mapping.ts";

const FAILURES: Readonly<Record<number, MappingFailure>> = {
  [NatPmpResult.UNSUPPORTED_VERSION]: "unsupported",
  [NatPmpResult.NOT_AUTHORIZED]: "refused",
  [NatPmpResult.NETWORK_FAILURE]: "router_offline",
  [NatPmpResult.OUT_OF_RESOURCES]: "no_resources",
  [NatPmpResult.UNSUPPORTED_OPCODE]: "unsupported",
};

/** Asks for a mapping, or for more time. */
export function* mapByNatPmp(wanted: WantedMapping): Dialogue<MappingOutcome> {
  const to = endpoint(wanted.router, ROUTER_PORT);
  const address = yield* ask(
    [{ to, bytes: encodeNatPmpAddressRequest() }],
    ROUTER_WAITS,
    (bytes, from) => from === to ? parseNatPmpAddressResponse(bytes) : undefined,
  );
  if (address === undefined) return failed("no_answer");
  if (address.result !== NatPmpResult.SUCCESS) return failedBy(address.result);
  const mapping = yield* askForMapping(wanted, {
    internalPort: portOf(wanted.internal),
    externalPort: wanted.externalPort,
    lifetime: wanted.lifetime / 1000,
  });
  if (mapping === undefined) return failed("no_answer");
  if (mapping.result !== NatPmpResult.SUCCESS) return failedBy(mapping.result);
  return {
    type: "granted",
    external: endpoint(address.address, mapping.externalPort),
    lifetime: mapping.lifetime * 1000,
    epoch: mapping.epoch,
  };
}

/** Removes the mapping of the internal port, §3.4. */
export function* unmapByNatPmp(wanted: WantedMapping): Dialogue<boolean> {
  const response = yield* askForMapping(wanted, {
    internalPort: portOf(wanted.internal),
    externalPort: 0,
    lifetime: 0,
  });
  return response?.result === NatPmpResult.SUCCESS;
}

function askForMapping(
  { router }: WantedMapping,
  request: NatPmpMapRequest,
): Dialogue<NatPmpMapResponse | undefined> {
  const to = endpoint(router, ROUTER_PORT);
  return ask(
    [{ to, bytes: encodeNatPmpMapRequest(request) }],
    ROUTER_WAITS,
    (bytes, from) => from === to ? parseNatPmpMapResponse(bytes, request.internalPort) : undefined,
  );
}

function failedBy(result: number): MappingOutcome {
  return failed(FAILURES[result] ?? "answer_invalid");
}
