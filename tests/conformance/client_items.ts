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
      statement:
        "With native IPv6 no client starts, and a running one stops when native IPv6 appears",
    },
    {
      id: "C-02",
      level: "SHOULD",
      source: "RFC 5991 §3.2",
      statement: "Even the first solicitation has no cone bit",
    },
    {
      id: "C-03",
      level: "MUST*",
      source: "RFC 4380 §5.2.1",
      statement:
        "Solicitations go from a link-local address to ff02::2 with hop limit 255, over UDP from " +
        "the service port to port 3544 of the primary address",
    },
    {
      id: "C-04",
      level: "SHOULD*",
      source: "RFC 4380 §5.2.1",
      statement:
        "Unanswered solicitations are repeated after 4 seconds; after three failures in the first " +
        "phase the client is off-line",
    },
    {
      id: "C-05",
      level: "MUST*",
      source: "RFC 4380 §5.2.1",
      statement: "Once the primary address has answered, the secondary address is solicited",
    },
    {
      id: "C-06",
      level: "MUST*",
      source: "RFC 4380 §5.2.1",
      statement:
        "Two answers with the same mapping qualify the client; another address or port means a " +
        "symmetric NAT, and without support for those (X-05) no Teredo address",
    },
    {
      id: "C-07",
      level: "MUST",
      source: "RFC 4380 §5.2.2",
      statement:
        "Advertisements without a nonce, or with one that was not sent (N18), are discarded",
    },
    {
      id: "C-08",
      level: "MUST*",
      source: "RFC 4380 §5.2.1",
      statement:
        "Advertisements are discarded if they have no origin (N21), not exactly one prefix " +
        "(N20), the prefix of another server (N22), or another destination than the " +
        "solicitation's source",
    },
    {
      id: "C-09",
      level: "MUST",
      source: "RFC 4861 §6.1.2",
      statement:
        "Advertisements are discarded if they have a hop limit other than 255, a wrong checksum " +
        "or code, fewer than 16 octets, an option of length 0, or a source that is not " +
        "link-local",
    },
    {
      id: "C-10",
      level: "MUST*",
      source: "RFC 4380 §5.2.2",
      statement:
        "Solicitations have confirmation 0; an advertisement with another value makes the client " +
        "report that it needs a new key (V23)",
    },
    {
      id: "C-11",
      level: "MUST",
      source: "RFC 4380 §5.2.2",
      statement:
        "With secure qualification, advertisements with a wrong HMAC or another identifier are " +
        "discarded",
    },
    {
      id: "C-12",
      level: "MUST*",
      source: "RFC 4380 §5.2.1",
      statement:
        "The address consists of prefix, flags, and the complements of port and address from the " +
        "origin: V4 and flags 385c give A4",
    },
    {
      id: "C-13",
      level: "own",
      source: "RFC 5991 §3.1",
      statement: "The flags stay the same as long as prefix and mapping do",
      why: "peers know the whole address, so new flags at each refresh would cut off everything " +
        "under way",
    },
    {
      id: "C-14",
      level: "MUST*",
      source: "RFC 4380 §5.2.1",
      statement: "Before it is qualified, a client sends only solicitations",
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
      statement: "Each interval is drawn at random within 50 to 150 % of it (here 75 to 100 %)",
    },
    {
      id: "C-18",
      level: "MUST",
      source: "RFC 4380 §5.2.5",
      statement:
        "After that long without a packet from the server, the client sends a solicitation with " +
        "the same cone bit as before",
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
        "A new mapping in an advertisement creates a new address at once and invalidates the old " +
        "one",
    },
    {
      id: "C-21",
      level: "own",
      source: "RFC 4380 §5.2.5",
      statement:
        "A new address clears peers and queues; after three failed refreshes the client is " +
        "off-line and starts over after a delay",
      why:
        "the RFC says neither what a lost server means nor what happens to peers that know the " +
        "old address",
    },
    {
      id: "C-22",
      level: "MUST*",
      source: "RFC 4380 §5.2.3",
      statement: "Malformed datagrams, and packets to other addresses (N30), are dropped silently",
    },
    {
      id: "C-23",
      level: "MUST*",
      source: "RFC 4380 §5.2.3 case 1",
      statement:
        "A packet from a trusted peer at its known mapping is accepted, and updates the time the " +
        "peer was last heard",
    },
    {
      id: "C-24",
      level: "MUST*",
      source: "RFC 4380 §5.2.3 case 2",
      statement:
        "An echo reply with the data of the test makes the peer trusted at the reply's source " +
        "(V15), and queued packets go there",
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
        "A Teredo source at the mapping in its address becomes trusted; a new entry starts with " +
        "its last transmission 30 seconds ago and no bubbles",
    },
    {
      id: "C-27",
      level: "SHOULD*",
      source: "RFC 4380 §5.2.3 case 3",
      statement: "No bubble reaches the host; any accepted packet of a peer releases its queue",
    },
    {
      id: "C-28",
      level: "MUST*",
      source: "RFC 4380 §5.2.3 case 5",
      statement:
        "A Teredo source at another place than its address says becomes trusted if its discovery " +
        "bubble came from there",
    },
    {
      id: "C-29",
      level: "SHOULD*",
      source: "RFC 4380 §5.2.3 case 6",
      statement:
        "A packet from an unknown native source is delivered only once its connectivity test is " +
        "answered",
    },
    {
      id: "C-30",
      level: "own",
      source: "RFC 4380 §5.2.3",
      statement:
        "A bubble through the server from a native or link-local source is answered by a bubble " +
        "straight to its origin (V12, V13)",
      why:
        "Windows and Miredo send it and relays wait for it; the RFC has a connectivity test here",
    },
    {
      id: "C-31",
      level: "own",
      source: "RFC 4380 §5.2.3",
      statement:
        "A bubble through the server from a Teredo source, even without an origin, is answered " +
        "by a bubble straight to the mapping in that source",
      why: "Microsoft's servers add no origin when they forward such bubbles",
    },
    {
      id: "C-32",
      level: "MUST*",
      source: "RFC 4380 §5.2.4 case 1",
      statement:
        "Data to a trusted peer heard less than 30 seconds ago is sent directly, and counts as a " +
        "transmission; an older entry is not used",
    },
    {
      id: "C-33",
      level: "MUST*",
      source: "RFC 4380 §5.2.4 case 2",
      statement:
        "A packet for a native host waits for an echo through the client's own server (V14), " +
        "which is repeated after 2 seconds, at most three times",
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
      statement:
        "A packet for another client waits for bubbles to its mapping and to its server (V8, V9)",
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
        "Packets to destinations that embed a non-global IPv4 address are dropped silently",
    },
    {
      id: "C-38",
      level: "MUST NOT",
      source: "RFC 4380 §5.2.6",
      statement:
        "No bubble is sent within 2 seconds of the last packet to the peer, and no fifth one " +
        "within 300 seconds without an answer",
    },
    {
      id: "C-39",
      level: "MUST",
      source: "RFC 4380 §5.2.6",
      statement:
        "Each bubble updates the time of the last transmission and is counted; a peer without an " +
        "entry gets one",
    },
    {
      id: "C-40",
      level: "SHOULD*",
      source: "RFC 4380 §5.2",
      statement:
        "The peer list is bounded and drops its least recently used entries; queues are bounded " +
        "per peer and in total",
    },
    {
      id: "C-41",
      level: "own",
      source: "RFC 4380 §5.2.4",
      statement:
        "After the last failed attempt the queue is dropped, and the senders of its packets get " +
        "Destination Unreachable code 3, at most ten a second",
      why: "an application that hears nothing waits for minutes; RFC 4443 §2.4 (f) requires the " +
        "limit",
    },
    {
      id: "C-42",
      level: "SHOULD",
      source: "RFC 4380 §5.2.8",
      statement:
        "With local discovery the client joins the group and announces itself every 200 to 300 " +
        "seconds with a bubble like V16, with TTL 1 and hop limit 1",
    },
    {
      id: "C-43",
      level: "MUST",
      source: "RFC 4380 §5.2.8",
      statement: "Discovery bubbles from non-Teredo sources, or from off the link, are dropped",
    },
    {
      id: "C-44",
      level: "SHOULD*",
      source: "RFC 4380 §5.2.8",
      statement:
        "Discovery bubbles sent by unicast are dropped; so are, unless configured otherwise, " +
        "those of clients behind another IPv4 address",
    },
    {
      id: "C-45",
      level: "MUST",
      source: "RFC 4380 §5.2.8",
      statement:
        "An accepted discovery bubble creates a local, untrusted entry and is answered by a " +
        "unicast bubble",
    },
    {
      id: "C-46",
      level: "MUST*",
      source: "RFC 4380 §5.2.4 case 3",
      statement:
        "A packet for a neighbour heard within 600 seconds waits for a bubble to it and an " +
        "announcement to the group",
    },
    {
      id: "C-47",
      level: "MUST",
      source: "RFC 4380 §5.2.7",
      statement:
        "To find the refresh interval, a second port is qualified after the service port and " +
        "carries nothing else; intervals are tried in the RFC's order",
    },
    {
      id: "C-48",
      level: "MUST*",
      source: "RFC 4380 §5.2.10",
      statement: "Behind a symmetric NAT with a reserved port the client qualifies",
    },
    {
      id: "C-49",
      level: "own",
      source: "RFC 4380 §5.2.4, §5.2.9",
      statement:
        "Packets to the client's own mapping under another IPv6 address are dropped; a flood " +
        "from native sources causes no more echoes than the overall limit",
      why: "a hairpinning NAT would return the former, and forged sources would make the client " +
        "ping the world (CVE-2006-6266)",
    },
  ],
};
