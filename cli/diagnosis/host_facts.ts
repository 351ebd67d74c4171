/**
 * What this host is like, as far as Teredo depends on it.
 *
 * @module
 */

import { findRoute } from "../../ffi/open.ts";
import type { RouteAnswer } from "../../ffi/route.ts";
import { DEFAULT_ROUTE, TEREDO_ROUTE } from "../../io/host/wanted_state.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";
import { versionText } from "../process/version.ts";
import { type Firewall, readFirewall } from "./firewall.ts";

/** The facts. */
export interface HostFacts {
  /** Program, runtime and kernel. */
  readonly versions: string;
  /** The ways of packets to somewhere on the IPv4 Internet, to Teredo clients and to native hosts. */
  readonly ways: Readonly<Record<"ipv4" | "teredo" | "native", RouteAnswer>>;
  /** Where IPv6 is switched off: "all", "default" or our interface. */
  readonly ipv6Off: readonly string[];
  /** The MTU of our interface in octets, if it exists. */
  readonly mtu: number | undefined;
  readonly firewall: Firewall;
  /** `/etc/gai.conf`, the order in which programs use the addresses of a name. */
  readonly nameOrder: string | undefined;
  /** Milliseconds since 1970. */
  readonly clock: number;
}

/** Somewhere on the Internet: a.root-servers.net. It is sent nothing; the kernel is asked the way. */
const ELSEWHERE = parseIpv4("198.41.0.4")!;

/**
 * Looks at this host.
 *
 * @param own the name of the client's interface, if a client runs
 */
export async function hostFacts(own: string | undefined): Promise<HostFacts> {
  const settings = ["all", "default", ...own === undefined ? [] : [own]];
  const mtu = own === undefined ? undefined : readText(`/sys/class/net/${own}/mtu`);
  return {
    versions: `${versionText().trim()}, kernel ${Deno.osRelease()}`,
    ways: {
      ipv4: wayTo(octetsOf(ELSEWHERE)),
      teredo: wayTo(TEREDO_ROUTE.example),
      native: wayTo(DEFAULT_ROUTE.example),
    },
    ipv6Off: settings.filter((name) =>
      readText(`/proc/sys/net/ipv6/conf/${name}/disable_ipv6`) === "1"
    ),
    mtu: mtu === undefined ? undefined : Number(mtu),
    firewall: await readFirewall(),
    nameOrder: readText("/etc/gai.conf"),
    clock: Date.now(),
  };
}

function wayTo(destination: Uint8Array): RouteAnswer {
  try {
    return findRoute(destination);
  } catch {
    return "unknown";
  }
}

function octetsOf(address: number): Uint8Array {
  return Uint8Array.of(address >>> 24, address >>> 16, address >>> 8, address);
}

/** The text of a small file, if there is one. */
function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path).trim();
  } catch {
    return undefined;
  }
}
