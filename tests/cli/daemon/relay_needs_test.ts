import { assertEquals, assertStringIncludes } from "@std/assert";
import { missingForRelay, type RelayHostView } from "../../../cli/daemon/relay_needs.ts";
import { GlobalUnicast } from "../../../wire/global_unicast.ts";
import { parseIpv4 } from "../../../wire/ipv4_address.ts";

const HOST: RelayHostView = {
  addresses: [parseIpv4("10.0.0.5")!, parseIpv4("8.8.8.8")!],
  publicAddress: undefined,
  globalUnicast: new GlobalUnicast(),
  needsInternet: true,
  hasNativeIpv6: true,
  needsForwarding: true,
  forwards: true,
};

const PRIVATE = { addresses: [parseIpv4("10.0.0.5")!] };

const CASES: readonly (readonly [what: string, Partial<RelayHostView>, ...words: string[]])[] = [
  ["all that it needs", {}],
  ["a private address alone", PRIVATE, "no public IPv4 address (only 10.0.0.5)"],
  ["no address", { addresses: [] }, "no public IPv4 address (none)"],
  ["a private address, and a public one elsewhere", {
    ...PRIVATE,
    publicAddress: parseIpv4("8.8.8.8")!,
  }],
  ["no native IPv6", { hasNativeIpv6: false }, "no native IPv6 address"],
  ["no native IPv6, and prefixes of its own", { hasNativeIpv6: false, needsInternet: false }],
  ["no forwarding", { forwards: false }, "does not forward IPv6"],
  ["no forwarding, and no other hosts to serve", { forwards: false, needsForwarding: false }],
  ["neither", { ...PRIVATE, hasNativeIpv6: false }, "public IPv4", "native IPv6"],
];

for (const [what, changes, ...words] of CASES) {
  Deno.test(`relay: a host with ${what} lacks ${words.length} things`, () => {
    const faults = missingForRelay({ ...HOST, ...changes });
    assertEquals(faults.length, words.length);
    for (const [i, word] of words.entries()) assertStringIncludes(faults[i]!.message, word);
  });
}
