import "../../darwin/inside.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { SystemError } from "../../../ffi/c/errno.ts";
import type { Interface } from "../../../ffi/interface.ts";
import { findRoute, findSource, openInterface, openTun } from "../../../ffi/open.ts";
import type { RouteAnswer } from "../../../ffi/route.ts";
import type { Tun } from "../../../ffi/tun.ts";
import { formatIpv4, parseIpv4 } from "../../../wire/ipv4_address.ts";
import { formatIpv6, parseIpv6 } from "../../../wire/ipv6_address.ts";
import { ipJson, namespaceTest, run } from "../namespace.ts";
import "../open_libc.ts";

const { url } = import.meta;

const OURS = parseIpv6("2001:0:5301:1::1")!;
const TEREDO = { address: parseIpv6("2001::")!, length: 32 };
const DEFAULT = { address: new Uint8Array(16), length: 0 };
const ELSEWHERE = parseIpv6("2600::1")!;

/** A test with its own utun, and an interface to configure it. */
function interfaceTest(name: string, body: (configuration: Interface, tun: Tun) => void): void {
  namespaceTest(url, `Darwin's interface: ${name}`, ["gcc", "tun", "ip"], () => {
    const tun = openTun("utun%d");
    const configuration = openInterface(tun.name, tun.index);
    body(configuration, tun);
    configuration.close();
    configuration.close();
    tun.close();
  });
}

interfaceTest("the link is as the kernel has it", (configuration) => {
  const link = { isUp: true, mtu: 1500, hasIpv6: false, dropped: 0 };
  assertEquals(configuration.readLink(), link);
  configuration.setMtu(1400);
  configuration.enableIpv6();
  configuration.enableIpv6();
  assertEquals(configuration.readLink(), { ...link, mtu: 1400, hasIpv6: true });
  assertEquals(ipJson("link", "show", "utun0")[0]?.mtu, 1400);
  configuration.takeDown();
  assertEquals(configuration.readLink().isUp, false);
  configuration.bringUp();
  assertEquals(configuration.readLink().isUp, true);
});

interfaceTest("packets that nobody read in time are counted", (configuration) => {
  configuration.enableIpv6();
  configuration.addAddress(OURS, 128);
  configuration.addRoute(DEFAULT);
  run("ip", "link", "set", "utun0", "txqueuelen", "3");
  run("bash", "-c", "for ((i = 0; i < 10; i++)); do echo >/dev/udp/2600::1/9; done");
  assertEquals(configuration.readLink().dropped, 7);
});

interfaceTest("addresses come and go, and adding says if one was missing", (configuration) => {
  configuration.enableIpv6();
  assertEquals(configuration.addAddress(OURS, 128), true);
  assertEquals(configuration.addAddress(OURS, 128), false);
  assertEquals(configuration.addAddress(parseIpv6("fe80::8000:1")!, 64), true);
  assertEquals(addresses(), ["2001:0:5301:1::1/128", "fe80::8000:1/64"]);
  configuration.removeAddress(OURS, 128);
  configuration.removeAddress(OURS, 128);
  assertEquals(addresses(), ["fe80::8000:1/64"]);
});

interfaceTest("routes come and go, and adding says if one was missing", (configuration) => {
  configuration.enableIpv6();
  configuration.addAddress(OURS, 128);
  const add = () => [configuration.addRoute(TEREDO), configuration.addRoute(DEFAULT)];
  assertEquals([add(), add()], [[true, true], [false, false]]);
  assertEquals(routes("utun0"), ["2001::/32", "default"]);
  configuration.removeRoute(DEFAULT);
  configuration.removeRoute(DEFAULT);
  assertEquals(routes("utun0"), ["2001::/32"]);
  run("ip", "-6", "route", "flush", "2001::/32");
  assertEquals(add(), [true, true]);
});

interfaceTest("the route of another interface stays when ours is added and removed", (own) => {
  own.enableIpv6();
  own.addAddress(OURS, 128);
  run("ip", "link", "add", "en0", "type", "veth", "peer", "en1");
  run("ip", "link", "set", "en0", "up");
  run("ip", "link", "set", "en1", "up");
  run("ip", "-6", "address", "add", "2a00::1/64", "dev", "en0", "nodad");
  run("ip", "-6", "route", "add", "default", "dev", "en0");
  assertEquals(own.addRoute(DEFAULT), false);
  assertEquals(describe(findRoute(ELSEWHERE)), "en0 from 2a00::1");
  own.removeRoute(DEFAULT);
  assertEquals(routes("en0"), ["2a00::/64", "default"]);
});

interfaceTest("addresses and routes vanish with it", (configuration, tun) => {
  configuration.enableIpv6();
  configuration.addAddress(OURS, 128);
  configuration.addRoute(TEREDO);
  tun.close();
  assertEquals(ipJson("-6", "route"), []);
  const gone = "Device not configured (ioctl: ENXIO). The interface is gone";
  assertThrows(() => configuration.addAddress(OURS, 128), SystemError, gone);
  assertThrows(() => configuration.setMtu(1280), SystemError, gone);
  assertThrows(
    () => configuration.readLink(),
    SystemError,
    "(sysctl: ENXIO). The interface is gone",
  );
  assertEquals(findRoute(ELSEWHERE), "none");
});

interfaceTest("the way out is found, with its source and its gateway", (configuration) => {
  assertEquals(findRoute(ELSEWHERE), "none");
  configuration.enableIpv6();
  configuration.addAddress(OURS, 128);
  configuration.addRoute(DEFAULT);
  assertEquals(describe(findRoute(ELSEWHERE)), "utun0 from 2001:0:5301:1::1");
  run("ip", "link", "add", "en0", "type", "veth", "peer", "en1");
  run("ip", "link", "set", "en0", "up");
  run("ip", "link", "set", "en1", "up");
  assertEquals(findRoute(ELSEWHERE, "en0"), "none", "it has no way there");
  assertEquals(findRoute(ELSEWHERE, "absent"), "none");
  run("ip", "-6", "address", "add", "2a00::1/64", "dev", "en0", "nodad");
  run("ip", "-6", "route", "add", "default", "via", "2a00::2", "dev", "en0", "metric", "3000");
  assertEquals(describe(findRoute(ELSEWHERE, "en0")), "en0 from 2a00::1 via 2a00::2");
  assertEquals(findRoute(OURS), "none", "our own address does not count");
});

interfaceTest("the source of IPv4 packets is found, and their way", () => {
  const far = parseIpv4("198.41.0.4")!;
  assertEquals(findSource(far), undefined);
  run("ip", "link", "add", "en0", "type", "veth", "peer", "en1");
  run("ip", "link", "set", "en0", "up");
  run("ip", "link", "set", "en1", "up");
  run("ip", "address", "add", "192.168.1.7/24", "dev", "en0");
  run("ip", "route", "add", "default", "via", "192.168.1.1");
  assertEquals(formatIpv4(findSource(far)!), "192.168.1.7");
  const way = findRoute(Uint8Array.of(198, 41, 0, 4));
  assertEquals(typeof way === "string" ? way : [way.interfaceName, way.source, way.gateway], [
    "en0",
    Uint8Array.of(192, 168, 1, 7),
    Uint8Array.of(192, 168, 1, 1),
  ]);
});

/** "utun0 from 2001:0:5301:1::1". */
function describe(answer: RouteAnswer): string {
  if (typeof answer === "string") return answer;
  const { interfaceName, source, gateway } = answer;
  const from = source === undefined ? "" : ` from ${formatIpv6(source)}`;
  return `${interfaceName}${from}${gateway === undefined ? "" : ` via ${formatIpv6(gateway)}`}`;
}

/** The IPv6 addresses of our interface that are past duplicate detection. */
function addresses(): string[] {
  const [link] = ipJson("-6", "address", "show", "dev", "utun0");
  const list = (link?.addr_info ?? []) as {
    local: string;
    prefixlen: number;
    tentative?: boolean;
  }[];
  return list.filter(({ tentative }) => !tentative)
    .map(({ local, prefixlen }) => `${local}/${prefixlen}`);
}

/** The IPv6 routes through an interface, without those to its own addresses. */
function routes(name: string): unknown[] {
  return ipJson("-6", "route", "show", "dev", name).map(({ dst }) => dst)
    .filter((destination) => /\/|default/.test(String(destination)))
    .filter((destination) => destination !== "fe80::/64").toSorted();
}
