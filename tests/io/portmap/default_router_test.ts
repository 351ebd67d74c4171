/** The default router. */
import { assertEquals } from "@std/assert";
import type { Route } from "../../../ffi/route.ts";
import { defaultRouter } from "../../../io/portmap/default_router.ts";
import { parseIpv4 } from "../../../wire/ipv4_address.ts";

const ROUTE: Route = {
  interfaceIndex: 2,
  interfaceName: "eth0",
  source: Uint8Array.of(192, 168, 1, 10),
  gateway: Uint8Array.of(192, 168, 1, 1),
};

Deno.test("default router: it is the one that leads to the Internet", () => {
  assertEquals(defaultRouter(() => ROUTE), {
    router: parseIpv4("192.168.1.1")!,
    local: parseIpv4("192.168.1.10")!,
  });
});

Deno.test("default router: a host without one, or that cannot tell, asks nobody", () => {
  assertEquals(defaultRouter(() => "none"), "no_router");
  assertEquals(defaultRouter(() => ({ ...ROUTE, gateway: undefined })), "no_router");
  assertEquals(defaultRouter(() => "unknown"), "router_unknown");
  assertEquals(
    defaultRouter(() => {
      throw new Error("too many open files");
    }),
    "router_unknown",
  );
});
