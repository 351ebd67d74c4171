/**
 * A utun from its opening to its end: what a client does with it.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { Interface } from "../../../ffi/interface.ts";
import { findRoute, openInterface, openLinkMonitor, openTun } from "../../../ffi/open.ts";
import { Poller } from "../../../ffi/polling/poller.ts";
import type { Tun } from "../../../ffi/tun.ts";
import { formatIpv6, parseIpv6 } from "../../../wire/ipv6_address.ts";
import { answerPing } from "../answer_ping.ts";

/** Addresses that no network has, RFC 4193. */
const OURS = parseIpv6("fd74:6572:6564:6f::1")!;
const THEIRS = "fd74:6572:6564:6f::2";
const PREFIX = { address: parseIpv6("fd74:6572:6564:6f::")!, length: 64 };

/**
 * Gives a utun an address and a route, lets this host ping through it, and takes all away again.
 *
 * @param ping the command that pings once with IPv6, up to the address
 */
export async function goTheWholeWay(ping: readonly string[]): Promise<void> {
  const tun = openTun("utun%d");
  const monitor = openLinkMonitor(tun.index)!;
  const configuration = openInterface(tun.name, tun.index);
  try {
    configure(configuration);
    assertEquals(addressesOf(tun), [formatIpv6(OURS)]);
    const way = findRoute(parseIpv6(THEIRS)!);
    assert(typeof way !== "string", `The way is ${way}`);
    assertEquals([way.interfaceName, formatIpv6(way.source!)], [tun.name, formatIpv6(OURS)]);
    assertEquals(monitor.read()?.isOwn, true);
    await answerPings(tun, async () => {
      const [command, ...args] = ping;
      const { success, stdout } = await new Deno.Command(command!, { args: [...args, THEIRS] })
        .output();
      assert(success, new TextDecoder().decode(stdout));
    });
    configuration.removeRoute(PREFIX);
    configuration.removeAddress(OURS, 128);
    assertEquals(addressesOf(tun), []);
  } finally {
    configuration.close();
    monitor.close();
    tun.close();
  }
  assertEquals(addressesOf(tun), []);
}

function configure(configuration: Interface): void {
  configuration.enableIpv6();
  configuration.setMtu(1280);
  configuration.bringUp();
  assertEquals([configuration.addAddress(OURS, 128), configuration.addRoute(PREFIX)], [true, true]);
  assertEquals([configuration.addAddress(OURS, 128), configuration.addRoute(PREFIX)], [
    false,
    false,
  ]);
  const { isUp, mtu, hasIpv6 } = configuration.readLink();
  assertEquals({ isUp, mtu, hasIpv6 }, { isUp: true, mtu: 1280, hasIpv6: true });
}

async function answerPings(tun: Tun, body: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const poller = new Poller();
  const buffer = new Uint8Array(1500);
  poller.add(tun.handle, () => {
    const length = tun.read(buffer);
    if (length === 0) return "nothing";
    // Not the host's own multicast.
    const [version, protocol, type] = [buffer[0]! >>> 4, buffer[6], buffer[40]];
    if (version === 6 && protocol === 58 && type === 128) {
      answerPing(tun, buffer.subarray(0, length));
    }
    return "more";
  });
  const running = poller.run(stop.signal);
  try {
    await body();
  } finally {
    stop.abort();
    await running;
  }
}

/** Its addresses, apart from a link-local one that the system may have given it. */
function addressesOf({ name }: Tun): string[] {
  return Deno.networkInterfaces()
    .filter((it) => it.name === name && it.family === "IPv6" && !it.address.startsWith("fe80:"))
    .map(({ address }) => address);
}
