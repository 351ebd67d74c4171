/** Every captured payload, read as an independent decoder read it. */

import { assert, assertEquals } from "@std/assert";
import { addToSum, foldSum } from "../../wire/checksum.ts";
import { formatIpv6 } from "../../wire/ipv6_address.ts";
import {
  ADDRESSES_LENGTH,
  DESTINATION,
  hopLimitOf,
  nextHeaderOf,
  payloadLengthOf,
  SOURCE,
} from "../../wire/ipv6_header.ts";
import type { Malformed } from "../../wire/malformed.ts";
import { mappingOf } from "../../wire/teredo_address.ts";
import { encodeTeredoPacket, parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { parseTrailers } from "../../wire/trailers.ts";
import { capture, captures } from "../vectors/vectors.ts";

/** The decoder's words for what is wrong, in ours. */
const REASONS: Readonly<Record<string, Malformed>> = {
  "fewer than 40 octets where IPv6 should be": "ipv6_truncated",
  "IP version 3": "not_ipv6",
};

/** DNS that begins with another nibble than 6 is told by it before its length is looked at. */
const NIBBLE_FIRST = "zeek-false-teredo#5";

for (const row of captures) {
  Deno.test(`${row.name} (${row.class}, ${row.kind}) is read as it was recorded`, () => {
    const packet = parseTeredoPacket(row.payload);
    if (row.error !== undefined) {
      assertEquals(packet, row.name === NIBBLE_FIRST ? "not_ipv6" : REASONS[row.error]);
      return;
    }
    assert(typeof packet === "object", `${packet}`);
    const { authentication, origin, ipv6, trailers } = packet;
    assertEquals(
      authentication && {
        identifierLength: authentication.identifier.length,
        valueLength: authentication.value.length,
        nonce: authentication.nonce.toHex(),
        confirmation: authentication.confirmation,
      },
      row.authentication,
    );
    assertEquals(origin, row.origin);
    assertEquals({
      source: formatIpv6(ipv6, SOURCE),
      destination: formatIpv6(ipv6, DESTINATION),
      hopLimit: hopLimitOf(ipv6),
      payloadLength: payloadLengthOf(ipv6),
      nextHeader: nextHeaderOf(ipv6),
    }, row.ipv6);
    assertEquals(trailers.toHex(), row.trailers.toHex());
    assertEquals(encodeTeredoPacket(packet).toHex(), row.payload.toHex());
  });
}

Deno.test("the checksums that the captured packets carry are right", () => {
  const checked = captures.filter((row) => row.hasValidChecksum);
  assertEquals(checked.length, 28);
  for (const { name, payload } of checked) {
    const packet = parseTeredoPacket(payload);
    assert(typeof packet === "object", name);
    const { ipv6 } = packet;
    const length = payloadLengthOf(ipv6);
    const sum = addToSum(ipv6, SOURCE, ADDRESSES_LENGTH + length, length + nextHeaderOf(ipv6));
    assertEquals(foldSum(sum), 0xffff, name);
  }
});

Deno.test("octets behind a captured bubble are trailer space that says nothing", () => {
  for (const frame of [3, 5, 6]) {
    const packet = parseTeredoPacket(capture(`zeek-teredo_bubble_with_payload#${frame}`).payload);
    assert(typeof packet === "object");
    assertEquals(parseTrailers(packet.trailers), {});
  }
});

Deno.test("the Windows client's address maps to where the server saw it", () => {
  const advertisement = capture("zeek-Teredo#7");
  const bubble = parseTeredoPacket(capture("zeek-Teredo#29").payload);
  assert(typeof bubble === "object");
  assertEquals(mappingOf(bubble.ipv6, SOURCE), advertisement.origin);
});
