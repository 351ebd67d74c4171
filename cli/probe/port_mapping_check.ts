/**
 * The check of what the router maps.
 *
 * @module
 */

import { findRoute } from "../../ffi/open.ts";
import { defaultRouter } from "../../io/portmap/default_router.ts";
import { type TriedMapping, tryMappings } from "../../io/portmap/mapping_probe.ts";
import { mostTelling } from "../../portmap/mapper_event.ts";
import type { MappingFailure, MappingProtocol } from "../../portmap/port_mapping.ts";
import { addressOf, type Endpoint } from "../../wire/endpoint.ts";
import type { GlobalUnicast } from "../../wire/global_unicast.ts";
import { formatIpv4, type Ipv4Address } from "../../wire/ipv4_address.ts";
import {
  failureRemedy,
  failureText,
  NO_MAPPING,
  OTHER_NAT_REMEDY,
  PROTOCOL_NAMES,
} from "../text/port_mapping_words.ts";
import { type Check, note, pass, skip } from "./check.ts";
import { capital } from "../text/capital.ts";

const CHECK = "port mapping";

/**
 * Has the router map a port for a moment, by each protocol.
 *
 * @param seen the external address of this host as servers see it, once that is known
 */
export async function checkPortMapping(
  protocols: readonly MappingProtocol[],
  globalUnicast: GlobalUnicast,
  seen: Promise<Ipv4Address | undefined>,
  signal: AbortSignal,
): Promise<Check | undefined> {
  if (protocols.length === 0) return undefined;
  const place = defaultRouter(findRoute);
  if (typeof place === "string") return skip(CHECK, capital(NO_MAPPING[place]));
  if (globalUnicast.has(place.local)) return skip(CHECK, capital(NO_MAPPING["public_address"]));
  const tried = await tryMappings(place, protocols, signal);
  return describeTried(tried, place.router, await seen);
}

/** What came of it, in words. */
export function describeTried(
  tried: readonly TriedMapping[],
  router: Ipv4Address,
  seen: Ipv4Address | undefined,
): Check | undefined {
  const mapped = tried.flatMap(({ protocol, result }) =>
    typeof result === "number" ? [{ protocol, external: result as Endpoint }] : []
  );
  const [first] = mapped;
  if (first === undefined) return describeFailures(tried, router);
  const names = mapped.map(({ protocol }) => PROTOCOL_NAMES[protocol]).join(", ");
  const address = addressOf(first.external);
  const detail = `Router ${formatIpv4(router)} maps ports of ${formatIpv4(address)} by ${names}`;
  if (seen === undefined || seen === address) return pass(CHECK, detail);
  return note(
    CHECK,
    `${detail}, but servers see ${formatIpv4(seen)}: another NAT is beyond it`,
    OTHER_NAT_REMEDY,
  );
}

function describeFailures(tried: readonly TriedMapping[], router: Ipv4Address): Check | undefined {
  const failures = tried.map(({ protocol, result }) => ({
    protocol,
    reason: result as MappingFailure,
  }));
  if (failures.length === 0) return undefined;
  const reason = mostTelling(failures);
  const detail = `Router ${formatIpv4(router)} maps no port: ${failureText(reason, failures)}`;
  return note(CHECK, detail, failureRemedy(reason));
}
