import { assertEquals } from "@std/assert";
import type { NetworkNews } from "../../../ffi/link_monitor.ts";
import type { Route, RouteAnswer } from "../../../ffi/route.ts";
import { WayOut } from "../../../io/network/way_out.ts";
import { parseIpv4 } from "../../../wire/ipv4_address.ts";

const SERVER = parseIpv4("192.0.2.1")!;

/** Packets leave through interface 2. */
const USUAL: Route = {
  interfaceIndex: 2,
  interfaceName: "eth0",
  source: Uint8Array.of(10, 0, 0, 7),
  gateway: Uint8Array.of(10, 0, 0, 1),
};

function news(changes: Partial<NetworkNews> = {}): NetworkNews {
  return { isOwn: false, isRouting: true, isVague: false, interfaces: new Set(), ...changes };
}

/** A way out that was looked at while both ways were the usual one. */
function make() {
  const ways: { server: RouteAnswer; elsewhere: RouteAnswer } = { server: USUAL, elsewhere: USUAL };
  const wayOut = new WayOut((to) => to[0] === 192 ? ways.server : ways.elsewhere);
  wayOut.look([SERVER]);
  const hasChanged = (changes?: Partial<NetworkNews>) => wayOut.hasChanged([SERVER], news(changes));
  return { ways, hasChanged };
}

Deno.test("way out: an interface that comes or goes elsewhere changes nothing", () => {
  const { hasChanged } = make();
  assertEquals(hasChanged(), false);
  assertEquals(hasChanged({ interfaces: new Set([3, 4, 0]) }), false);
});

Deno.test("way out: news of the interface that packets leave through may be another network", () => {
  assertEquals(make().hasChanged({ interfaces: new Set([4, 2]) }), true);
});

Deno.test("way out: another source, router or interface is another way, to the server and elsewhere", () => {
  const others: RouteAnswer[] = [
    { ...USUAL, source: Uint8Array.of(10, 0, 0, 8) },
    { ...USUAL, gateway: Uint8Array.of(10, 0, 0, 2) },
    { ...USUAL, gateway: undefined },
    { ...USUAL, interfaceIndex: 3 },
    "none",
  ];
  for (const other of others) {
    for (const to of ["server", "elsewhere"] as const) {
      const { ways, hasChanged } = make();
      ways[to] = other;
      assertEquals([hasChanged(), hasChanged()], [true, false]);
      ways[to] = USUAL;
      assertEquals(hasChanged(), true);
    }
  }
});

Deno.test("way out: where nobody knows, everything may be a change", () => {
  const { ways, hasChanged } = make();
  assertEquals(hasChanged({ isVague: true }), true);
  ways.elsewhere = "unknown";
  assertEquals([hasChanged(), hasChanged()], [true, true]);
});
