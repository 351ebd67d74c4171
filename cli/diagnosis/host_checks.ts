/**
 * What the facts of a host mean for Teredo, as checks.
 *
 * @module
 */

import type { StatusReport } from "../daemon/status/status_report.ts";
import { type Check, fail, note, pass, skip } from "../probe/check.ts";
import type { HostFacts } from "./host_facts.ts";

/** A client's report, as far as its host has to fit it. */
export type ClientOnHost = Pick<StatusReport, "interface" | "state" | "mtu">;

/** Nothing is older than this program: 2025, in milliseconds since 1970. */
const EARLIEST = Date.UTC(2025, 0);

/** The checks; `client` is the one that runs, if one does. */
export function hostChecks(facts: HostFacts, client: ClientOnHost | undefined): Check[] {
  const qualified = client?.state === "qualified" ? client : undefined;
  return [
    pass("versions", facts.versions),
    ipv4(facts),
    ipv6(facts, client),
    ...qualified === undefined
      ? []
      : [teredoRoute(facts, qualified), nativeRoute(facts, qualified)],
    ...qualified === undefined ? [] : [mtu(facts, qualified)],
    ...firewall(facts),
    nameOrder(facts),
    clock(facts),
  ];
}

function ipv4({ ways }: HostFacts): Check {
  const check = "IPv4";
  if (ways.ipv4 === "unknown") return skip(check, "This system cannot be asked for its routes");
  if (ways.ipv4 === "none") {
    const remedy = 'Connect this host to a network: "ip route" must show a default route';
    return fail(check, "No route leads to the IPv4 Internet", remedy);
  }
  return pass(check, `Packets leave through interface ${ways.ipv4.interfaceName}`);
}

function ipv6({ ipv6Off }: HostFacts, client: ClientOnHost | undefined): Check {
  const check = "IPv6";
  const own = client?.interface ?? undefined;
  // Each interface has its own switch, which it takes from "default" when it is made.
  const relevant = own === undefined ? ipv6Off : ipv6Off.filter((name) => name === own);
  const [name] = relevant;
  if (name === undefined) return pass(check, "Switched on in the kernel");
  return fail(
    check,
    `Switched off: net.ipv6.conf.${name}.disable_ipv6 is 1`,
    `Switch it on: "sysctl net.ipv6.conf.${name === "all" ? "default" : name}.disable_ipv6=0"`,
  );
}

function teredoRoute({ ways: { teredo } }: HostFacts, client: ClientOnHost): Check {
  const check = "route to clients";
  if (teredo === "unknown") return skip(check, "This system cannot be asked for its routes");
  if (teredo === "none") {
    return fail(
      check,
      "Packets to Teredo clients cannot leave this host",
      'Remove the unreachable route or the rule that wins: "ip -6 route get 2001::1" shows it',
    );
  }
  if (teredo.interfaceName === client.interface) {
    return pass(check, `2001::/32 leads through interface ${client.interface}`);
  }
  return fail(
    check,
    `Packets to Teredo clients leave through interface ${teredo.interfaceName}`,
    'Remove the route or rule that wins, such as that of a VPN: "ip -6 route get 2001::1" shows it',
  );
}

function nativeRoute({ ways: { native } }: HostFacts, client: ClientOnHost): Check {
  const check = "route to native";
  const show = '"ip -6 route get 2001:503:ba3e::2:30" shows the route that wins';
  if (native === "unknown") return skip(check, "This system cannot be asked for its routes");
  if (native === "none") {
    return note(
      check,
      "Packets to native IPv6 hosts cannot leave this host",
      `It is so with --no-default-route; otherwise ${show}`,
    );
  }
  if (native.interfaceName === client.interface) {
    return pass(check, `The IPv6 Internet is reached through interface ${client.interface}`);
  }
  const detail = `The IPv6 Internet is reached through interface ${native.interfaceName}`;
  return note(check, detail, `If that is not intended: ${show}`);
}

function mtu({ mtu }: HostFacts, client: ClientOnHost): Check {
  const check = "MTU";
  if (mtu === undefined) return skip(check, "It cannot be read here");
  if (mtu === client.mtu) return pass(check, `${mtu} octets`);
  return fail(
    check,
    `Interface ${client.interface} has ${mtu} octets instead of ${client.mtu}`,
    `Another program changed it: "ip link set ${client.interface} mtu ${client.mtu}"`,
  );
}

function firewall({ firewall }: HostFacts): Check[] {
  const check = "firewall";
  if ("unknown" in firewall) return [skip(check, `Not seen: ${firewall.unknown}`)];
  if (firewall.chains.length === 0) return [pass(check, "No chain of nftables drops by default")];
  return firewall.chains.map(({ hook, name }) =>
    note(
      check,
      `Chain ${name} drops what no rule accepts`,
      hook === "input"
        ? 'Answers must get in: "ct state established,related accept". Pings to this host and ' +
          "peers that begin need ICMPv6 and the client's UDP port"
        : "UDP to port 3544 of the server, and to any port of peers, must get out",
    )
  );
}

function nameOrder({ nameOrder }: HostFacts): Check {
  const check = "name order";
  const prefers = nameOrder?.split("\n").some((line) => /^\s*precedence\s+2001::\/32\s/.test(line));
  return pass(
    check,
    prefers
      ? "/etc/gai.conf gives Teredo addresses their own precedence"
      : "IPv4 comes before Teredo where a name has both (RFC 6724), as usual",
  );
}

function clock({ clock }: HostFacts): Check {
  const date = new Date(clock).toISOString();
  return clock >= EARLIEST
    ? pass("clock", date)
    : note("clock", `It says ${date}`, "Teredo works, but certificates will not: set the clock");
}
