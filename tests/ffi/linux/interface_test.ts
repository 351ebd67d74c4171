import { findRoute, openInterface, openTun } from "../../../ffi/open.ts";
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import type { Route } from "../../../ffi/route.ts";
import { SystemError } from "../../../ffi/c/errno.ts";
import { type Interface, InterfaceGone, Ipv6SwitchedOff } from "../../../ffi/interface.ts";
import type { Tun } from "../../../ffi/tun.ts";
import { formatIpv6, parseIpv6 } from "../../../wire/ipv6_address.ts";
import { ipJson, namespaceTest, run } from "../namespace.ts";
import "../open_libc.ts";

const { url } = import.meta;

const OURS = parseIpv6("2001:0:5301:1::1")!;
const TEREDO = { address: parseIpv6("2001::")!, length: 32 };
const DEFAULT = { address: new Uint8Array(16), length: 0 };
const ELSEWHERE = parseIpv6("2600::1")!;

/** A test with its own TUN, and an interface to configure it. */
function interfaceTest(name: string, body: (configuration: Interface, tun: Tun) => void): void {
  namespaceTest(url, `Interface: ${name}`, ["tun", "ip"], () => {
    const tun = openTun("teredo");
    const configuration = openInterface(tun.name, tun.index);
    body(configuration, tun);
    configuration.close();
    configuration.close();
    tun.close();
  });
}

interfaceTest("the MTU is set and the link goes up", (configuration) => {
  configuration.setMtu(1400);
  configuration.bringUp();
  const [link] = ipJson("link", "show", "teredo");
  assertEquals(link?.mtu, 1400);
  assertEquals((link?.flags as string[]).includes("UP"), true);
});

interfaceTest(
  "the kernel makes no link-local address and hears no advertisement",
  (configuration) => {
    configuration.setMtu(1280);
    configuration.bringUp();
    assertEquals(addresses(), []);
    assertEquals(Deno.readTextFileSync("/proc/sys/net/ipv6/conf/teredo/accept_ra"), "0\n");
  },
);

interfaceTest("addresses come and go, and are usable at once", (configuration) => {
  configuration.setMtu(1280);
  configuration.bringUp();
  configuration.addAddress(OURS, 128);
  configuration.addAddress(OURS, 128);
  configuration.addAddress(parseIpv6("fe80::8000:1")!, 64);
  assertEquals(addresses(), ["2001:0:5301:1::1/128", "fe80::8000:1/64"]);
  configuration.removeAddress(OURS, 128);
  configuration.removeAddress(OURS, 128);
  assertEquals(addresses(), ["fe80::8000:1/64"]);
});

interfaceTest("routes come and go, with their metrics", (configuration) => {
  configuration.setMtu(1280);
  configuration.bringUp();
  configuration.addRoute(TEREDO);
  configuration.addRoute(DEFAULT, 1029);
  configuration.addRoute(DEFAULT, 1029);
  assertEquals(routes(), ["2001::/32 metric 1024", "default metric 1029"]);
  configuration.removeRoute(DEFAULT, 1029);
  configuration.removeRoute(DEFAULT, 1029);
  configuration.removeRoute(TEREDO);
  assertEquals(routes(), []);
});

interfaceTest("adding says whether something was missing", (configuration) => {
  configuration.setMtu(1280);
  configuration.bringUp();
  const add = () => [configuration.addAddress(OURS, 128), configuration.addRoute(TEREDO, 1024)];
  assertEquals([add(), add()], [[true, true], [false, false]]);
  run("ip", "-6", "route", "flush", "dev", "teredo");
  assertEquals(add(), [false, true]);
});

for (const [isCrowded, neighbours] of [[false, 3], [true, 1]] as const) {
  const crowd = isCrowded ? "a crowd" : "few hosts";
  interfaceTest(
    `behind a route to ${crowd} the kernel has neighbours: ${neighbours}`,
    (own, tun) => {
      own.setMtu(1280);
      own.bringUp();
      own.addAddress(OURS, 128);
      own.addRoute(TEREDO, 1025, isCrowded);
      assertEquals(own.addRoute(TEREDO, 1025, isCrowded), false);
      run("bash", "-c", "for i in 1 2 3; do echo >/dev/udp/2001:0:5301:1::a$i/9; done");
      assertEquals(
        ipJson("-6", "neigh", "show", "dev", "teredo", "nud", "noarp").length,
        neighbours,
      );
      const room = new Uint8Array(100);
      for (const last of [0xa1, 0xa2, 0xa3]) {
        tun.read(room);
        assertEquals(room[39], last);
      }
      own.removeRoute(TEREDO, 1025);
      assertEquals(routes(), []);
    },
  );
}

interfaceTest("the link is as the kernel has it", (configuration) => {
  configuration.setMtu(1400);
  assertEquals(configuration.readLink(), { isUp: false, mtu: 1400, hasIpv6: true, dropped: 0 });
  configuration.bringUp();
  assertEquals(configuration.readLink().isUp, true);
  configuration.takeDown();
  assertEquals(configuration.readLink().isUp, false);
});

interfaceTest("packets that its queue does not hold are counted", (configuration) => {
  configuration.setQueueLength(3);
  bringUp(configuration);
  const script = "for ((i = 0; i < 10; i++)); do echo >/dev/udp/2600::1/9; done";
  run("bash", "-c", script);
  assertEquals(configuration.readLink().dropped, 7);
});

interfaceTest("IPv6 that is switched off is switched on", (configuration) => {
  configuration.setMtu(1280);
  const setting = "/proc/sys/net/ipv6/conf/teredo/disable_ipv6";
  Deno.writeTextFileSync(setting, "1");
  assertEquals(configuration.readLink().hasIpv6, false);
  const add = () => configuration.addAddress(OURS, 128);
  const remedy = "set the sysctl net.ipv6.conf.teredo.disable_ipv6 to 0";
  assertThrows(add, Ipv6SwitchedOff, remedy);
  assertThrows(() => configuration.addRoute(TEREDO), Ipv6SwitchedOff, remedy);
  configuration.enableIpv6();
  assertEquals([configuration.readLink().hasIpv6, add()], [true, true]);
});

interfaceTest("addresses and routes vanish with it", (configuration, tun) => {
  bringUp(configuration);
  tun.close();
  assertEquals(ipJson("-6", "route"), []);
  assertThrows(() => configuration.bringUp(), InterfaceGone, 'Interface "teredo" is gone');
});

interfaceTest("its name is restored, up and down", (configuration) => {
  bringUp(configuration);
  assertEquals(configuration.restoreName?.(), undefined);
  run("ip", "link", "set", "teredo", "down");
  run("ip", "link", "set", "teredo", "name", "other");
  run("ip", "link", "set", "other", "up");
  assertEquals(configuration.restoreName?.(), "other");
  assertEquals(configuration.restoreName?.(), undefined);
  assertEquals(run("ip", "-o", "link").includes("other"), false);
});

interfaceTest("the way out is found, and starts from the Teredo address", (configuration, tun) => {
  assertEquals(findRoute(ELSEWHERE), "none");
  bringUp(configuration);
  const way = routeTo(ELSEWHERE);
  assertEquals(way.interfaceIndex, tun.index);
  assertEquals(formatIpv6(way.source!), formatIpv6(OURS));
});

interfaceTest("a native default route wins over ours", (configuration) => {
  bringUp(configuration);
  const native = openTun("native");
  const other = openInterface(native.name, native.index);
  other.bringUp();
  other.addAddress(parseIpv6("2a00::1")!, 64);
  other.addRoute(DEFAULT, 1024);
  const way = routeTo(ELSEWHERE);
  assertEquals(way.interfaceIndex, native.index);
  assertEquals(formatIpv6(way.source!), "2a00::1");
  other.close();
  native.close();
});

interfaceTest("a native default route that is worse than ours is found when asked for", (own) => {
  bringUp(own);
  const native = openTun("native");
  const other = openInterface(native.name, native.index);
  other.bringUp();
  assertEquals(findRoute(ELSEWHERE, "native"), "none", "no route yet");
  other.addRoute(DEFAULT, 3003);
  assertEquals(formatIpv6(routeTo(ELSEWHERE).source!), formatIpv6(OURS));
  assertEquals(formatIpv6(routeTo(ELSEWHERE, "native").source!), formatIpv6(OURS), "no address");
  other.addAddress(parseIpv6("2a00::1")!, 64);
  assertEquals(formatIpv6(routeTo(ELSEWHERE, "native").source!), "2a00::1");
  assertEquals(findRoute(ELSEWHERE, "absent"), "none");
  other.close();
  native.close();
});

interfaceTest("the same route through another interface stays, and goes first", (own, tun) => {
  bringUp(own);
  const second = openTun("second");
  const other = openInterface(second.name, second.index);
  bringUp(other);
  assertEquals(routes(), ["2001::/32 metric 1024", "default metric 1029"]);
  assertEquals(routeTo(ELSEWHERE).interfaceIndex, tun.index);
  other.close();
  second.close();
  assertEquals(routes(), ["2001::/32 metric 1024", "default metric 1029"]);
});

interfaceTest("the kernel's own words are part of the message", (configuration) => {
  const error = assertThrows(() => configuration.setMtu(1_000_000), SystemError);
  assertMatch(
    (error as SystemError).message,
    /^Cannot set the MTU of interface "teredo" to 1000000: .* \(rtnetlink: EINVAL\)\. mtu greater/,
  );
});

/** The route that the kernel must know. */
function routeTo(destination: Uint8Array, through?: string): Route {
  const found = findRoute(destination, through);
  assert(typeof found !== "string", `The route is ${found}`);
  return found;
}

/** As a client does when it is qualified. */
function bringUp(configuration: Interface): void {
  configuration.setMtu(1280);
  configuration.bringUp();
  configuration.addAddress(OURS, 128);
  configuration.addRoute(TEREDO);
  configuration.addRoute(DEFAULT, 1029);
}

/** The IPv6 addresses of the interface that are past duplicate detection. */
function addresses(): string[] {
  const [link] = ipJson("-6", "address", "show", "dev", "teredo");
  const list = (link?.addr_info ?? []) as {
    local: string;
    prefixlen: number;
    tentative?: boolean;
  }[];
  return list.filter(({ tentative }) => !tentative)
    .map(({ local, prefixlen }) => `${local}/${prefixlen}`);
}

/** The IPv6 routes through the interface that were not made by the kernel itself. */
function routes(): string[] {
  return ipJson("-6", "route", "show", "dev", "teredo")
    .filter(({ protocol }) => protocol !== "kernel")
    .map(({ dst, metric }) => `${dst} metric ${metric}`);
}
