import { openLinkMonitor, openTun } from "../../../ffi/open.ts";
import { assertEquals } from "@std/assert";
import type { LinkMonitor, OwnNews } from "../../../ffi/link_monitor.ts";
import type { Tun } from "../../../ffi/tun.ts";
import { parseIpv6 } from "../../../wire/ipv6_address.ts";
import { namespaceTest, run } from "../namespace.ts";
import "../open_libc.ts";

/** A namespace with a link, an interface of our own, and a monitor that has heard all there was. */
function setUp(): { monitor: LinkMonitor; tun: Tun; own: OwnNews[] } {
  const tun = openTun("teredo");
  run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "far0");
  for (const name of ["eth0", "far0", "teredo"]) {
    // Link-local addresses come a while later, when nobody expects news.
    Deno.writeTextFileSync(`/proc/sys/net/ipv6/conf/${name}/accept_dad`, "0");
    run("ip", "link", "set", name, "addrgenmode", "none", "up");
  }
  const own: OwnNews[] = [];
  const monitor = openLinkMonitor({
    name: tun.name,
    index: tun.index,
    onNews: (news) => own.push(news),
  })!;
  monitor.read();
  return { monitor, tun, own };
}

/** Whether what `ip` with these arguments does is news. */
function isNews(monitor: LinkMonitor, line: string): boolean {
  run("ip", ...line.split(" "));
  return monitor.read();
}

namespaceTest(
  import.meta.url,
  "link monitor: addresses, default routes and links that come and go are news",
  ["linux", "tun", "ip"],
  () => {
    const { monitor, tun } = setUp();
    assertEquals(monitor.read(), false);
    const changes = [
      "address add 192.0.2.7/24 dev eth0",
      "route add default via 192.0.2.1",
      "-6 address add 2001:db8::7/64 dev eth0 nodad",
      "-6 route add default via fe80::1 dev eth0",
      "-6 route add 2000::/3 via fe80::2 dev eth0",
      "-6 route delete 2000::/3 via fe80::2 dev eth0",
      "-6 address delete 2001:db8::7/64 dev eth0",
      "route delete default via 192.0.2.1",
      "address delete 192.0.2.7/24 dev eth0",
      "link set far0 down",
      "link set far0 up",
      "link delete eth0",
    ];
    for (const line of changes) assertEquals(isNews(monitor, line), true, line);
    tun.close();
    assertEquals(monitor.read(), false, "our own interface");
    monitor.close();
    monitor.close();
    assertEquals(monitor.handle, -1);
  },
);

namespaceTest(
  import.meta.url,
  "link monitor: what is told again is no news, nor is our own interface or a route to a network",
  ["linux", "tun", "ip"],
  () => {
    const { monitor, tun } = setUp();
    isNews(monitor, "address add 192.0.2.7/24 dev eth0 valid_lft 600 preferred_lft 600");
    isNews(monitor, "-6 address add 2001:db8::7/64 dev eth0 nodad");
    isNews(monitor, "-6 route add default via fe80::1 dev eth0");
    isNews(monitor, "link set eth0 mtu 1400");
    const repetitions = [
      "address change 192.0.2.7/24 dev eth0 valid_lft 900 preferred_lft 900",
      "-6 address change 2001:db8::7/64 dev eth0 valid_lft 900 preferred_lft 900",
      "-6 route replace default via fe80::1 dev eth0",
      "link set eth0 mtu 1300",
      "route add 198.51.100.0/24 via 192.0.2.1",
      "-6 address add 2001::7/128 dev teredo nodad",
      "-6 route add default dev teredo metric 1029",
      "link set teredo mtu 1280",
    ];
    for (const line of repetitions) assertEquals(isNews(monitor, line), false, line);
    tun.close();
    monitor.close();
  },
);

namespaceTest(
  import.meta.url,
  "link monitor: our own interface that goes down and up, and addresses that it loses, are told apart",
  ["linux", "tun", "ip"],
  () => {
    const { monitor, tun, own } = setUp();
    const address = parseIpv6("2001::7")!;
    const steps: readonly (readonly [line: string, ...OwnNews[]])[] = [
      ["-6 address add 2001::7/128 dev teredo nodad"],
      ["-6 route add default dev teredo metric 1029"],
      ["link set teredo mtu 1300"],
      ["-6 address delete 2001::7/128 dev teredo", { type: "address_lost", address }],
      ["-6 address add 2001::7/128 dev teredo nodad"],
      ["link set teredo down", { type: "down" }],
      ["link set teredo up", { type: "up" }],
      ["address add 192.0.2.7/24 dev eth0"],
    ];
    for (const [line, ...news] of steps) {
      assertEquals(isNews(monitor, line), line.endsWith("eth0"), line);
      assertEquals(own.splice(0), news, line);
    }
    tun.close();
    monitor.close();
  },
);
