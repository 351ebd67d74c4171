import { assertEquals } from "@std/assert";
import {
  DAD_STATE_PREFERRED,
  FORWARD_ROW,
  socketAddress,
  UNICAST_ADDRESS_ROW,
} from "../../../ffi/windows/netioapi.ts";
import { networkFacts, newsBetween } from "../../../ffi/windows/network_facts.ts";
import { parseIpv6 } from "../../../wire/ipv6_address.ts";

/** The index of our interface, and that of another. */
const OWN = 9;
const OTHER = 4;

function address(index: number, text: string, dadState = DAD_STATE_PREFERRED): Uint8Array {
  const row = { index, address: socketAddress(parseIpv6(text)!), prefixLength: 64, dadState };
  return UNICAST_ADDRESS_ROW.encode(row);
}

function route(index: number, text: string, destinationLength: number, metric = 10): Uint8Array {
  return FORWARD_ROW.encode({
    ...{ index, destinationLength, metric },
    destination: socketAddress(parseIpv6(text)!),
    nextHop: socketAddress(parseIpv6("fe80::1")!),
  });
}

const BEFORE = networkFacts([address(OTHER, "2001:db8::1")], [route(OTHER, "::", 0)]);

/** The news of a change from {@linkcode BEFORE}. */
function news(addresses: Uint8Array[], routes: Uint8Array[], hasOwn = true) {
  return newsBetween(BEFORE, networkFacts(addresses, routes), hasOwn ? OWN : undefined);
}

Deno.test("network facts: an address that comes or goes is news of its interface", () => {
  const interfaces = new Set([OTHER]);
  const expected = { isOwn: false, isRouting: false, interfaces, isVague: false };
  assertEquals(news([], [route(OTHER, "::", 0)]), expected);
  const both = [address(OTHER, "2001:db8::1"), address(OTHER, "2001:db8::2")];
  assertEquals(news(both, [route(OTHER, "::", 0)]), expected);
});

Deno.test("network facts: an address counts once it can be used", () => {
  const [IS_TENTATIVE, IS_DEPRECATED] = [1, 3];
  const known = address(OTHER, "2001:db8::1");
  const routes = [route(OTHER, "::", 0)];
  const late = (dadState: number) => address(OTHER, "2001:db8::2", dadState);
  assertEquals(news([known, late(IS_TENTATIVE)], routes, false), undefined);
  assertEquals(news([known, late(IS_DEPRECATED)], routes)?.interfaces, new Set([OTHER]));
});

Deno.test("network facts: a default route is news of its interface, another only of routing", () => {
  const addresses = [address(OTHER, "2001:db8::1")];
  assertEquals(news(addresses, []), {
    isOwn: false,
    isRouting: true,
    interfaces: new Set([OTHER]),
    isVague: false,
  });
  const more = [route(OTHER, "::", 0), route(OTHER, "2001:db8:1::", 48)];
  assertEquals(news(addresses, more), {
    isOwn: false,
    isRouting: true,
    interfaces: new Set<number>(),
    isVague: false,
  });
  // The same way with another metric.
  const costly = news(addresses, [route(OTHER, "::", 0, 20)]);
  assertEquals([costly?.isRouting, costly?.interfaces.size], [true, 0]);
});

Deno.test("network facts: changes of our interface are not changes of the network", () => {
  const addresses = [address(OTHER, "2001:db8::1"), address(OWN, "2001::1")];
  const routes = [route(OTHER, "::", 0), route(OWN, "::", 0)];
  const expected = {
    isOwn: true,
    isRouting: false,
    interfaces: new Set<number>(),
    isVague: false,
  };
  assertEquals(news(addresses, routes), expected);
});

Deno.test("network facts: without a visible change our interface is looked at", () => {
  const [addresses, routes] = [[address(OTHER, "2001:db8::1")], [route(OTHER, "::", 0)]];
  assertEquals(news(addresses, routes)?.isOwn, true);
  assertEquals(news(addresses, routes, false), undefined);
});
