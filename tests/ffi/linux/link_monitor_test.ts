import { assertEquals } from "@std/assert";
import { namespaceTest } from "../namespace.ts";
import { expectNews, isNews, newsOf, setUpMonitor } from "../network_changes.ts";
import "../open_libc.ts";

namespaceTest(
  import.meta.url,
  "link monitor: addresses, default routes and links that come and go are news",
  ["linux", "tun", "ip"],
  () => {
    const { monitor, tun } = setUpMonitor("teredo");
    assertEquals(monitor.read(), undefined);
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
    for (const line of changes) expectNews(monitor, line, ({ interfaces }) => interfaces.size > 0);
    tun.close();
    assertEquals(monitor.read()?.interfaces ?? new Set(), new Set(), "our own interface");
    monitor.close();
    monitor.close();
    assertEquals(monitor.handle, -1);
  },
);

namespaceTest(
  import.meta.url,
  "link monitor: what is reported again is not news, nor is our own interface or a route to a network",
  ["linux", "tun", "ip"],
  () => {
    const { monitor, tun } = setUpMonitor("teredo");
    const beginning = [
      "address add 192.0.2.7/24 dev eth0 valid_lft 600 preferred_lft 600",
      "-6 address add 2001:db8::7/64 dev eth0 nodad",
      "-6 route add default via fe80::1 dev eth0",
    ];
    for (const line of beginning) {
      expectNews(monitor, line, ({ interfaces }) => interfaces.size > 0);
    }
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
  "link monitor: whatever happens to our own interface is news of it alone",
  ["linux", "tun", "ip"],
  () => {
    const { monitor, tun } = setUpMonitor("teredo");
    const changes = [
      "-6 address add 2001::7/128 dev teredo nodad",
      "-6 route add 2001::/32 dev teredo",
      "-6 route add default dev teredo metric 1029",
      "-6 route flush dev teredo",
      "link set teredo mtu 1300",
      "-6 address delete 2001::7/128 dev teredo",
      "link set teredo down",
      "link set teredo up",
    ];
    for (const line of changes) expectNews(monitor, line, ({ isOwn }) => isOwn);
    assertEquals(newsOf(monitor, "address add 192.0.2.7/24 dev eth0")?.isOwn, false);
    tun.close();
    monitor.close();
  },
);

namespaceTest(
  import.meta.url,
  "link monitor: routes and rules of others are news of routing, however long and in every table",
  ["linux", "tun", "ip"],
  () => {
    const { monitor, tun } = setUpMonitor("teredo");
    newsOf(monitor, "address add 192.0.2.7/24 dev eth0");
    const changes = [
      "route add 198.51.100.1/32 via 192.0.2.1",
      "route add default via 192.0.2.1 table 77",
      "rule add to 198.51.100.0/24 lookup 77",
      "-6 route add unreachable 2001::/32",
      "-6 route add unreachable default metric 1",
      "-6 rule add to 2001::/32 lookup 77",
      "-6 rule delete to 2001::/32 lookup 77",
      "-6 route delete unreachable 2001::/32",
    ];
    for (const line of changes) expectNews(monitor, line, ({ isRouting }) => isRouting);
    assertEquals(newsOf(monitor, "link set eth0 mtu 1400")?.isRouting ?? false, false);
    tun.close();
    monitor.close();
  },
);

namespaceTest(
  import.meta.url,
  "link monitor: forwarding that is switched on or off is news of routing",
  ["linux", "tun", "ip"],
  () => {
    const { monitor, tun } = setUpMonitor("teredo");
    for (const value of ["1", "0"]) {
      Deno.writeTextFileSync("/proc/sys/net/ipv6/conf/all/forwarding", value);
      assertEquals(monitor.read()?.isRouting, true);
      assertEquals(monitor.read(), undefined);
    }
    // The setting of one interface makes nothing forward.
    Deno.writeTextFileSync("/proc/sys/net/ipv6/conf/eth0/forwarding", "1");
    assertEquals(monitor.read(), undefined);
    tun.close();
    monitor.close();
  },
);
