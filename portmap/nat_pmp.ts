/**
 * Messages of the NAT Port Mapping Protocol, RFC 6886 §3.
 *
 *     address request    version 0, opcode 0
 *     address response   version 0, opcode 128, result (2), epoch (4), external address (4)
 *     map request        version 0, opcode 1, reserved (2), internal port (2), external port (2),
 *                        lifetime (4)
 *     map response       version 0, opcode 129, result (2), epoch (4), internal port (2),
 *                        external port (2), lifetime (4)
 *
 * Epoch and lifetime are in seconds.
 *
 * @module
 */

import { getU16, getU32, setU16, setU32 } from "../memory/octets.ts";
import { type Ipv4Address, ipv4Address } from "../wire/ipv4_address.ts";

const OPCODE = { address: 0, mapUdp: 1 } as const;
const RESPONSE = 128;

const ADDRESS_RESPONSE_LENGTH = 12;
const MAP_RESPONSE_LENGTH = 16;
const ERROR_LENGTH = 8;

/** Result codes, §3.5. */
export const NatPmpResult = {
  SUCCESS: 0,
  UNSUPPORTED_VERSION: 1,
  NOT_AUTHORIZED: 2,
  NETWORK_FAILURE: 3,
  OUT_OF_RESOURCES: 4,
  UNSUPPORTED_OPCODE: 5,
} as const;

/** What an answer of either kind says. */
interface NatPmpResponse {
  /** See {@linkcode NatPmpResult}. */
  readonly result: number;
  /** Seconds since the router lost its mappings. */
  readonly epoch: number;
}

/** The answer to an address request. */
export interface NatPmpAddressResponse extends NatPmpResponse {
  /** The router's external address; 0.0.0.0 after an error. */
  readonly address: Ipv4Address;
}

/** What a map request asks for. */
export interface NatPmpMapRequest {
  readonly internalPort: number;
  /** The external port to suggest; 0 in a request that removes the mapping (§3.4). */
  readonly externalPort: number;
  /** In seconds; 0 removes the mapping. */
  readonly lifetime: number;
}

/** The answer to a map request. */
export interface NatPmpMapResponse extends NatPmpResponse {
  /** 0 after an error. */
  readonly externalPort: number;
  /** How long the mapping lasts, in seconds. */
  readonly lifetime: number;
}

/** Asks for the router's external address, §3.2. */
export function encodeNatPmpAddressRequest(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(2);
}

/** Asks for a UDP port, §3.3. */
export function encodeNatPmpMapRequest(request: NatPmpMapRequest): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12);
  bytes[1] = OPCODE.mapUdp;
  setU16(bytes, 4, request.internalPort);
  setU16(bytes, 6, request.externalPort);
  setU32(bytes, 8, request.lifetime);
  return bytes;
}

/**
 * The answer to an address request. Routers announce their restart with the same message (§3.2.1).
 *
 * @returns undefined if the bytes are anything else
 */
export function parseNatPmpAddressResponse(bytes: Uint8Array): NatPmpAddressResponse | undefined {
  const response = parseResponse(bytes, OPCODE.address, ADDRESS_RESPONSE_LENGTH);
  if (response === undefined) return undefined;
  const isWhole = response.result === NatPmpResult.SUCCESS;
  return { ...response, address: ipv4Address(isWhole ? getU32(bytes, 8) : 0) };
}

/**
 * The answer to a map request for a UDP port.
 *
 * @returns undefined if the bytes are anything else, such as an answer for another port
 */
export function parseNatPmpMapResponse(
  bytes: Uint8Array,
  internalPort: number,
): NatPmpMapResponse | undefined {
  const response = parseResponse(bytes, OPCODE.mapUdp, MAP_RESPONSE_LENGTH);
  if (response === undefined) return undefined;
  if (bytes.length < MAP_RESPONSE_LENGTH) return { ...response, externalPort: 0, lifetime: 0 };
  if (getU16(bytes, 8) !== internalPort) return undefined;
  return { ...response, externalPort: getU16(bytes, 10), lifetime: getU32(bytes, 12) };
}

/** An error may be shorter than what succeeds: it ends with the epoch (§3.5). */
function parseResponse(
  bytes: Uint8Array,
  opcode: number,
  length: number,
): NatPmpResponse | undefined {
  if (bytes.length < ERROR_LENGTH || bytes[0] !== 0 || bytes[1] !== RESPONSE + opcode) {
    return undefined;
  }
  const result = getU16(bytes, 2);
  if (result === NatPmpResult.SUCCESS && bytes.length < length) return undefined;
  return { result, epoch: getU32(bytes, 4) };
}
