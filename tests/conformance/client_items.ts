/**
 * Checklist: the client.
 *
 * @module
 */

import type { Group } from "./item.ts";

/** C-01 to C-49. */
export const CLIENT: Group = {
  letter: "C",
  title: "Client",
  introduction: "Qualification, maintenance, reception, transmission and local discovery: " +
    "`client/`, with what all roles share in `protocol/`.",
  isRequired: true,
  items: [
    {
      id: "C-01",
      level: "MUST NOT",
      source: "RFC 4380 §5.5",
      statement: "Beside native IPv6 no client starts, and a running one stops when it appears",
    },
    {
      id: "C-02",
      level: "SHOULD",
      source: "RFC 5991 §3.2",
      statement: "Not even the first solicitation has the cone bit",
    },
    {
      id: "C-03",
      level: "MUST*",
      source: "RFC 4380 §5.2.1",
      statement:
        "Solicitations go from a link-local address to ff02::2 with hop limit 255, by UDP " +
        "from the service port to port 3544 of the primary address",
    },
    {
      id: "C-04",
      level: "SHOULD*",
      source: "RFC 4380 §5.2.1",
      statement:
        "Unanswered solicitations are repeated after 4 seconds; three in vain in the last " +
        "phase leave the client off-line",
    },
    {
      id: "C-05",
      level: "MUST*",
      source: "RFC 4380 §5.2.1",
      statement: "Once the primary address has answered, the secondary one is asked",
    },
    {
      id: "C-06",
      level: "MUST*",
      source: "RFC 4380 §5.2.1",
      statement: "Two answers with the same mapping qualify the client; another address or port " +
        "means a symmetric NAT, and no Teredo address without support for those (X-05)",
    },
    {
      id: "C-07",
      level: "MUST",
      source: "RFC 4380 §5.2.2",
      statement:
        "Advertisements with a nonce that was not sent (N18), or without one, are discarded",
    },
    {
      id: "C-08",
      level: "MUST*",
      source: "RFC 4380 §5.2.1",
      statement:
        "Advertisements are discarded without an origin (N21), without exactly one prefix " +
        "(N20), with one of another server (N22), or to another destination than the " +
        "solicitation's source",
    },
    {
      id: "C-09",
      level: "MUST",
      source: "RFC 4861 §6.1.2",
      statement:
        "Advertisements are discarded for a hop limit other than 255, a wrong checksum or " +
        "code, fewer than 16 octets, an option of length 0, or a source that is not link-local",
    },
    {
      id: "C-10",
      level: "MUST*",
      source: "RFC 4380 §5.2.2",
      statement: "Solicitations have confirmation 0; an advertisement with another one makes the " +
        "client report that it needs a new key (V23)",
    },
    {
      id: "C-11",
      level: "MUST",
      source: "RFC 4380 §5.2.2",
      statement:
        "With secure qualification, advertisements without the right HMAC or with another " +
        "identifier are discarded",
    },
    {
      id: "C-12",
      level: "MUST*",
      source: "RFC 4380 §5.2.1",
      statement:
        "The address is made of prefix, flags, and the complements of port and address in " +
        "the origin: V4 and flags 385c make A4",
    },
    {
      id: "C-13",
      level: "own",
      source: "RFC 5991 §3.1",
      statement: "The flags stay while prefix and mapping stay",
      why: "peers know the whole address, so new flags at each refresh would cut off all that is " +
        "under way",
    },
    {
      id: "C-14",
      level: "MUST*",
      source: "RFC 4380 §5.2.1",
      statement: "Before it is qualified a client sends solicitations and nothing else",
    },
    {
      id: "C-15",
      level: "SHOULD*",
      source: "RFC 4380 §5.2",
      statement: "The service port is random unless configured",
    },
    {
      id: "C-16",
      level: "MUST",
      source: "RFC 6081 §5.1.1",
      statement: "The refresh interval is 30 seconds unless configured",
    },
    {
      id: "C-17",
      level: "MUST",
      source: "RFC 6081 §5.1.1",
      statement:
        "Each interval is drawn anew and stays within 50 to 150 % of it (75 to 100 % here)",
    },
    {
      id: "C-18",
      level: "MUST",
      source: "RFC 4380 §5.2.5",
      statement: "When the server was silent for that long, a solicitation with the cone bit of " +
        "before asks it",
    },
    {
      id: "C-19",
      level: "MUST*",
      source: "RFC 4380 §5.2.3",
      statement: "Any valid packet from port 3544 of the server postpones that solicitation",
    },
    {
      id: "C-20",
      level: "MUST",
      source: "RFC 4380 §5.2.5",
      statement:
        "Another mapping in an advertisement makes another address at once, and the old one " +
        "invalid",
    },
    {
      id: "C-21",
      level: "own",
      source: "RFC 4380 §5.2.5",
      statement:
        "A new address forgets peers and queues; three refreshes in vain leave the client " +
        "off-line, to start anew after a delay",
      why:
        "the RFC says neither what a lost server means nor what becomes of peers that know the " +
        "old address",
    },
    {
      id: "C-22",
      level: "MUST*",
      source: "RFC 4380 §5.2.3",
      statement: "Malformed datagrams, and packets for others (N30), are dropped in silence",
    },
    {
      id: "C-23",
      level: "MUST*",
      source: "RFC 4380 §5.2.3 case 1",
      statement: "A packet of a trusted peer from where the peer is known to be is accepted, and " +
        "counts as its latest sign of life",
    },
    {
      id: "C-24",
      level: "MUST*",
      source: "RFC 4380 §5.2.3 case 2",
      statement:
        "An echo reply with the data of the test makes the peer trusted where it came from " +
        "(V15), and what waited goes there",
    },
    {
      id: "C-25",
      level: "MUST*",
      source: "RFC 4380 §5.2.3 case 2",
      statement: "An echo reply with other, shorter or outdated data changes nothing",
    },
    {
      id: "C-26",
      level: "MUST",
      source: "RFC 4380 §5.2.3 case 3",
      statement:
        "A Teredo source that is where it says has, from then on, a trusted entry; a new " +
        "one has last sent 30 seconds ago and no bubbles",
    },
    {
      id: "C-27",
      level: "SHOULD*",
      source: "RFC 4380 §5.2.3 case 3",
      statement:
        "No bubble gets to the host; whatever is accepted of a peer lets go what waits for it",
    },
    {
      id: "C-28",
      level: "MUST*",
      source: "RFC 4380 §5.2.3 case 5",
      statement:
        "A Teredo source that is not where its address says, but where its discovery bubble " +
        "came from, becomes trusted",
    },
    {
      id: "C-29",
      level: "SHOULD*",
      source: "RFC 4380 §5.2.3 case 6",
      statement:
        "A packet of an unknown native source is delivered only once its connectivity test " +
        "is answered",
    },
    {
      id: "C-30",
      level: "own",
      source: "RFC 4380 §5.2.3",
      statement:
        "A bubble through the server from a native or link-local source is answered by one " +
        "straight to its origin (V12, V13)",
      why: "it is what Windows and Miredo send and what relays wait for, where the RFC has a " +
        "connectivity test",
    },
    {
      id: "C-31",
      level: "own",
      source: "RFC 4380 §5.2.3",
      statement: "A bubble through the server from a Teredo source, even without an origin, is " +
        "answered by one straight to the mapping in that source",
      why: "Microsoft's servers tell no origin when they forward such bubbles",
    },
    {
      id: "C-32",
      level: "MUST*",
      source: "RFC 4380 §5.2.4 case 1",
      statement:
        "To a trusted peer heard less than 30 seconds ago data goes straight, and counts as " +
        "sent; an older entry is not used",
    },
    {
      id: "C-33",
      level: "MUST*",
      source: "RFC 4380 §5.2.4 case 2",
      statement:
        "A packet for a native host waits for an echo through the own server (V14), which is " +
        "repeated after 2 seconds, three times at most",
    },
    {
      id: "C-34",
      level: "SHOULD*",
      source: "RFC 4380 §5.2.9",
      statement: "The data of the test has at least 64 random bits",
    },
    {
      id: "C-35",
      level: "MUST*",
      source: "RFC 4380 §5.2.4 case 5",
      statement: "A packet for another client waits for bubbles to its mapping and to its server " +
        "(V8, V9)",
    },
    {
      id: "C-36",
      level: "SHOULD",
      source: "RFC 5991 §3.2",
      statement: "The cone bit of a destination makes no difference",
    },
    {
      id: "C-37",
      level: "MUST",
      source: "RFC 4380 §5.2.4",
      statement:
        "Destinations over an IPv4 address that is not global unicast are dropped in silence",
    },
    {
      id: "C-38",
      level: "MUST NOT",
      source: "RFC 4380 §5.2.6",
      statement:
        "No bubble within 2 seconds of the last packet to the peer, no fifth one within 300 " +
        "seconds without an answer",
    },
    {
      id: "C-39",
      level: "MUST",
      source: "RFC 4380 §5.2.6",
      statement:
        "Each bubble is entered as the last packet and counted; a peer without an entry gets " +
        "one",
    },
    {
      id: "C-40",
      level: "SHOULD*",
      source: "RFC 4380 §5.2",
      statement: "The peer list is bounded and parts with what was used least lately; queues are " +
        "bounded for each peer and in all",
    },
    {
      id: "C-41",
      level: "own",
      source: "RFC 4380 §5.2.4",
      statement: "After the last attempt in vain the queue is given up, and its senders get " +
        "Destination Unreachable code 3, ten a second at most",
      why: "an application that hears nothing waits for minutes; RFC 4443 §2.4 (f) wants the limit",
    },
    {
      id: "C-42",
      level: "SHOULD",
      source: "RFC 4380 §5.2.8",
      statement:
        "With local discovery the client joins the group and announces itself every 200 to " +
        "300 seconds by a bubble like V16, with TTL 1 and hop limit 1",
    },
    {
      id: "C-43",
      level: "MUST",
      source: "RFC 4380 §5.2.8",
      statement:
        "Discovery bubbles from sources that are not Teredo, or from off the link, are dropped",
    },
    {
      id: "C-44",
      level: "SHOULD*",
      source: "RFC 4380 §5.2.8",
      statement:
        "Discovery bubbles by unicast are dropped, as are, unless configured otherwise, those " +
        "of clients behind another IPv4 address",
    },
    {
      id: "C-45",
      level: "MUST",
      source: "RFC 4380 §5.2.8",
      statement:
        "An accepted discovery bubble makes an entry that is local and not trusted, and is " +
        "answered by a unicast bubble",
    },
    {
      id: "C-46",
      level: "MUST*",
      source: "RFC 4380 §5.2.4 case 3",
      statement:
        "A packet for a neighbour heard of within 600 seconds waits for a bubble to it and " +
        "one to the group",
    },
    {
      id: "C-47",
      level: "MUST",
      source: "RFC 4380 §5.2.7",
      statement:
        "To find the refresh interval, a second port is qualified after the service port and " +
        "carries nothing else; intervals are tried as the RFC has them",
    },
    {
      id: "C-48",
      level: "MUST*",
      source: "RFC 4380 §5.2.10",
      statement: "Behind a symmetric NAT that reserves a fixed port the client qualifies",
    },
    {
      id: "C-49",
      level: "own",
      source: "RFC 4380 §5.2.4, §5.2.9",
      statement:
        "Packets to the own mapping under another IPv6 address are dropped; a flood from " +
        "native sources causes no more echoes than the limit over all",
      why:
        "a hairpinning NAT would return the former, and forged sources would make the client ping " +
        "the world (CVE-2006-6266)",
    },
  ],
};
