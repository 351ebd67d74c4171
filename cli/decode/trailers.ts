/**
 * The trailers of RFC 6081 §4, field by field.
 *
 * @module
 */

import { endpoint, formatEndpoint } from "../../wire/endpoint.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { getU16, getU32 } from "../../memory/octets.ts";
import { TrailerType } from "../../wire/trailers.ts";
import type { FieldReader } from "./field.ts";

const HEADER_LENGTH = 2;
const ALTERNATE_ENTRY = 6;

/** The top two bits of a type: what nodes that do not know it must do. */
const ACTION_SHIFT = 6;
const DISCARD = 1;

/** Reads all trailers, up to the end of the datagram or one that is cut off. */
export function readTrailers(reader: FieldReader): void {
  while (reader.left >= HEADER_LENGTH) {
    const { bytes, offset } = reader;
    const type = bytes[offset]!;
    const length = bytes[offset + 1]!;
    reader.read("trailer", 1, `${type}: ${trailerName(type)}`);
    reader.read("trailer length", 1, `${length}`);
    if (length > reader.left) {
      reader.read("trailer value", length);
      return;
    }
    if (type === TrailerType.ALTERNATE_ADDRESS) readAlternateAddresses(reader, length);
    else reader.read("trailer value", length, valueText(type, length));
  }
}

/** Two octets reserved, then endpoints. */
function readAlternateAddresses(reader: FieldReader, length: number): void {
  const end = reader.offset + length;
  reader.readTo(Math.min(end, reader.offset + 2), "reserved");
  while (reader.offset + ALTERNATE_ENTRY <= end) {
    reader.read("alternate address", ALTERNATE_ENTRY, (bytes, offset) => {
      const address = ipv4Address(getU32(bytes, offset));
      return formatEndpoint(endpoint(address, getU16(bytes, offset + 4)));
    });
  }
  reader.readTo(end, "trailer's rest", "not a whole endpoint");
}

function valueText(type: number, length: number) {
  return (bytes: Uint8Array, offset: number): string => {
    switch (type) {
      case TrailerType.NONCE:
        return length === 4 ? "must be repeated in the answer" : WRONG_LENGTH;
      case TrailerType.NEIGHBOR_DISCOVERY:
        if (length !== 4) return WRONG_LENGTH;
        return bytes[offset] === 0 ? "0: solicitation" : "1: advertisement";
      case TrailerType.RANDOM_PORT:
        return length === 2 ? `port ${getU16(bytes, offset)}` : WRONG_LENGTH;
      default:
        return "";
    }
  };
}

const WRONG_LENGTH = "ignored: the length is wrong";

function trailerName(type: number): string {
  switch (type) {
    case TrailerType.NONCE:
      return "nonce";
    case TrailerType.ALTERNATE_ADDRESS:
      return "alternate addresses";
    case TrailerType.NEIGHBOR_DISCOVERY:
      return "neighbour discovery option";
    case TrailerType.RANDOM_PORT:
      return "random port";
    default:
      return type >>> ACTION_SHIFT === DISCARD
        ? "unknown, and asks to drop the packet"
        : "unknown, to be skipped";
  }
}
