import { assertEquals } from "@std/assert";
import { REFUSED_DESTINATIONS } from "../../../nodes/host/refused_destinations.ts";
import { parseIpv6 } from "../../../wire/ipv6_address.ts";
import { isWithin } from "../../../wire/ipv6_prefix.ts";

/** Destinations, and the name that a refusal is counted under, if it is refused. */
const DESTINATIONS: Readonly<Record<string, string | undefined>> = {
  "::": "not_global",
  "::1": "not_global",
  "::ffff:10.0.0.1": "not_global",
  "64:ff9b::10.0.0.1": "not_global",
  "64:ff9b:1::1": "not_global",
  "100::1": "not_global",
  "1fff:ffff::1": "not_global",
  "2000::1": undefined,
  "2001:0:5301:1::1": "teredo_destination",
  "2001:1::1": undefined,
  "2606:4700::1111": undefined,
  "3fff:ffff::1": undefined,
  "4000::1": "not_global",
  "7fff::1": "not_global",
  "8000::1": "not_global",
  "fbff::1": "not_global",
  "fc00::1": "private_destination",
  "fdff::1": "private_destination",
  "fe00::1": "not_global",
  "fe80::1": "private_destination",
  "fec0::1": "private_destination",
  "ff02::1": "multicast",
};

for (const [text, expected] of Object.entries(DESTINATIONS)) {
  Deno.test(`gateway: ${text} is ${expected ?? "not refused"}`, () => {
    const found = Object.entries(REFUSED_DESTINATIONS).find(([, prefixes]) =>
      prefixes.some((prefix) => isWithin(parseIpv6(text)!, 0, prefix))
    );
    assertEquals(found?.[0], expected);
  });
}
