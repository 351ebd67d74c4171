/**
 * Messages of the Port Control Protocol, RFC 6887.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +---------------+-+-------------+-------------------------------+
 *     |  Version = 2  |R|   Opcode    |     Reserved      |Result code|   0
 *     +---------------+-+-------------+-------------------------------+
 *     |                      Lifetime in seconds                      |   4
 *     +---------------------------------------------------------------+
 *     | Request: the client's IP address, 128 bits                    |   8
 *     | Response: epoch time in seconds, 32 bits; reserved, 96 bits   |
 *     +---------------------------------------------------------------+
 *     |                  Mapping nonce, 96 bits                       |  24
 *     +---------------+-----------------------------------------------+
 *     |   Protocol    |                  Reserved                     |  36
 *     +---------------+---------------+-------------------------------+
 *     |         Internal port         |         External port         |  40
 *     +-------------------------------+-------------------------------+
 *     |                External IP address, 128 bits                  |  44
 *     +---------------------------------------------------------------+
 *
 * @module
 */

import { equalOctets, getU16, getU32, setU16, setU32 } from "../memory/octets.ts";
import { addressOf, type Endpoint, endpoint, portOf } from "../wire/endpoint.ts";
import { type Ipv4Address, ipv4Address } from "../wire/ipv4_address.ts";

/** The UDP port of PCP and NAT-PMP servers. */
export const ROUTER_PORT = 5351;

/** The UDP port to which routers announce, by multicast to 224.0.0.1, that they restarted. */
export const ANNOUNCEMENT_PORT = 5350;

/** The length of a mapping nonce in octets. */
export const NONCE_LENGTH = 12;

const VERSION = 2;
const RESPONSE = 0x80;
const OPCODE = { announce: 0, map: 1 } as const;
const UDP = 17;

const OFFSET = {
  opcode: 1,
  result: 3,
  lifetime: 4,
  client: 8,
  epoch: 8,
  nonce: 24,
  protocol: 36,
  internalPort: 40,
  externalPort: 42,
  externalAddress: 44,
} as const;

const HEADER_LENGTH = 24;
const MAP_LENGTH = 60;

/** No longer message is allowed (§7). */
const MAX_LENGTH = 1100;

/** Result codes, §7.4: those that mean something to us. */
export const PcpResult = {
  SUCCESS: 0,
  UNSUPP_VERSION: 1,
  NOT_AUTHORIZED: 2,
  UNSUPP_OPCODE: 4,
  NETWORK_FAILURE: 7,
  NO_RESOURCES: 8,
  UNSUPP_PROTOCOL: 9,
  USER_EX_QUOTA: 10,
  CANNOT_PROVIDE_EXTERNAL: 11,
  ADDRESS_MISMATCH: 12,
} as const;

/** What a MAP request asks for. */
export interface PcpMapRequest {
  /** This host's address and the UDP port to map. */
  readonly internal: Endpoint;
  /** 12 octets. */
  readonly nonce: Uint8Array;
  /** The external port to suggest; 0 for any. */
  readonly externalPort: number;
  /** In seconds; 0 removes the mapping. */
  readonly lifetime: number;
}

/** The answer to a MAP request. */
export interface PcpMapResponse {
  /** See {@linkcode PcpResult}. */
  readonly result: number;
  /** Seconds since the router lost its mappings. */
  readonly epoch: number;
  /** How long the mapping lasts, or how long not to ask again after an error; in seconds. */
  readonly lifetime: number;
  /** Where the router receives; meaningless after an error. */
  readonly external: Endpoint;
}

/** A MAP request for UDP, §11.1. */
export function encodePcpMapRequest(request: PcpMapRequest): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(MAP_LENGTH);
  bytes[0] = VERSION;
  bytes[OFFSET.opcode] = OPCODE.map;
  setU32(bytes, OFFSET.lifetime, request.lifetime);
  writeMappedAddress(bytes, OFFSET.client, addressOf(request.internal));
  bytes.set(request.nonce, OFFSET.nonce);
  bytes[OFFSET.protocol] = UDP;
  setU16(bytes, OFFSET.internalPort, portOf(request.internal));
  setU16(bytes, OFFSET.externalPort, request.externalPort);
  // ::ffff:0.0.0.0 leaves the choice of an IPv4 address to the router (§11.1).
  writeMappedAddress(bytes, OFFSET.externalAddress, ipv4Address(0));
  return bytes;
}

/**
 * The answer to `request`. An answer to another request, by nonce or port, is not one (§11.4).
 *
 * @returns undefined if the bytes are anything else
 */
export function parsePcpMapResponse(
  bytes: Uint8Array,
  request: PcpMapRequest,
): PcpMapResponse | undefined {
  if (!isResponse(bytes, OPCODE.map) || bytes.length < MAP_LENGTH) return undefined;
  const isOurs = equalOctets(bytes, OFFSET.nonce, request.nonce, 0, NONCE_LENGTH) &&
    bytes[OFFSET.protocol] === UDP &&
    getU16(bytes, OFFSET.internalPort) === portOf(request.internal);
  const address = readMappedAddress(bytes, OFFSET.externalAddress);
  const result = bytes[OFFSET.result]!;
  if (!isOurs || (address === undefined && result === PcpResult.SUCCESS)) return undefined;
  return {
    result,
    epoch: getU32(bytes, OFFSET.epoch),
    lifetime: getU32(bytes, OFFSET.lifetime),
    external: endpoint(address ?? ipv4Address(0), getU16(bytes, OFFSET.externalPort)),
  };
}

/**
 * Whether this says that the router has no PCP: an answer of version 0 to 2 with the result
 * UNSUPP_VERSION. A NAT-PMP server answers so too (§9, RFC 6886 §3.5).
 */
export function isPcpUnsupported(bytes: Uint8Array): boolean {
  return bytes.length >= OFFSET.lifetime && bytes[0]! <= VERSION &&
    (bytes[OFFSET.opcode]! & RESPONSE) !== 0 && bytes[2] === 0 &&
    bytes[OFFSET.result] === PcpResult.UNSUPP_VERSION;
}

/**
 * The epoch of an announcement that a router has restarted, §14.1.
 *
 * @returns undefined if the bytes are anything else
 */
export function parsePcpAnnouncement(bytes: Uint8Array): number | undefined {
  if (!isResponse(bytes, OPCODE.announce)) return undefined;
  return bytes[OFFSET.result] === PcpResult.SUCCESS ? getU32(bytes, OFFSET.epoch) : undefined;
}

/** The checks of §8.3 and §8.4 that need no state. */
function isResponse(bytes: Uint8Array, opcode: number): boolean {
  return bytes.length >= HEADER_LENGTH && bytes.length <= MAX_LENGTH && bytes.length % 4 === 0 &&
    bytes[0] === VERSION && bytes[OFFSET.opcode] === (RESPONSE | opcode);
}

/** Writes ::ffff:address. */
function writeMappedAddress(bytes: Uint8Array, offset: number, address: Ipv4Address): void {
  setU16(bytes, offset + 10, 0xffff);
  setU32(bytes, offset + 12, address);
}

function readMappedAddress(bytes: Uint8Array, offset: number): Ipv4Address | undefined {
  for (let i = 0; i < 10; i++) if (bytes[offset + i] !== 0) return undefined;
  if (getU16(bytes, offset + 10) !== 0xffff) return undefined;
  return ipv4Address(getU32(bytes, offset + 12));
}
