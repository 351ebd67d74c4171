/**
 * The `ping` of this system, next to that of the client: if the client reaches a host and the system
 * doesn't, something between the two holds packets back.
 *
 * @module
 */

import { platform } from "../../ffi/platform.ts";
import type { PlatformFacts } from "../../ffi/platform_facts.ts";
import { type Check, fail, pass, skip } from "../probe/check.ts";

/** How one request ended. */
type Outcome = "answered" | "silent" | "unavailable";

/** Octets of an IPv6 and an ICMPv6 header, which `ping` does not count. */
const HEADERS = 40 + 8;

/** Octets of an IPv4 and a UDP header around a Teredo packet. */
const OUTER_HEADERS = 20 + 8;

/** What surrounds the host's ping. */
interface HostPingOptions {
  /** An address that has answered the client. */
  readonly address: string;
  /** The MTU of the client's interface in octets. */
  readonly mtu: number;
  /** The system whose ping it is. */
  readonly system?: PlatformFacts;
  /** Sends one echo request of so many octets, all headers included. */
  readonly ping?: (address: string, octets: number) => Promise<Outcome>;
}

/** Pings with a small packet and, if that is answered, with the largest one. */
export async function hostPing(
  { address, mtu, system = platform, ping = pingOf(system) }: HostPingOptions,
): Promise<Check[]> {
  const [check, large] = ["this host's ping", "large packets"] as const;
  const small = await ping(address, HEADERS + 56);
  if (small === "unavailable") {
    return [skip(check, `Not tried: no usable ping program on this ${system.name}`)];
  }
  if (small === "silent") {
    return [fail(
      check,
      `The client reaches ${address}, but this host's own packets or their answers get lost`,
      'Its firewall or its routes do that: see the checks above, "nft list ruleset" and ' +
        `"ip -6 route get ${address}"`,
    )];
  }
  if (await ping(address, mtu) === "answered") {
    return [pass(check, `${address} answers packets of up to ${mtu} octets`)];
  }
  return [
    pass(check, `${address} answers small packets`),
    fail(
      large,
      `${address} answers small packets, but not those of ${mtu} octets`,
      `Something on the IPv4 path drops packets of ${mtu + OUTER_HEADERS} octets or their ` +
        "fragments: raise the MTU there, often that of a VPN or of PPPoE, or let fragments through",
    ),
  ];
}

/** What the system's own program makes of a request. */
function pingOf({ pingCommand }: PlatformFacts): (to: string, octets: number) => Promise<Outcome> {
  return async (address, octets) => {
    const [program, ...args] = pingCommand(address, octets - HEADERS) ?? [];
    if (program === undefined) return "unavailable";
    try {
      const { code } = await new Deno.Command(program, {
        args,
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).output();
      // 2 stands for errors, such as a destination without a route or a socket that isn't allowed.
      return code === 0 ? "answered" : code === 1 ? "silent" : "unavailable";
    } catch {
      return "unavailable";
    }
  };
}
