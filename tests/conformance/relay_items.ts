/**
 * Checklist: the relay.
 *
 * @module
 */

import type { Group } from "./item.ts";

/** */
export const RELAY: Group = {
  letter: "R",
  title: "Relay",
  introduction: "Between native hosts and clients: `relay/`.",
  isRequired: true,
  items: [
    {
      id: "R-01",
      level: "MUST*",
      source: "RFC 4380 §5.4.1",
      statement: "Only destinations in 2001::/32 are sent to over UDP",
    },
    {
      id: "R-02",
      level: "MUST",
      source: "RFC 4380 §5.4.1",
      statement:
        "Packets to clients at an IPv4 address that is not global unicast are dropped silently",
    },
    {
      id: "R-03",
      level: "MUST*",
      source: "RFC 4380 §5.4.1 case 1",
      statement: "A packet to a trusted client heard recently is sent directly, and counts as a " +
        "transmission",
    },
    {
      id: "R-04",
      level: "SHOULD",
      source: "RFC 5991 §3.2",
      statement: "The cone bit of a destination makes no difference",
    },
    {
      id: "R-05",
      level: "MUST*",
      source: "RFC 4380 §5.4.1 case 3",
      statement:
        "An unknown client gets a bubble through its server, port 3544, from a source address of " +
        "the relay (V11)",
    },
    {
      id: "R-06",
      level: "MUST*",
      source: "RFC 4380 §5.4.1 case 3",
      statement:
        "The bubble is repeated after 2 seconds, at most three times; then entry and queue are " +
        "dropped",
    },
    {
      id: "R-07",
      level: "SHOULD",
      source: "RFC 4380 §5.4.1",
      statement:
        "Packets that wait for a client go out when it becomes trusted; the queues are bounded " +
        "per client, per native site and in total",
    },
    {
      id: "R-08",
      level: "SHOULD*",
      source: "RFC 4380 §5.4.1",
      statement: "A relay behind a NAT other than a cone also sends a direct bubble",
    },
    {
      id: "R-09",
      level: "MUST*",
      source: "RFC 4380 §5.4.2",
      statement:
        "Packets from sources that are not Teredo, or not at the mapping in their address, are " +
        "dropped silently",
    },
    {
      id: "R-10",
      level: "MAY",
      source: "RFC 4380 §5.4.2",
      statement:
        "A client without an entry is dropped unless configured otherwise; a client with one " +
        "becomes trusted",
    },
    {
      id: "R-11",
      level: "SHOULD",
      source: "RFC 4380 §5.4.2",
      statement: "Packets to the range that the relay serves leave over native IPv6",
    },
    {
      id: "R-12",
      level: "SHOULD",
      source: "RFC 4380 §5.4.2",
      statement:
        "Packets to anywhere else are dropped, 2001::/32 and multicast included; no bubble " +
        "leaves over native IPv6",
    },
    {
      id: "R-13",
      level: "own",
      source: "RFC 6324 §3.3",
      statement:
        "Native sources in 2001::/32, or that embed an IPv4 address of the relay, are dropped",
      why: "they come from another tunnel, and the answer would go back into it",
    },
    {
      id: "R-14",
      level: "own",
      source: "RFC 4380 §5.2.6",
      statement:
        "Bubbles to one IPv4 address and port, and those through one server, stay limited " +
        "whatever IPv6 addresses they are for; searches are limited in total and per native site",
      why: "flags and server in an address can be chosen freely, so an attacker has 48 bits of " +
        "clients at one victim",
    },
    {
      id: "R-15",
      level: "MUST*",
      source: "RFC 4380 §5.5",
      statement: "A host-specific relay serves the host's own addresses and advertises nothing",
    },
    {
      id: "R-16",
      level: "MUST",
      source: "RFC 4443 §2.4",
      statement: "ICMPv6 errors are rate limited, and never sent about errors, multicast or an " +
        "unspecified source",
    },
  ],
};
