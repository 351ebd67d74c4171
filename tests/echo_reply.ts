import { getU16 } from "../memory/octets.ts";
import { echoDataOf, encodeEcho, Icmpv6Type } from "../wire/icmpv6.ts";
import { destinationOf, IPV6_HEADER_LENGTH, sourceOf } from "../wire/ipv6_header.ts";

/** Where identifier and sequence of an echo message are. */
const IDENTIFIER = IPV6_HEADER_LENGTH + 4;

/** The answer to an echo request. */
export function echoReply(request: Uint8Array): Uint8Array<ArrayBuffer> {
  return encodeEcho({
    type: Icmpv6Type.ECHO_REPLY,
    source: destinationOf(request),
    destination: sourceOf(request),
    identifier: getU16(request, IDENTIFIER),
    sequence: getU16(request, IDENTIFIER + 2),
    data: echoDataOf(request),
  });
}
