import "../../darwin/inside.ts";
import { assertEquals } from "@std/assert";
import { parseReport } from "../../../ffi/darwin/link_monitor.ts";
import { namespaceTest, run } from "../namespace.ts";
import { expectNews, isNews, newsOf, setUpMonitor } from "../network_changes.ts";
import "../open_libc.ts";

const { url } = import.meta;

namespaceTest(
  url,
  "Darwin's monitor: addresses, default routes and links that come and go are news",
  ["gcc", "tun", "ip"],
  () => {
    const { monitor, tun } = setUpMonitor("utun0");
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
  url,
  "Darwin's monitor: what is reported again is not news, nor is a route to a network",
  ["gcc", "tun", "ip"],
  () => {
    const { monitor, tun } = setUpMonitor("utun0");
    const beginning = [
      "address add 192.0.2.7/24 dev eth0",
      "-6 address add 2001:db8::7/64 dev eth0 nodad",
      "-6 route add default via fe80::1 dev eth0",
    ];
    for (const line of beginning) {
      expectNews(monitor, line, ({ interfaces }) => interfaces.size > 0);
    }
    isNews(monitor, "link set eth0 mtu 1400");
    const repetitions = [
      "address change 192.0.2.7/24 dev eth0 valid_lft 900 preferred_lft 900",
      "-6 route replace default via fe80::1 dev eth0",
      "link set eth0 mtu 1300",
      "route add 198.51.100.0/24 via 192.0.2.1",
      "link set utun0 mtu 1280",
    ];
    for (const line of repetitions) assertEquals(isNews(monitor, line), false, line);
    expectNews(monitor, "route add 198.51.100.1/32 via 192.0.2.1", ({ isRouting }) => isRouting);
    expectNews(monitor, "-6 route add 2001:db8:1::/48 dev eth0", ({ isRouting }) => isRouting);
    tun.close();
    monitor.close();
  },
);

namespaceTest(
  url,
  "Darwin's monitor: whatever happens to our own interface is news of it alone",
  ["gcc", "tun", "ip"],
  () => {
    const { monitor, tun } = setUpMonitor("utun0");
    run("sysctl", "-qw", "net.ipv6.conf.utun0.disable_ipv6=0");
    monitor.read();
    const changes = [
      "-6 address add 2001::7/128 dev utun0 nodad",
      "-6 route add 2001::/32 dev utun0",
      "-6 route flush dev utun0",
      "link set utun0 mtu 1300",
      "link set utun0 down",
      "link set utun0 up",
    ];
    for (const line of changes) expectNews(monitor, line, ({ isOwn }) => isOwn);
    assertEquals(newsOf(monitor, "address add 192.0.2.7/24 dev eth0")?.isOwn, false);
    tun.close();
    monitor.close();
  },
);

Deno.test("Darwin's monitor: only messages that it knows, and that are complete, are reports", () => {
  // rtm_version 5 and a type, with whatever length.
  for (let type = 0; type < 256; type++) {
    for (let length = 0; length < 130; length++) {
      const message = new Uint8Array(length).fill(0xff);
      message.set([length, 0, 5, type].slice(0, length));
      const report = parseReport(message);
      if (length < 16) assertEquals(report, undefined);
      if (report !== undefined) assertEquals([1, 2, 3, 0xc, 0xd, 0xe].includes(type), true);
    }
  }
  assertEquals(parseReport(Uint8Array.of(112, 0, 4, 0xe, ...new Uint8Array(108))), undefined);
});
