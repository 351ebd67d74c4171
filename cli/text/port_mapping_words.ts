/**
 * A client's port on the router, in words.
 *
 * @module
 */

import type { MappingView, NoMapping } from "../../nodes/client_mapping.ts";
import type { TriedProtocol } from "../../portmap/mapper_event.ts";
import type { MappingFailure, MappingProtocol } from "../../portmap/port_mapping.ts";

/** The protocols as people write them. */
export const PROTOCOL_NAMES: Readonly<Record<MappingProtocol, string>> = {
  "pcp": "PCP",
  "nat-pmp": "NAT-PMP",
  "upnp": "UPnP",
};

/** Why a router makes no mapping, in words. */
export function failureText(reason: MappingFailure, tried: readonly TriedProtocol[]): string {
  const names = (each: MappingFailure) =>
    tried.filter((one) => one.reason === each).map(({ protocol }) => PROTOCOL_NAMES[protocol])
      .join(" and ");
  switch (reason) {
    case "no_answer":
      return `it does not answer ${names(reason).replaceAll(" and ", " or ")}`;
    case "unsupported":
      return `it does not offer this by ${names(reason)}`;
    case "refused":
      return `it refuses by ${names(reason)}`;
    case "port_taken":
      return "the ports that were tried lead to other hosts";
    case "no_resources":
      return "it has no room for another mapping";
    case "router_offline":
      return "it has no connection to the Internet, or does not say its address there";
    case "answer_invalid":
      return `it gives answers by ${names(reason)} that make no sense`;
  }
}

/** What a person can do about it. */
export function failureRemedy(reason: MappingFailure): string {
  switch (reason) {
    case "no_answer":
    case "unsupported":
    case "refused":
      return 'Turn on "UPnP" or "NAT-PMP" in the router, or leave it: then peers are reached by ' +
        "hole punching as before";
    case "port_taken":
    case "no_resources":
      return "Remove mappings in the router that are no longer used, or choose another --port";
    case "router_offline":
      return "Check the router's connection";
    case "answer_invalid":
      return "Update the router's software, or choose another protocol with --port-mapping";
  }
}

/** Why no router is asked, in words. */
export const NO_MAPPING: Readonly<Record<NoMapping, string>> = {
  "off": "off",
  "no_router": "no router to ask",
  "router_unknown": "this system cannot tell the router",
  "public_address": "not needed: this host has a public address",
  "resting": "not needed: the client rests",
};

/** What the server's view says about a mapping, where it is not as it should be. */
export const MAPPING_VIEWS: Readonly<Record<MappingView, string | null>> = {
  "unknown": null,
  "in_use": null,
  "other_port": "the server sees another port, so peers are told this one",
  "other_address": "another NAT is beyond the router, so only peers behind that NAT can use it",
};
