/**
 * Asking a router for a port by UPnP: the Internet Gateway Device, versions 1 and 2.
 *
 *     M-SEARCH ──► description ──► GetExternalIPAddress ──► GetSpecificPortMappingEntry
 *        ──► AddPortMapping ──► GetSpecificPortMappingEntry
 *
 * @module
 */

import type { Random } from "../protocol/random.ts";
import { uniform } from "../protocol/random.ts";
import { addressOf, type Endpoint, endpoint, portOf } from "../wire/endpoint.ts";
import { formatIpv4, type Ipv4Address, parseIpv4 } from "../wire/ipv4_address.ts";
import { type ConnectionService, connectionServices } from "./connection_service.ts";
import { ask, type Dialogue, fetchFrom } from "./dialogue.ts";
import { encodeGet } from "./http_message.ts";
import {
  failed,
  type MappingFailure,
  type MappingOutcome,
  type WantedMapping,
} from "./port_mapping.ts";
import { encodeCall, parseAnswer, type SoapAnswer, UpnpError } from "./soap.ts";
import { encodeSearch, parseSearchResponse, SSDP_GROUP, SSDP_PORT } from "./ssdp.ts";

/** By which our mappings are known, RFC 6081 §5.3.3. */
export const DESCRIPTION = "TEREDO";

/** How long to wait for answers to a search, in milliseconds: they may come after a second (MX). */
const SEARCH_WAITS: readonly number[] = [1500, 1500];

/** How many external ports are tried. */
const MAX_PORTS = 4;

/** Ports that nobody has registered, RFC 6335 §6. */
const DYNAMIC_PORTS = { low: 49_152, high: 65_536 } as const;

/** Errors by which some routers say that they only make mappings that stay. */
const PERMANENT_ONLY: ReadonlySet<number> = new Set([
  UpnpError.ONLY_PERMANENT_LEASES,
  UpnpError.INVALID_ARGS,
  UpnpError.ACTION_FAILED,
]);

/** The port belongs to somebody else: another one may be free. */
const CONFLICTS: ReadonlySet<number> = new Set([
  UpnpError.CONFLICT_IN_MAPPING,
  UpnpError.CONFLICT_WITH_OTHER_MECHANISM,
]);

const FAILURES: Readonly<Record<number, MappingFailure>> = {
  [UpnpError.NOT_AUTHORIZED]: "refused",
  [UpnpError.NO_PORT_MAPS_AVAILABLE]: "no_resources",
  [UpnpError.SAME_PORT_REQUIRED]: "unsupported",
};

/** A connection of the router that is up. */
interface Uplink {
  readonly service: ConnectionService;
  readonly address: Ipv4Address;
}

/** Whose mapping the router has for an external port, as far as it says. */
interface Entry {
  readonly owner: "nobody" | "us" | "other" | "unknown";
  /** Milliseconds; `Infinity` for a mapping that stays. */
  readonly lifetime: number;
}

/** A router that may know UPnP. */
export class UpnpRouter {
  readonly #random: Random;
  /** What was found last, so that a mapping can be removed without another search. */
  #known: ConnectionService | undefined;

  /** @param random draws other ports when one is taken */
  constructor(random: Random) {
    this.#random = random;
  }

  /** Asks for a mapping, or for more time. */
  *map(wanted: WantedMapping): Dialogue<MappingOutcome> {
    const services = yield* findServices(wanted.router);
    if (typeof services === "string") return failed(services);
    if (services.length === 0) return failed("unsupported");
    const uplink = yield* findUplink(services);
    if (uplink === undefined) return failed("router_offline");
    this.#known = uplink.service;
    let outcome: MappingOutcome = failed("port_taken");
    for (const port of this.#ports(wanted.externalPort)) {
      outcome = yield* addMapping(uplink, { ...wanted, externalPort: port });
      if (outcome.type === "granted" || outcome.reason !== "port_taken") break;
    }
    return outcome;
  }

  /** Removes the mapping of the external port, if it is ours. */
  *unmap(wanted: WantedMapping): Dialogue<boolean> {
    const known = this.#known;
    const services = known === undefined ? yield* findServices(wanted.router) : [known];
    if (typeof services === "string") return false;
    for (const service of services) {
      const { owner } = yield* entryOf(service, wanted);
      if (owner !== "us") continue;
      const answer = yield* call(service, "DeletePortMapping", selector(wanted));
      if (answer?.ok) return true;
    }
    return false;
  }

  /** The port that is wanted, then others. */
  *#ports(first: number): Generator<number> {
    yield first;
    for (let i = 1; i < MAX_PORTS; i++) {
      yield Math.floor(uniform(this.#random, DYNAMIC_PORTS.low, DYNAMIC_PORTS.high));
    }
  }
}

/** Searches for the router and reads its description, or says why that failed. */
function* findServices(router: Ipv4Address): Dialogue<ConnectionService[] | MappingFailure> {
  // Sent to the router alone, a search also passes a firewall here that lets in only answers; sent
  // to the group, it also reaches routers that listen to nothing else.
  const destinations = [endpoint(router, SSDP_PORT), SSDP_GROUP];
  const searches = destinations.flatMap((to) => [
    { to, bytes: encodeSearch(to, 1) },
    { to, bytes: encodeSearch(to, 2) },
  ]);
  const location = yield* ask(
    searches,
    SEARCH_WAITS,
    (bytes) => parseSearchResponse(bytes, router),
  );
  if (location === undefined) return "no_answer";
  const response = yield* fetchFrom(location.at, encodeGet(location));
  if (response?.status !== 200) return "answer_invalid";
  return connectionServices(response.body, router, location);
}

/** The first connection that has an external address. */
function* findUplink(services: readonly ConnectionService[]): Dialogue<Uplink | undefined> {
  for (const service of services) {
    const answer = yield* call(service, "GetExternalIPAddress");
    const address = answer?.ok
      ? parseIpv4(answer.results["NewExternalIPAddress"] ?? "")
      : undefined;
    if (address !== undefined && address !== 0) return { service, address };
  }
  return undefined;
}

/** Asks for one external port, unless it leads to somebody else. */
function* addMapping(
  { service, address }: Uplink,
  wanted: WantedMapping,
): Dialogue<MappingOutcome> {
  const before = yield* entryOf(service, wanted);
  if (before.owner === "other") return failed("port_taken");
  const lease = wanted.lifetime / 1000;
  let answer = yield* call(service, "AddPortMapping", mappingOf(wanted, lease));
  if (answer?.ok === false && PERMANENT_ONLY.has(answer.code)) {
    answer = yield* call(service, "AddPortMapping", mappingOf(wanted, 0));
  }
  if (answer === undefined) return failed("answer_invalid");
  if (!answer.ok) {
    return failed(CONFLICTS.has(answer.code) ? "port_taken" : FAILURES[answer.code] ?? "refused");
  }
  // Some routers say yes and do nothing.
  const after = yield* entryOf(service, wanted);
  if (after.owner === "other") return failed("port_taken");
  if (after.owner === "nobody") return failed("refused");
  return {
    type: "granted",
    external: endpoint(address, wanted.externalPort),
    lifetime: after.owner === "us" ? after.lifetime : wanted.lifetime,
    epoch: undefined,
  };
}

/** What the router has for an external port. */
function* entryOf(service: ConnectionService, wanted: WantedMapping): Dialogue<Entry> {
  const answer = yield* call(service, "GetSpecificPortMappingEntry", selector(wanted));
  if (answer === undefined) return { owner: "unknown", lifetime: 0 };
  if (!answer.ok) {
    const isFree = answer.code === UpnpError.NO_SUCH_ENTRY;
    return { owner: isFree ? "nobody" : "unknown", lifetime: 0 };
  }
  const { results } = answer;
  const isOurs = isAt(wanted.internal, results) || isLeftOver(wanted.internal, results);
  const lease = Number(results["NewLeaseDuration"] ?? 0);
  const lifetime = lease > 0 ? lease * 1000 : Infinity;
  return { owner: isOurs ? "us" : "other", lifetime };
}

function isAt(internal: Endpoint, results: Readonly<Record<string, string>>): boolean {
  return isOnThisHost(internal, results) &&
    results["NewInternalPort"] === String(portOf(internal));
}

/** A Teredo client used another port of this host before. */
function isLeftOver(internal: Endpoint, results: Readonly<Record<string, string>>): boolean {
  return isOnThisHost(internal, results) && results["NewPortMappingDescription"] === DESCRIPTION;
}

function isOnThisHost(internal: Endpoint, results: Readonly<Record<string, string>>): boolean {
  return results["NewInternalClient"] === formatIpv4(addressOf(internal));
}

/** Calls an action. Undefined if the router does not answer as it should. */
function* call(
  service: ConnectionService,
  action: string,
  parameters: Readonly<Record<string, string | number>> = {},
): Dialogue<SoapAnswer | undefined> {
  const request = encodeCall(service, action, parameters);
  const response = yield* fetchFrom(service.control.at, request);
  return response && parseAnswer(response, action);
}

/** What names a mapping. The order is that of the action's definition, which routers insist on. */
function selector({ externalPort }: WantedMapping): Readonly<Record<string, string | number>> {
  return { NewRemoteHost: "", NewExternalPort: externalPort, NewProtocol: "UDP" };
}

/**
 * RFC 6081 §5.3.3 asks for a mapping that stays (lease 0). Ours ends by itself where the router can
 * do that, because a host that loses its power removes nothing.
 *
 * @param lease in seconds; 0 for a mapping that stays
 */
function mappingOf(
  wanted: WantedMapping,
  lease: number,
): Readonly<Record<string, string | number>> {
  return {
    ...selector(wanted),
    NewInternalPort: portOf(wanted.internal),
    NewInternalClient: formatIpv4(addressOf(wanted.internal)),
    NewEnabled: 1,
    NewPortMappingDescription: DESCRIPTION,
    NewLeaseDuration: lease,
  };
}
