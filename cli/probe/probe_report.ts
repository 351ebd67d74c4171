/**
 * The report of a probe: one struct, which is what `--json` prints.
 *
 * @module
 */

import { type Finding, medianOf, type NatName } from "../../client/probe/findings.ts";
import type { LifetimeFindings } from "../../client/probe/mapping_lifetime.ts";
import { formatEndpoint, portOf } from "../../wire/endpoint.ts";
import { formatIpv4 } from "../../wire/ipv4_address.ts";
import { formatIpv6 } from "../../wire/ipv6_address.ts";
import type { SystemTeredo } from "../process/system_teredo.ts";
import type { Check } from "./check.ts";
import { checksOf } from "./probe_checks.ts";
import { isUsable, natOf, type Probed, type ProbeOutcome, recommend } from "./probe_outcome.ts";

/** The whole report. What is not known is `null`; times are in milliseconds. */
export interface ProbeReport {
  readonly schema: 1;
  /** The server to use, as it was named. */
  readonly recommended: string | null;
  readonly nat: NatName;
  /** Whether the router maps ports. */
  readonly portMapping: Check | null;
  readonly servers: readonly ServerReport[];
  /** What the system's own client does; `null` on a system without one. */
  readonly systemTeredo: SystemTeredo | null;
}

/** The part of one server. */
export interface ServerReport {
  readonly server: string;
  readonly qualifies: boolean;
  readonly primary: string | null;
  readonly secondary: string | null;
  /** The median of the round trips to each address. */
  readonly roundTrip: { readonly primary: number | null; readonly secondary: number | null };
  readonly address: string | null;
  readonly mtu: number | null;
  readonly nat: NatReport;
  readonly checks: readonly Check[];
}

/** What the NAT is like. */
interface NatReport {
  readonly name: NatName;
  readonly localPort: number | null;
  readonly externalMapping: string | null;
  readonly mapping: string | null;
  readonly filtering: string | null;
  readonly portPreserved: boolean | null;
  readonly hairpinning: boolean | null;
  readonly refresh: { readonly held: number | null; readonly lost: number | null } | null;
}

/** What was found about this host and its network, beside the servers. */
interface HostFindings {
  readonly portMapping?: Check | undefined;
  readonly systemTeredo?: SystemTeredo | undefined;
}

/** Makes the report. */
export function probeReport(
  outcomes: readonly ProbeOutcome[],
  { portMapping, systemTeredo }: HostFindings = {},
): ProbeReport {
  const recommended = recommend(outcomes);
  const probed = outcomes.filter((outcome) => outcome.type === "probed");
  const nats = [...recommended ? [recommended] : [], ...probed].map(natOf);
  return {
    schema: 1,
    recommended: recommended?.name ?? null,
    nat: nats.find((name) => name !== "unknown") ?? "unknown",
    portMapping: portMapping ?? null,
    servers: outcomes.map(serverReport),
    systemTeredo: systemTeredo ?? null,
  };
}

function serverReport(outcome: ProbeOutcome): ServerReport {
  const checks = checksOf(outcome);
  const server = outcome.name;
  if (outcome.type === "not_probed") return { server, ...UNKNOWN_SERVER, checks };
  const { findings, address } = outcome;
  const { primary, secondary } = findings;
  return {
    server,
    qualifies: isUsable(outcome),
    primary: formatIpv4(findings.server.primary),
    secondary: formatIpv4(findings.server.secondary),
    roundTrip: {
      primary: rounded(medianOf(primary.roundTrips)),
      secondary: rounded(medianOf(secondary.roundTrips)),
    },
    address: address === undefined ? null : formatIpv6(address),
    mtu: primary.mtu ?? null,
    nat: natReport(outcome),
    checks,
  };
}

function natReport(outcome: Probed): NatReport {
  const { findings, localPort } = outcome;
  const seen = findings.primary.mapping;
  return {
    name: natOf(outcome),
    localPort,
    externalMapping: seen === undefined ? null : formatEndpoint(seen),
    mapping: known(findings.mapping),
    filtering: known(findings.filtering),
    portPreserved: seen === undefined ? null : portOf(seen) === localPort,
    hairpinning: known(findings.hairpinning),
    refresh: refreshReport(outcome.lifetime),
  };
}

function refreshReport(lifetime: LifetimeFindings | undefined): NatReport["refresh"] {
  return lifetime === undefined
    ? null
    : { held: lifetime.held ?? null, lost: lifetime.lost ?? null };
}

function known<T>(finding: Finding<T, string>): T | null {
  return "value" in finding ? finding.value : null;
}

function rounded(milliseconds: number | undefined): number | null {
  return milliseconds === undefined ? null : Math.round(100 * milliseconds) / 100;
}

const UNKNOWN_SERVER: Omit<ServerReport, "server" | "checks"> = {
  qualifies: false,
  primary: null,
  secondary: null,
  roundTrip: { primary: null, secondary: null },
  address: null,
  mtu: null,
  nat: {
    name: "unknown",
    localPort: null,
    externalMapping: null,
    mapping: null,
    filtering: null,
    portPreserved: null,
    hairpinning: null,
    refresh: null,
  },
};
