/**
 * What this host is like, as far as Teredo depends on it.
 *
 * @module
 */

import { readSpecialFile } from "../../ffi/c/special_file.ts";
import { findRoute } from "../../ffi/open.ts";
import { platform } from "../../ffi/platform.ts";
import type { PlatformFacts } from "../../ffi/platform_facts.ts";
import type { RouteAnswer } from "../../ffi/route.ts";
import { DEFAULT_ROUTE, TEREDO_ROUTE } from "../../io/host/wanted_state.ts";
import { ELSEWHERE, octetsOf } from "../../io/network/way_out.ts";
import { versionText } from "../process/version.ts";
import { type Firewall, readFirewall } from "./firewall.ts";

/** Whether 2001::/32 and ::/0 lead through our interface. */
type OwnRoutes = Readonly<Record<"teredo" | "native", boolean>>;

/** The facts. */
export interface HostFacts {
  /** Program, runtime and kernel. */
  readonly versions: string;
  /** The ways of packets to the IPv4 Internet, to Teredo clients and to native hosts. */
  readonly ways: Readonly<Record<"ipv4" | "teredo" | "native", RouteAnswer>>;
  /** Which routes lead through our interface, whatever wins over them; `undefined` if unknown. */
  readonly ownRoutes: OwnRoutes | undefined;
  /** Where IPv6 is switched off: "all", "default" or our interface. */
  readonly ipv6Off: readonly string[] | undefined;
  /** The MTU of our interface in octets, if it exists. */
  readonly mtu: number | undefined;
  readonly firewall: Firewall;
  /**
   * `/etc/gai.conf`, the order in which programs use the addresses of a name: empty if it is
   * missing, `undefined` on a system that does not read it.
   */
  readonly nameOrder: string | undefined;
  /** Milliseconds since 1970. */
  readonly clock: number;
}

/**
 * Looks at this host.
 *
 * @param own the name of the client's interface, if a client runs
 */
export async function hostFacts(own: string | undefined): Promise<HostFacts> {
  const settings = ["all", "default", ...own === undefined ? [] : [own]];
  const mtu = own === undefined ? undefined : readKernelText(`/sys/class/net/${own}/mtu`);
  return {
    versions: `${versionText().trim()}, kernel ${Deno.osRelease()}`,
    ways: {
      ipv4: wayTo(octetsOf(ELSEWHERE)),
      teredo: wayTo(TEREDO_ROUTE.example),
      native: wayTo(DEFAULT_ROUTE.example),
    },
    ownRoutes: own === undefined
      ? undefined
      : ownRoutes(readKernelText("/proc/net/ipv6_route"), own),
    ipv6Off: isOff("all") === undefined ? undefined : settings.filter(isOff),
    mtu: mtu === undefined ? undefined : Number(mtu),
    firewall: await readFirewall(own),
    nameOrder: nameOrder(platform),
    clock: Date.now(),
  };
}

/** The text that orders the addresses of names on a system. */
export function nameOrder({ nameOrderFile }: PlatformFacts): string | undefined {
  return nameOrderFile === undefined ? undefined : readText(nameOrderFile) ?? "";
}

/** Whether IPv6 is switched off; `undefined` where the system has no such switch. */
function isOff(name: string): boolean | undefined {
  const setting = readKernelText(`/proc/sys/net/ipv6/conf/${name}/disable_ipv6`);
  return setting === undefined ? undefined : setting === "1";
}

/**
 * Finds our routes in the kernel's table.
 *
 * @param table the text of `/proc/net/ipv6_route`: destination and prefix length in hexadecimal
 * digits, seven more fields, and the interface
 */
export function ownRoutes(table: string | undefined, own: string): OwnRoutes | undefined {
  if (table === undefined) return undefined;
  const found = table.split("\n").map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.at(-1) === own)
    .map(([destination, length]) => `${destination}/${length}`);
  return {
    teredo: found.includes(`20010000${"0".repeat(24)}/20`),
    native: found.includes(`${"0".repeat(32)}/00`),
  };
}

function wayTo(destination: Uint8Array): RouteAnswer {
  try {
    return findRoute(destination);
  } catch {
    return "unknown";
  }
}

/** What a file of the kernel says, if there is one. */
function readKernelText(path: string): string | undefined {
  try {
    return readSpecialFile(path).trim();
  } catch {
    return undefined;
  }
}

/** The text of a small file, if there is one. */
function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path).trim();
  } catch {
    return undefined;
  }
}
