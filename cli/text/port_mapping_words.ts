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
  const protocols = tried.filter((each) => each.reason === reason)
    .map(({ protocol }) => PROTOCOL_NAMES[protocol]);
  switch (reason) {
    case "no_answer":
      return `it does not answer ${joined(protocols, "or")}`;
    case "unsupported":
      return `it does not offer this by ${joined(protocols, "or")}`;
    case "refused":
      return `it refuses by ${joined(protocols, "and")}`;
    case "port_taken":
      return "the ports that were tried lead to other hosts";
    case "no_resources":
      return "it has no room for another mapping";
    case "router_offline":
      return "it has no connection to the Internet, or does not say its address there";
    case "answer_invalid":
      return `it gives answers by ${joined(protocols, "and")} that make no sense`;
  }
}

/** "A", "A or B", "A, B or C". */
function joined(words: readonly string[], last: string): string {
  return words.length < 2
    ? words.join("")
    : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
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
  "bound_elsewhere": "the client is bound to an address that the router does not lead to",
  "starting": "the router is about to be asked",
};

/** What the server's view says about a mapping, where it is not as it should be. */
export const MAPPING_VIEWS: Readonly<Record<MappingView, string | null>> = {
  "unknown": null,
  "in_use": null,
  "other_port": "the server sees another port, so peers are told this one",
  "other_address": "another NAT is beyond the router, so only peers behind that NAT can use it",
};

/** What to do if a router's external address is not the one that servers see. */
export const OTHER_NAT_REMEDY =
  "A mapping does not open the way from the Internet there. If the other NAT is yours, let it " +
  "pass everything on to the router, or make one of the two a bridge";
