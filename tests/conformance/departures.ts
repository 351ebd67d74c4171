/**
 * What is done otherwise than the RFCs say, and why.
 *
 * @module
 */

import type { Departure } from "./item.ts";

/** Every departure, in the order of the RFCs' sections. */
export const DEPARTURES: readonly Departure[] = [
  {
    items: ["P-19"],
    source: "RFC 9601 §6.1.3 speaks of the outer IPv6 header",
    what: "the ECN field of the outer IPv4 header is meant",
    why: "Teredo's outer header is IPv4",
    file: "io/udp/deno_udp.ts",
  },
  {
    items: ["P-21", "P-06", "S-03", "R-02", "C-37"],
    source: "RFC 4380 §5.2.4 lists the blocks that are not global unicast",
    what: "the default profile, `hardened`, refuses later special blocks as well: shared " +
      "(100.64.0.0/10), protocol assignments, documentation, benchmarking, 240.0.0.0/4",
    why:
      "the list is of 2006; no client can be there, and packets to there can only do harm. The " +
      "profile `rfc4380` has the list as it stands",
    file: "wire/global_unicast.ts",
  },
  {
    items: ["P-13", "C-11", "S-19"],
    source: "RFC 4380 §7.2.1 mentions MD5 where §5.2.2 has HMAC-SHA1",
    what: "HMAC-SHA1, 20 octets",
    why: "§5.2.2 is the normative one",
    file: "wire/authentication.ts",
  },
  {
    items: ["P-16"],
    source: "RFC 6081 §9 gives the random port trailer type 2, §4.5 type 5",
    what: "type 5; type 2 is skipped as unknown",
    why: "Windows sends 5",
    file: "wire/trailers.ts",
  },
  {
    items: ["C-02", "C-18"],
    source: "RFC 4380 §5.2.1 begins with a phase for cone NATs",
    what: "there is none, and no client ever has the cone bit",
    why: "RFC 5991 §3.2 does away with it; without it a client is ready 12 seconds earlier where " +
      "the answer cannot come",
    file: "client/qualification/qualification.ts",
  },
  {
    items: ["C-03"],
    source: "RFC 4380 §5.2.1 makes the source of solicitations of the private address and port",
    what: "the source is fe80::ffff:ffff:fffe for all",
    why: "nobody needs to know the private address; Windows has the same constant",
    file: "client/qualification/solicitation.ts",
  },
  {
    items: ["C-04", "C-21"],
    source: "RFC 4380 §5.2.1 says N = 3 times, and not what comes after being off-line",
    what:
      "three solicitations in all for each phase; then the next server, and after the last one " +
      "a pause of 5 seconds, doubled up to 300, less or more a quarter",
    why: "RFC 4861 §10 counts transmissions; all clients of a server must not come back at once",
    file: "client/qualification/qualification.ts",
  },
  {
    items: ["C-05", "C-06"],
    source: "RFC 4380 §5.2.1 has the secondary address asked in each qualification",
    what: "a client on a fallback server goes back to the preferred one after a single answer of " +
      "its primary address",
    why:
      "both addresses of the present server have just shown that the mapping is one and the same",
    file: "client/qualification/qualification.ts",
  },
  {
    items: ["C-08", "S-23", "P-20"],
    source: "RFC 4380 §5.3.2 leaves the MTU option open",
    what: "the server always sends it, the client takes 1280 without it and drops advertisements " +
      "with one that no Teredo link can have",
    why: "Microsoft's servers leave it out, Miredo's send it",
    file: "client/qualification/advertisement.ts",
  },
  {
    items: ["C-19"],
    source: "RFC 4380 §5.2.3 lets every packet of the server postpone the refresh",
    what: "for two intervals at most; then a solicitation goes all the same",
    why: "anyone can forge the server's address and keep a client from noticing a new mapping",
    file: "client/qualification/qualification.ts",
  },
  {
    items: ["C-24", "C-23"],
    source: "RFC 4380 §5.2.3 has case 1 before case 2",
    what: "whether an echo reply answers a test is looked at first, of trusted peers as well",
    why: "else the answer would count as mere data and the test as lost, and nobody would follow " +
      "when a host's packets take another relay",
    file: "client/reception.ts",
  },
  {
    items: ["C-30", "C-31"],
    source: "RFC 4380 §5.2.3 has a connectivity test in answer to packets with an origin",
    what: "a bubble is answered by a bubble; other packets go through the cases in their order",
    why:
      "a test would go through the server once more; the bubble opens the NAT at once, and relays " +
      "wait for it",
    file: "client/traversal/indirect_bubbles.ts",
  },
  {
    items: ["C-38", "C-39"],
    source: "RFC 4380 §5.2.6 makes an entry for whoever a bubble goes to",
    what: "bubbles in answer to relays make none; they are limited by the place they go to",
    why:
      "a relay's own address never sends anything directly, so the entry could only end in the " +
      "limit of unanswered bubbles, and cut the relay off",
    file: "client/traversal/indirect_bubbles.ts",
  },
  {
    items: ["C-32", "C-33"],
    source:
      "RFC 4380 §5.2.4 keeps to a relay until its entry ends, 30 seconds after the last packet",
    what: "a native host that does not answer for 4 seconds is tested again meanwhile",
    why: "a relay that is gone says nothing, and another one may have taken over",
    file: "client/client_search.ts",
  },
  {
    items: ["C-32", "C-38"],
    source: "RFC 4380 §5.2.4 lets an entry end 30 seconds after the last reception",
    what: "who only receives sends the peer a bubble after 20 seconds of silence of its own",
    why: "else the sender's entry ends, and its data waits for another exchange every 30 seconds",
    file: "client/reception.ts",
  },
  {
    items: ["C-32", "C-46"],
    source: "RFC 4380 §5.2.4 has 30 seconds for all peers, and 600 in case 3",
    what: "trust lasts 30 seconds; where a neighbour is, is remembered for 600",
    why: "so both hold",
    file: "client/client_peer.ts",
  },
  {
    items: ["C-33", "C-35", "R-06"],
    source: "RFC 4380 §5.2.4 waits 2 seconds for an answer",
    what: "2.02 seconds",
    why: "else the spacing of bubbles, 2 seconds as well (§5.2.6), would eat every repeat",
    file: "protocol/constants.ts",
  },
  {
    items: ["C-45"],
    source: "RFC 4380 §5.2.8 has a bubble by unicast in answer to a neighbour",
    what: "the first time, an announcement of the client's own goes with it",
    why:
      "the neighbour believes the answer only once it knows us too, and would not for up to five " +
      "minutes",
    file: "client/client.ts",
  },
  {
    items: ["C-47"],
    source: "RFC 4380 §5.2.7 ends the search for an interval at a failure only",
    what:
      "it ends as well when less than 5 seconds are to be gained; the bubbles to the second port " +
      "go through the server",
    why:
      "else it never ends where all intervals do; the NAT of the second port lets the server in " +
      "and nobody else",
    file: "client/qualification/refresh_interval.ts",
  },
  {
    items: ["X-02", "C-38"],
    source: "RFC 4380 §5.2.6 has two seconds between bubbles, RFC 6081 §5.2 says nothing of them",
    what: "a bubble that returns a new nonce does not wait; those without an answer count as ever",
    why:
      "it comes in answer to a bubble that itself answers ours, so each first packet would take " +
      "two seconds",
    file: "client/traversal/indirect_bubbles.ts",
  },
  {
    items: ["X-04"],
    source: "RFC 6081 §5.2.4.4 lets a nonce prove something for ever",
    what: "it does for 30 seconds, and never of a peer at a private address",
    why: "its 32 bits can be guessed in the end; the answer to a bubble comes at once",
    file: "protocol/peer.ts",
  },
  {
    items: ["X-16", "X-17"],
    source: "RFC 6081 §5.6 tells everyone the alternate addresses, and believes everyone's",
    what: "only peers behind the same public IPv4 address are told, and believed of private ones",
    why: "they help nobody else; a stranger could have bubbles sent around the private network",
    file: "client/traversal/alternate_addresses.ts",
  },
  {
    items: ["X-19"],
    source: "RFC 6081 §5.7.4.1 has every client solicit a peer that fell silent",
    what: "it does so if it is told to; solicitations are always answered",
    why: "where the NATs have forgotten each other, the first packet takes four seconds longer",
    file: "client/client_search.ts",
  },
  {
    items: ["S-01"],
    source: "RFC 4380 §5.3.1 says nothing of origins that come in",
    what: "the server drops datagrams that have an origin",
    why:
      "only servers insert them, and none has a reason to send one to another: it ends whatever " +
      "loop between servers may be left",
    file: "server/server.ts",
  },
  {
    items: ["S-02", "S-26"],
    source: "RFC 4380 §5.3.1 lets all ICMPv6 pass",
    what: "echoes straight behind the fixed header only, of 88 octets at most",
    why: "connectivity tests need no more",
    file: "server/forwarder.ts",
  },
  {
    items: ["S-13", "S-25"],
    source: "RFC 4380 does not say what becomes of the hop limit",
    what: "it is spent on packets that leave by IPv6, and left alone on those by UDP",
    why: "the former is routing; Miredo's bubbles have hop limit 0 and must get through",
    file: "server/forwarder.ts",
  },
  {
    items: ["S-14"],
    source: "RFC 4380 §5.3.2 does not say what the secondary address advertises",
    what: "prefix and source of the primary one",
    why: "a client takes no other for its server's",
    file: "server/advertisement_buffer.ts",
  },
  {
    items: ["S-16"],
    source: "RFC 4380 §5.3 gives a server two addresses",
    what: "a server with one answers no solicitation with the cone bit",
    why: "an answer from the same address would make the client believe in a cone NAT",
    file: "server/solicitation_handler.ts",
  },
  {
    items: ["R-05"],
    source: "RFC 4380 §5.4.1 has bubbles from an IPv6 address of the relay",
    what: "a link-local address with a random identifier",
    why: "it is always to be had and says nothing about the host; Miredo does the same",
    file: "relay/relay_search.ts",
  },
  {
    items: ["R-06", "R-14"],
    source: "RFC 4380 §5.4.1 deletes the entry of a client that does not answer",
    what: "how often its place was sent bubbles is remembered, by mapping and by server",
    why: "else the next packet would begin anew with the limit of §5.2.6",
    file: "relay/relay_search.ts",
  },
];
