/**
 * Probing servers from this host: their names, the sockets, and what is found.
 *
 * @module
 */

import type { ClientCredentials, ServerAddresses } from "../../client/client_config.ts";
import { qualifies, type ServerFindings } from "../../client/probe/findings.ts";
import { MappingLifetime, rungSocket, silencesUpTo } from "../../client/probe/mapping_lifetime.ts";
import { PROBE_SOCKETS, ServerProbe } from "../../client/probe/server_probe.ts";
import { Counters } from "../../io/counters.ts";
import { localAddresses } from "../../io/network/local_addresses.ts";
import { ResolveError, suspicionAbout } from "../../io/servers/lookup.ts";
import { openFreshSockets, runToEnd } from "../../io/run_to_end.ts";
import { ServerName } from "../../io/servers/server_name.ts";
import { aborted } from "../../io/run_together.ts";
import { drawFlags } from "../../protocol/flags.ts";
import type { Random } from "../../protocol/random.ts";
import { addressOf, type Endpoint, portOf } from "../../wire/endpoint.ts";
import type { GlobalUnicast } from "../../wire/global_unicast.ts";
import { formatIpv4, type Ipv4Address, parseIpv4 } from "../../wire/ipv4_address.ts";
import { encodeTeredoAddress } from "../../wire/teredo_address.ts";
import { addressPolicy } from "../../nodes/address_policy.ts";
import { networkFor, remedyForServer } from "../daemon/settings/allow_private.ts";
import { CliError } from "../process/failure.ts";
import { findObstacle } from "./send_obstacle.ts";
import { isComplete, type Probed, type ProbeOutcome, recommend } from "./probe_outcome.ts";

/** What to probe, and how. */
export interface ProbeOptions {
  /** Each as `HOST` or `HOST,SECONDARY`. */
  readonly servers: readonly string[];
  /** How long to wait for each answer, in milliseconds. */
  readonly timeout: number;
  /**
   * The longest time without traffic to test a mapping with, in milliseconds; `undefined` for no
   * test.
   */
  readonly refresh: number | undefined;
  readonly allowPrivate: boolean;
  /** For servers that require authentication. */
  readonly credentials: ClientCredentials | undefined;
}

/** A person or the system ended the probe. */
class ProbeInterrupted extends CliError {
  constructor() {
    super("The probe was interrupted");
  }
}

/**
 * Probes all servers at once; the mapping's lifetime with the one that is recommended.
 *
 * @throws {ProbeInterrupted} `signal` aborted before the end of all but the test of the lifetime
 */
export async function runProbe(
  options: ProbeOptions,
  signal: AbortSignal,
): Promise<ProbeOutcome[]> {
  const { servers, timeout, refresh, allowPrivate, credentials } = options;
  const globalUnicast = addressPolicy(networkFor(allowPrivate));
  const terms = { timeout, globalUnicast, credentials };
  const outcomes = await Promise.all(
    // Two probes at once may exceed the limits of a server.
    Array.from(new Set(servers), (name) => probe(name, terms, signal)),
  ).then((found) => found.flat());
  if (!outcomes.every(isComplete)) throw new ProbeInterrupted();
  const recommended = recommend(outcomes);
  if (refresh !== undefined && recommended !== undefined && !signal.aborted) {
    recommended.lifetime = await probeLifetime(
      recommended.findings.server,
      { ...terms, longest: refresh },
      signal,
    );
  }
  return outcomes;
}

interface Terms {
  readonly timeout: number;
  readonly globalUnicast: GlobalUnicast;
  readonly credentials: ClientCredentials | undefined;
}

/** Probes all the servers that a name stands for. */
async function probe(name: string, terms: Terms, signal: AbortSignal): Promise<ProbeOutcome[]> {
  const found = await Promise.race([resolve(name), interrupted(signal)]);
  if (found instanceof ResolveError) {
    const [problem = "", ...rest] = found.message.split(". ");
    const remedy = rest.join(". ") || "Check the name";
    return [{ type: "not_probed", name, check: "name", problem, remedy }];
  }
  return await Promise.all(found.map((server) => probeServer(name, server, terms, signal)));
}

async function probeServer(
  name: string,
  server: ServerAddresses,
  terms: Terms,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const refused = [server.primary, server.secondary].find((each) => !terms.globalUnicast.has(each));
  if (refused !== undefined) {
    return {
      type: "not_probed",
      name,
      check: "address",
      problem: `${formatIpv4(refused)} is not a public address`,
      remedy: remedyForAnswer(name, refused === server.primary, refused),
    };
  }
  // With one address, every NAT would look like a full cone.
  if (server.primary === server.secondary) {
    return {
      type: "not_probed",
      name,
      check: "address",
      problem: `${formatIpv4(server.primary)} is given for both addresses of the server`,
      remedy: "Give its other address after the comma, or none if it is the one after the primary",
    };
  }
  return await probeAddresses(name, server, terms, signal);
}

/** What to do about an address that is refused, and that a name may have been resolved to. */
function remedyForAnswer(name: string, isPrimary: boolean, refused: Ipv4Address): string {
  const [primary = "", secondary = primary] = name.split(",");
  const host = isPrimary ? primary : secondary;
  const remedy = remedyForServer(refused);
  return parseIpv4(host) === undefined ? `${remedy}. ${suspicionAbout(host)}` : remedy;
}

/** @returns the addresses, or why there are none */
async function resolve(name: string): Promise<ServerAddresses[] | ResolveError> {
  const [primary = "", secondary] = name.split(",");
  try {
    return await new ServerName(primary, secondary).resolve();
  } catch (error) {
    if (error instanceof ResolveError) return error;
    throw error;
  }
}

/** @throws {CliError} as soon as `signal` aborts */
async function interrupted(signal: AbortSignal): Promise<never> {
  await aborted(signal);
  throw new ProbeInterrupted();
}

async function probeAddresses(
  name: string,
  server: ServerAddresses,
  terms: Terms,
  signal: AbortSignal,
): Promise<Probed> {
  const counters = new Counters();
  const sockets = openFreshSockets(PROBE_SOCKETS, counters);
  const ports = Object.values(sockets).map(({ local }) => portOf(local));
  const own = localAddresses().map(({ address }) => address);
  const isOwn = (at: Endpoint) => own.includes(addressOf(at)) && ports.includes(portOf(at));
  const machine = new ServerProbe({ server, ...terms, random, isOwn });
  const findings = await runToEnd(machine, sockets, counters, signal);
  return {
    type: "probed",
    name,
    findings,
    localPort: portOf(sockets.plain.local),
    isOwn,
    hasSecret: terms.credentials !== undefined,
    obstacle: isSilent(findings) ? await findObstacle(server.primary, signal) : undefined,
    address: prospectiveAddress(findings),
  };
}

function isSilent({ primary: { mapping, refusal } }: ServerFindings): boolean {
  return mapping === undefined && refusal === undefined;
}

/** The address that a client would get; its random flags differ each time. */
function prospectiveAddress(findings: ServerFindings): Uint8Array | undefined {
  const { server, primary: { mapping } } = findings;
  if (!qualifies(findings) || mapping === undefined) return undefined;
  return encodeTeredoAddress({ server: server.primary, flags: drawFlags(random), mapping });
}

async function probeLifetime(
  server: ServerAddresses,
  { longest, ...terms }: Terms & { readonly longest: number },
  signal: AbortSignal,
) {
  const counters = new Counters();
  const silences = silencesUpTo(longest);
  const rungs = silences.map((_, i) => rungSocket(i));
  const sockets = openFreshSockets(["service", ...rungs], counters);
  const machine = new MappingLifetime({ server: server.primary, silences, ...terms, random });
  return await runToEnd(machine, sockets, counters, signal);
}

const random: Random = (bytes) => crypto.getRandomValues(bytes);
