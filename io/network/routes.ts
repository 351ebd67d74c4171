/**
 * From which of this host's IPv4 addresses packets to a destination come, without sending any.
 *
 * @module
 */

import {
  type Ipv4Address,
  ipv4Address,
  isLoopbackIpv4,
  parseIpv4,
} from "../../wire/ipv4_address.ts";

/** Where Linux lists its IPv4 routes. */
const ROUTES = "/proc/net/route";

/** The address, as far as it can be told: that of the interface that the best route leads through. */
export function localSource(
  destination: Ipv4Address,
  routes: string = readRoutes(),
  interfaces: readonly Deno.NetworkInterfaceInfo[] = Deno.networkInterfaces(),
): Ipv4Address | undefined {
  const name = interfaceTo(destination, routes);
  const own = interfaces.flatMap(({ family, address: text, name }) => {
    const address = family === "IPv4" ? parseIpv4(text) : undefined;
    return address === undefined || isLoopbackIpv4(address) ? [] : [{ name, address }];
  });
  return (own.find((each) => each.name === name) ?? own[0])?.address;
}

/** The interface of the route with the longest prefix, and of those the one with the least metric. */
function interfaceTo(destination: Ipv4Address, routes: string): string | undefined {
  let best: { name: string; mask: number; metric: number } | undefined;
  for (const line of routes.split("\n").slice(1)) {
    const [name, network, , , , , metric, mask] = line.trim().split(/\s+/);
    if (name === undefined || network === undefined || mask === undefined) continue;
    const found = { name, mask: address(mask), metric: Number(metric) };
    if (((destination & found.mask) >>> 0) !== address(network)) continue;
    const isBetter = best === undefined || found.mask > best.mask ||
      (found.mask === best.mask && found.metric < best.metric);
    if (isBetter) best = found;
  }
  return best?.name;
}

/** An address as the kernel prints it: hexadecimal, the octets in the order of a little-endian host. */
function address(text: string): Ipv4Address {
  const value = parseInt(text, 16);
  return ipv4Address(
    ((value & 0xff) << 24 | (value & 0xff00) << 8 | value >>> 8 & 0xff00 | value >>> 24) >>> 0,
  );
}

function readRoutes(): string {
  try {
    return Deno.build.os === "linux" ? Deno.readTextFileSync(ROUTES) : "";
  } catch {
    return "";
  }
}
