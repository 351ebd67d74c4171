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
      statement: "Only destinations in 2001::/32 are sent to by UDP",
    },
    {
      id: "R-02",
      level: "MUST",
      source: "RFC 4380 §5.4.1",
      statement: "Clients over an IPv4 address that is not global unicast are dropped in silence",
    },
    {
      id: "R-03",
      level: "MUST*",
      source: "RFC 4380 §5.4.1 case 1",
      statement: "To a trusted client heard lately a packet goes straight, and counts as sent",
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
        "An unknown client is sent a bubble through its server, port 3544, with a source of " +
        "the relay's own (V11)",
    },
    {
      id: "R-06",
      level: "MUST*",
      source: "RFC 4380 §5.4.1 case 3",
      statement:
        "The bubble is repeated after 2 seconds, three times at most; then entry and queue go",
    },
    {
      id: "R-07",
      level: "SHOULD",
      source: "RFC 4380 §5.4.1",
      statement:
        "What waits for a client goes out when the client is trusted; what may wait is bounded, " +
        "for each client, for each native site and in all",
    },
    {
      id: "R-08",
      level: "SHOULD*",
      source: "RFC 4380 §5.4.1",
      statement: "A relay behind a NAT other than a cone sends a direct bubble as well",
    },
    {
      id: "R-09",
      level: "MUST*",
      source: "RFC 4380 §5.4.2",
      statement: "Sources that are not Teredo, or not where they say, are dropped in silence",
    },
    {
      id: "R-10",
      level: "MAY",
      source: "RFC 4380 §5.4.2",
      statement:
        "A client without an entry is dropped unless configured otherwise; one with an entry " +
        "becomes trusted",
    },
    {
      id: "R-11",
      level: "SHOULD",
      source: "RFC 4380 §5.4.2",
      statement: "Packets to the range that the relay serves leave by native IPv6",
    },
    {
      id: "R-12",
      level: "SHOULD",
      source: "RFC 4380 §5.4.2",
      statement:
        "Packets to anywhere else are dropped, in 2001::/32 and by multicast too; no bubble " +
        "leaves by native IPv6",
    },
    {
      id: "R-13",
      level: "own",
      source: "RFC 6324 §3.3",
      statement: "Native sources in 2001::/32, or over an own IPv4 address, are dropped",
      why: "they come out of another tunnel, into which the answer would go back",
    },
    {
      id: "R-14",
      level: "own",
      source: "RFC 4380 §5.2.6",
      statement:
        "Bubbles to one IPv4 address and port, and those through one server, stay limited " +
        "whatever IPv6 addresses they are for; searches are limited in all, and for each native site",
      why:
        "flags and server in an address are free to choose, so an attacker has 48 bits of clients " +
        "at one victim",
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
      statement: "ICMPv6 errors are limited in rate, and never answer errors, multicast or an " +
        "unspecified source",
    },
  ],
};
