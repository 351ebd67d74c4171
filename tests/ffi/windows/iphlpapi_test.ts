/**
 * What Windows says of interfaces, addresses and routes: on Windows, and under wine with the
 * stand-in for iphlpapi.dll.
 */
import { assert, assertEquals } from "@std/assert";
import { forwardsIpv6 } from "../../../ffi/windows/forwarding.ts";
import { aliasOf, aliasOfIndex, indexOf, luidOf } from "../../../ffi/windows/interface_name.ts";
import { WindowsLinkMonitor } from "../../../ffi/windows/link_monitor.ts";
import { readTable } from "../../../ffi/windows/mib_table.ts";
import { addressIn, AF_INET, UNICAST_ADDRESS_ROW } from "../../../ffi/windows/netioapi.ts";
import { findRoute, findSource } from "../../../ffi/windows/route_query.ts";
import { parseIpv4 } from "../../../wire/ipv4_address.ts";
import "../open_libc.ts";

/** This host itself. */
const LOOPBACK = Uint8Array.of(127, 0, 0, 1);

const isWindows = Deno.build.os === "windows";

/** Wine's own iphlpapi.dll does not answer such questions. */
const answers = isWindows && findRoute(LOOPBACK, undefined) !== "unknown";

function test(name: string, fn: () => void, isAnswered = isWindows): void {
  Deno.test({ name: `iphlpapi: ${name}`, ignore: !isAnswered, fn });
}

test("the interfaces that Deno names have a LUID, an index and that alias", () => {
  const names = new Set(Deno.networkInterfaces().map(({ name }) => name));
  assert(names.size > 0);
  for (const name of names) {
    const luid = luidOf(name);
    assert(luid !== undefined, name);
    assertEquals(aliasOf(luid), name);
    assertEquals(aliasOfIndex(indexOf(luid)), name);
  }
  assertEquals(luidOf("no such interface"), undefined);
  assertEquals(aliasOfIndex(0x7fff_fff0), "number 2147483632");
});

test("the table of addresses has the loopback address", () => {
  const rows = readTable("GetUnicastIpAddressTable", AF_INET);
  assert(typeof rows === "object");
  const addresses = rows.map((row) =>
    addressIn(UNICAST_ADDRESS_ROW.decode(row).address)?.join(".")
  );
  assert(addresses.includes("127.0.0.1"), addresses.join(" "));
});

test("the way to this host starts from this host", () => {
  const route = findRoute(LOOPBACK, undefined);
  assert(typeof route === "object", String(route));
  assertEquals(route.source, LOOPBACK);
  assertEquals(route.gateway, undefined);
  assertEquals(luidOf(route.interfaceName) !== undefined, true);
  assertEquals(findSource(parseIpv4("127.0.0.1")!), parseIpv4("127.0.0.1"));
}, answers);

test("there is no way through an interface that does not exist", () => {
  assertEquals(findRoute(LOOPBACK, "no such interface"), "none");
});

test("a monitor without news reads none, and closes twice", () => {
  const monitor = new WindowsLinkMonitor(undefined);
  assertEquals(monitor.read(), undefined);
  monitor.close();
  monitor.close();
});

test("whether the host forwards is known", () => {
  assertEquals(typeof forwardsIpv6(), "boolean");
}, answers);
