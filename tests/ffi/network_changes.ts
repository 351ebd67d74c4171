/**
 * Changes of a network, and what a monitor says about them.
 *
 * @module
 */

import { assert } from "@std/assert";
import type { LinkMonitor, NetworkNews } from "../../ffi/link_monitor.ts";
import { openLinkMonitor, openTun } from "../../ffi/open.ts";
import type { Tun } from "../../ffi/tun.ts";
import { ipJson, run } from "./namespace.ts";

/** How long a change may take until it is reported, in milliseconds. */
const PATIENCE = 10_000;

/**
 * A namespace with a link, our interface, and a monitor that has read everything.
 *
 * @param name the name of our interface
 */
export function setUpMonitor(name: string): { monitor: LinkMonitor; tun: Tun } {
  const tun = openTun(name);
  run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "far0");
  for (const each of ["eth0", "far0", name]) {
    // Link-local addresses come a while later, when nobody expects news.
    Deno.writeTextFileSync(`/proc/sys/net/ipv6/conf/${each}/accept_dad`, "0");
    run("ip", "link", "set", each, "addrgenmode", "none", "up");
  }
  const monitor = openLinkMonitor(tun.index)!;
  waitUntil("the links are up", areUp);
  monitor.read();
  return { monitor, tun };
}

/**
 * The kernel finds out and reports that a link has a carrier by work that it puts off, by up to a
 * second and on a busy machine for longer.
 */
function areUp(): boolean {
  const links = ipJson("link", "show", "type", "veth");
  return links.length === 2 && links.every(({ operstate }) => operstate === "UP");
}

/** Looks every few milliseconds. */
function waitUntil(what: string, isSo: () => boolean): void {
  const end = performance.now() + PATIENCE;
  while (!isSo()) {
    assert(performance.now() < end, what);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
}

/** What the monitor says about what `ip` does with these arguments. */
export function newsOf(monitor: LinkMonitor, line: string): NetworkNews | undefined {
  run("ip", ...line.split(" "));
  return monitor.read();
}

/** The same for what must be news: of some changes, the kernel reports a moment later. */
export function expectNews(
  monitor: LinkMonitor,
  line: string,
  isExpected: (news: NetworkNews) => boolean,
): void {
  let news = newsOf(monitor, line);
  waitUntil(line, () => {
    if (news !== undefined && isExpected(news)) return true;
    news = monitor.read();
    return false;
  });
}

/** Whether an interface is news. */
export function isNews(monitor: LinkMonitor, line: string): boolean {
  return (newsOf(monitor, line)?.interfaces.size ?? 0) > 0;
}
