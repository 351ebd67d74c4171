/**
 * What the facts of a host mean for Teredo, as checks.
 *
 * @module
 */

import { platform } from "../../ffi/platform.ts";
import type { Route } from "../../ffi/route.ts";
import { DEFAULT_ROUTE, TEREDO_ROUTE, type WantedRoute } from "../../io/host/wanted_state.ts";
import { TEREDO_PORT } from "../../protocol/constants.ts";
import { formatIpv6 } from "../../wire/ipv6_address.ts";
import { isNative } from "../../wire/teredo_address.ts";
import type { StatusReport } from "../daemon/status/status_report.ts";
import { type Check, fail, note, pass, skip } from "../probe/check.ts";
import type { HostFacts } from "./host_facts.ts";

/** A client's report, as far as its host has to fit it. */
export type ClientOnHost = Pick<StatusReport, "interface" | "state" | "mtu">;

/** Nothing is older than this program: 2025, in milliseconds since 1970. */
const EARLIEST = Date.UTC(2025, 0);

/**
 * The checks.
 *
 * @param client the one that runs, if one does
 * @param isHeard whether a server's answers arrive here
 */
export function hostChecks(
  facts: HostFacts,
  client: ClientOnHost | undefined,
  isHeard: boolean,
): Check[] {
  const qualified = client?.state === "qualified" ? client : undefined;
  // Without IPv6, the interface has no routes.
  const routed = facts.ipv6Off?.some((name) => name === client?.interface) ? undefined : qualified;
  return [
    pass("versions", facts.versions),
    ipv4(facts),
    ipv6(facts, client),
    ...routed === undefined ? [] : [teredoRoute(facts, routed), nativeRoute(facts, routed)],
    ...qualified === undefined ? [] : [mtu(facts, qualified)],
    ...firewall(facts, client, isHeard),
    nameOrder(facts),
    clock(facts),
  ];
}

function ipv4({ ways }: HostFacts): Check {
  const check = "IPv4";
  if (ways.ipv4 === "unknown") return skip(check, "This system cannot be asked for its routes");
  if (ways.ipv4 === "none") {
    const remedy = "Connect this host to a network that gives it a default route";
    return fail(check, "No route leads to the IPv4 Internet", remedy);
  }
  return pass(check, `Packets leave through interface ${ways.ipv4.interfaceName}`);
}

function ipv6({ ipv6Off }: HostFacts, client: ClientOnHost | undefined): Check {
  const check = "IPv6";
  if (ipv6Off === undefined) return skip(check, "It cannot be seen here whether it is on");
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

function teredoRoute({ ways, ownRoutes }: HostFacts, client: ClientOnHost): Check {
  const check = "route to clients";
  const { teredo } = ways;
  if (teredo === "unknown") return skip(check, "This system cannot be asked for its routes");
  if (isThrough(teredo, client)) {
    return pass(check, `2001::/32 leads through interface ${client.interface}`);
  }
  if (ownRoutes?.teredo === false) {
    return fail(
      check,
      `The route 2001::/32 of interface ${client.interface} is missing: another program removed it`,
      "The client restores it as often as that happens. Leave the interface out of the settings " +
        `of that program; for NetworkManager: "nmcli device set ${client.interface} managed no"`,
    );
  }
  return fail(check, lostPackets("Teredo clients", teredo, client), winner(TEREDO_ROUTE));
}

function nativeRoute({ ways, ownRoutes }: HostFacts, client: ClientOnHost): Check {
  const check = "route to native";
  const { native } = ways;
  if (native === "unknown") return skip(check, "This system cannot be asked for its routes");
  if (isThrough(native, client)) {
    return pass(check, `The IPv6 Internet is reached through interface ${client.interface}`);
  }
  const detail = lostPackets("the IPv6 Internet", native, client);
  if (ownRoutes?.native === false) {
    return note(
      check,
      detail,
      `Interface ${client.interface} has no default route, as with ` +
        "--no-default-route",
    );
  }
  if (native !== "none" && native.source !== undefined && isNative(native.source)) {
    return note(check, detail, "That interface has native IPv6, so this is as it should be");
  }
  return fail(check, detail, winner(DEFAULT_ROUTE));
}

function isThrough(way: Route | "none", client: ClientOnHost): boolean {
  return way !== "none" && way.interfaceName === client.interface;
}

/** Where packets go that should leave through the client's interface. */
function lostPackets(target: string, way: Route | "none", client: ClientOnHost): string {
  return way === "none"
    ? `Packets to ${target} cannot leave this host`
    : `Packets to ${target} leave through interface ${way.interfaceName}, not ${client.interface}`;
}

/** What to do about a route that wins over ours. */
function winner({ example }: WantedRoute): string {
  return "Another route or rule wins over the client's, such as that of a VPN. Remove it; look " +
    platform.routeAdvice(formatIpv6(example));
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

function firewall(
  { firewall }: HostFacts,
  client: ClientOnHost | undefined,
  isHeard: boolean,
): Check[] {
  const check = "firewall";
  if ("unknown" in firewall) return [skip(check, `Not seen: ${firewall.unknown}`)];
  if (firewall.chains.length === 0) {
    return [pass(check, "No chain of nftables drops what Teredo needs")];
  }
  return firewall.chains.map(({ hook, name, drops }) => {
    const isInput = hook === "input";
    switch (drops) {
      case "interface":
        return fail(
          check,
          `Chain ${name} drops all that ${isInput ? "comes in" : "leaves"} by interface ` +
            `${client?.interface}`,
          isInput ? LET_ANSWERS_IN : "Remove that rule",
        );
      case "service": {
        const judge = isHeard ? note : fail;
        return judge(check, `Chain ${name} drops UDP to port ${TEREDO_PORT}`, LET_OUT);
      }
      case "all": {
        const judge = isHeard ? note : fail;
        const detail = isInput
          ? `Chain ${name} drops what no rule accepts, and no rule accepts answers as such`
          : `Chain ${name} drops what no rule accepts`;
        return judge(check, detail, isInput ? LET_ANSWERS_IN : LET_OUT);
      }
      case "new":
        return note(
          check,
          `Chain ${name} drops what no rule accepts`,
          isInput
            ? "Answers get in. Pings to this host and peers that begin need ICMPv6 and the " +
              "client's UDP port"
            : LET_OUT,
        );
    }
  });
}

const LET_ANSWERS_IN =
  'Let answers in before that: "ct state established,related accept" at the top of the chain';

const LET_OUT = `UDP to port ${TEREDO_PORT} of the server, and to any port of peers, must get out`;

function nameOrder({ nameOrder }: HostFacts): Check {
  const check = "name order";
  if (nameOrder === undefined) {
    return skip(check, "It cannot be seen here in which order programs use a name's addresses");
  }
  const prefers = nameOrder.split("\n").some((line) => /^\s*precedence\s+2001::\/32\s/.test(line));
  if (!prefers) {
    return pass(check, "IPv4 comes before Teredo where a name has both (RFC 6724), as usual");
  }
  return note(
    check,
    "/etc/gai.conf gives Teredo addresses their own precedence",
    "Programs may then use Teredo where IPv4 would be faster: remove the line with 2001::/32 " +
      "unless that is intended",
  );
}

function clock({ clock }: HostFacts): Check {
  const date = new Date(clock).toISOString();
  return clock >= EARLIEST
    ? pass("clock", date)
    : note("clock", `It says ${date}`, "Teredo works, but certificates will not: set the clock");
}
