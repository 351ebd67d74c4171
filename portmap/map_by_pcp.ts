/**
 * Asking a router for a port by the Port Control Protocol, RFC 6887.
 *
 * @module
 */

import { endpoint } from "../wire/endpoint.ts";
import { ask, type Dialogue } from "./dialogue.ts";
import {
  encodePcpMapRequest,
  isPcpUnsupported,
  parsePcpMapResponse,
  type PcpMapResponse,
  PcpResult,
  ROUTER_PORT,
} from "./pcp.ts";
import {
  failed,
  type MappingFailure,
  type MappingOutcome,
  type WantedMapping,
} from "./port_mapping.ts";

/**
 * When to ask again, in milliseconds: RFC 6886 §3.1. RFC 6887 §8.1.1 begins with three seconds,
 * which suits servers far away; ours is one hop away, and another protocol waits for its turn.
 */
export const ROUTER_WAITS: readonly number[] = [250, 500, 1000, 2000];

const FAILURES: Readonly<Record<number, MappingFailure>> = {
  [PcpResult.UNSUPP_VERSION]: "unsupported",
  [PcpResult.NOT_AUTHORIZED]: "refused",
  [PcpResult.UNSUPP_OPCODE]: "unsupported",
  [PcpResult.NETWORK_FAILURE]: "router_offline",
  [PcpResult.NO_RESOURCES]: "no_resources",
  [PcpResult.UNSUPP_PROTOCOL]: "unsupported",
  [PcpResult.USER_EX_QUOTA]: "no_resources",
  [PcpResult.CANNOT_PROVIDE_EXTERNAL]: "port_taken",
  // Another NAT is between us and the router.
  [PcpResult.ADDRESS_MISMATCH]: "unsupported",
};

/** Asks for a mapping, or for more time; the same nonce means the same mapping. */
export function* mapByPcp(wanted: WantedMapping): Dialogue<MappingOutcome> {
  const response = yield* askForMapping(wanted, wanted.lifetime / 1000);
  if (response === undefined) return failed("no_answer");
  if (response === "unsupported") return failed("unsupported");
  if (response.result !== PcpResult.SUCCESS) {
    return failed(FAILURES[response.result] ?? "answer_invalid");
  }
  const { external, lifetime, epoch } = response;
  return { type: "granted", external, lifetime: lifetime * 1000, epoch };
}

/** Removes the mapping with the same nonce, §15. */
export function* unmapByPcp(wanted: WantedMapping): Dialogue<boolean> {
  const response = yield* askForMapping(wanted, 0);
  return typeof response === "object" && response.result === PcpResult.SUCCESS;
}

function askForMapping(
  { router, internal, nonce, externalPort }: WantedMapping,
  lifetime: number,
): Dialogue<PcpMapResponse | "unsupported" | undefined> {
  const request = { internal, nonce, externalPort, lifetime };
  const to = endpoint(router, ROUTER_PORT);
  return ask([{ to, bytes: encodePcpMapRequest(request) }], ROUTER_WAITS, (bytes, from) => {
    if (from !== to) return undefined;
    return isPcpUnsupported(bytes) ? "unsupported" : parsePcpMapResponse(bytes, request);
  });
}
