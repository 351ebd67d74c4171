/**
 * Where the code departs from the RFCs, and why.
 *
 * @module
 */

import type { Departure } from "./item.ts";

/** Every departure, in the order of the checklist. */
export const DEPARTURES: readonly Departure[] = [
  {
    items: ["P-19"],
    source: "RFC 9601 §6.1.3 speaks of the outer IPv6 header",
    what: "it applies to the ECN field of the outer IPv4 header",
    why: "Teredo's outer header is IPv4",
    file: "io/udp/deno_udp.ts",
  },
  {
    items: ["P-21", "P-06", "S-03", "R-02", "C-37"],
    source: "RFC 4380 §5.2.4 lists the blocks that are not global unicast",
    what: "the default profile, `hardened`, also refuses later special blocks: shared " +
      "(100.64.0.0/10), protocol assignments, documentation, benchmarking, 240.0.0.0/4",
    why:
      "the list dates from 2006; no client can be in the others, and packets to them can only do " +
      "harm. The profile `rfc4380` has the list as it is",
    file: "wire/global_unicast.ts",
  },
  {
    items: ["P-13", "C-11", "S-19"],
    source: "RFC 4380 §7.2.1 mentions MD5, §5.2.2 HMAC-SHA1",
    what: "HMAC-SHA1, 20 octets",
    why: "§5.2.2 is normative",
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
    what: "that phase is left out, and no client ever sets the cone bit",
    why:
      "RFC 5991 §3.2 abolishes it; without it a client is ready 12 seconds earlier if the answer " +
      "cannot come",
    file: "client/qualification/qualification.ts",
  },
  {
    items: ["C-03"],
    source: "RFC 4380 §5.2.1 builds the source of solicitations from the private address and port",
    what: "the source is fe80::ffff:ffff:fffe for all",
    why: "nobody needs to know the private address; Windows uses the same constant",
    file: "client/qualification/solicitation.ts",
  },
  {
    items: ["C-04", "C-21"],
    source: "RFC 4380 §5.2.1 says N = 3 times, and not what follows being off-line",
    what:
      "three solicitations in all for each phase; then the next server, and after the last one a " +
      "pause of 5 seconds, doubled up to 300, give or take a quarter",
    why: "RFC 4861 §10 counts transmissions; all clients of a server must not come back at once",
    file: "client/qualification/qualification.ts",
  },
  {
    items: ["C-04", "C-06"],
    source:
      "RFC 4380 §5.2.1 has a client be off-line whose server does not answer from both addresses",
    what:
      "a second after the first solicitation to the secondary address the client uses its Teredo " +
      "address without an answer, and asks on: it is then not known whether the NAT is symmetric",
    why:
      "machines that people rent have one address; RFC 6081 §5.2 and gateways cope with symmetric " +
      "NATs",
    file: "client/qualification/qualification.ts",
  },
  {
    items: ["C-05", "C-06"],
    source: "RFC 4380 §5.2.1 asks the secondary address in each qualification",
    what:
      "a client on a fallback server returns to the preferred one after a single answer of its " +
      "primary address",
    why:
      "both addresses of the present server have just shown that the mapping is the same for all",
    file: "client/qualification/qualification.ts",
  },
  {
    items: ["C-08", "S-23", "P-20"],
    source: "RFC 4380 §5.3.2 leaves the MTU option open",
    what:
      "the server always sends it; the client assumes 1280 without it, and drops advertisements " +
      "with an impossible MTU",
    why: "Microsoft's servers leave it out, Miredo's send it",
    file: "client/qualification/advertisement.ts",
  },
  {
    items: ["C-19"],
    source: "RFC 4380 §5.2.3 lets every packet of the server postpone the refresh",
    what: "for at most two intervals; then a solicitation goes out all the same",
    why: "anyone can forge the server's address and so hide a new mapping from the client",
    file: "client/qualification/maintenance.ts",
  },
  {
    items: ["C-24", "C-23"],
    source: "RFC 4380 §5.2.3 has case 1 before case 2",
    what: "an echo reply is first checked as an answer to a test, even from a trusted peer",
    why:
      "otherwise the answer would count as mere data and the test as lost, and the client would " +
      "not follow when a host's packets take another relay",
    file: "client/reception.ts",
  },
  {
    items: ["C-23", "C-38"],
    source: "RFC 4380 §5.2.3 case 1 only notes that a trusted peer's bubble came",
    what: "it is answered with a bubble, unless one of ours is out that it may answer",
    why: "the peer may have lost us, and if its NAT is symmetric, our server drops its indirect " +
      "bubble (§5.3.1)",
    file: "client/acceptance.ts",
  },
  {
    items: ["C-30", "C-31"],
    source: "RFC 4380 §5.2.3 answers packets that have an origin with a connectivity test",
    what: "a bubble is answered by a bubble; other packets go through the cases in order",
    why:
      "a test would take another trip through the server; the bubble opens the NAT at once, and " +
      "relays wait for it",
    file: "client/traversal/indirect_bubbles.ts",
  },
  {
    items: ["C-38", "C-39"],
    source: "RFC 4380 §5.2.6 makes an entry for every destination of a bubble",
    what: "bubbles that answer relays make none; their limit is by the place they go to",
    why:
      "a relay never sends anything directly from its own address, so the entry would only run " +
      "into the limit on unanswered bubbles, and cut the relay off",
    file: "client/traversal/indirect_bubbles.ts",
  },
  {
    items: ["C-38", "C-31"],
    source: "RFC 4380 §5.2.6 has no fifth bubble within 300 seconds without a direct response",
    what:
      "bubbles that answer a peer are counted apart from those that look for it, four each; and " +
      "one that comes through the server is answered all the same, once in 20 seconds",
    why: "anyone can forge four bubbles in the name of a peer, and would keep the two from each " +
      "other for 300 seconds; now the host's search has its four, and a NAT that the answers open " +
      "stays open for the peer",
    file: "client/traversal/paced_bubbles.ts",
  },
  {
    items: ["C-26", "C-32"],
    source: "RFC 4380 §5.2.3 case 3 makes an entry for every client that comes from its mapping",
    what: "when too many come, data is delivered without, and for 30 seconds answers go there",
    why:
      "anyone can make clients up, and each displaces another; without an entry, new ones would " +
      "be kept out instead",
    file: "client/passers_by.ts",
  },
  {
    items: ["C-35"],
    source: "RFC 4380 §5.2.4 looks for whatever client the host sends to",
    what:
      "for five minutes after a client came unasked, each packet of the host is worth one attempt " +
      "to find it; nobody is looked for to get an ICMPv6 error",
    why:
      "it may be a late answer, such as a repeated SYN-ACK, to a forged packet: the search would " +
      "send its victim several times as much, and take what the host has for its own peers",
    file: "client/client_search.ts",
  },
  {
    items: ["C-32", "C-33"],
    source: "RFC 4380 §5.2.4 keeps using a relay until its entry ends, 30 seconds after the last " +
      "packet",
    what: "a native host that stays silent for 4 seconds is tested again meanwhile",
    why: "a relay that is gone says nothing, and another one may have taken over",
    file: "client/client_search.ts",
  },
  {
    items: ["C-32", "C-38"],
    source: "RFC 4380 §5.2.4 lets an entry end 30 seconds after the last reception",
    what: "a client that only receives sends its peer a bubble after 20 seconds without sending " +
      "anything",
    why: "otherwise the sender's entry ends, and its data waits for another exchange every 30 " +
      "seconds",
    file: "client/acceptance.ts",
  },
  {
    items: ["C-32", "C-46"],
    source: "RFC 4380 §5.2.4 has 30 seconds for all peers, and 600 in case 3",
    what: "trust lasts 30 seconds; a neighbour's place is remembered for 600",
    why: "so both hold",
    file: "client/client_peer.ts",
  },
  {
    items: ["C-33", "C-35", "R-06"],
    source: "RFC 4380 §5.2.4 waits 2 seconds for an answer",
    what: "2.02 seconds",
    why: "otherwise the spacing of bubbles, also 2 seconds (§5.2.6), would block every repeat",
    file: "protocol/constants.ts",
  },
  {
    items: ["C-45"],
    source: "RFC 4380 §5.2.8 answers a neighbour with a unicast bubble",
    what: "the first time, the client announces itself as well",
    why:
      "the neighbour believes the answer only once it knows us too, which could take up to five " +
      "minutes",
    file: "client/reception.ts",
  },
  {
    items: ["C-47"],
    source: "RFC 4380 §5.2.7 ends the search for an interval only at a failure",
    what:
      "it also ends when less than 5 seconds can be gained; the bubbles to the second port go " +
      "through the server",
    why:
      "otherwise it never ends if every interval works; the NAT of the second port lets only the " +
      "server in",
    file: "client/qualification/refresh_interval.ts",
  },
  {
    items: ["X-01"],
    source: "RFC 6081 §5.2.4.1 has a nonce in every indirect bubble",
    what:
      "every other one to a peer that stays silent, and has sent no trailer, has none; its source " +
      "is a link-local address that only the peer learns, so the answer proves as much",
    why: "RFC 4380 §5.2.3 lets a client drop what has trailers; such a client would hear nothing",
    file: "client/traversal/paced_bubbles.ts",
  },
  {
    items: ["X-04", "C-26"],
    source: "RFC 6081 §5.2.4.4 drops a bubble from elsewhere that has no nonce",
    what: "it is dropped, and its client asked through its server to answer such an address: the " +
      "answer is believed wherever it comes from",
    why: "most clients behind symmetric NATs have no nonces; Miredo does the same",
    file: "client/traversal/challenges.ts",
  },
  {
    items: ["C-26", "C-38", "X-12"],
    source: "RFC 4380 §5.2.3 case 3 trusts a packet from where the source address says",
    what:
      "not while the peer can be reached elsewhere: the packet is delivered, and the peer asked " +
      "through its server. A peer that has proved no place is asked after two seconds, four times in " +
      "300 seconds while the host sends to it, however recent the last packet to it is",
    why:
      "anyone can forge such a packet, and would lead packets for a peer behind a symmetric NAT astray",
    file: "client/client_arrivals.ts",
  },
  {
    items: ["X-02", "C-38"],
    source: "RFC 4380 §5.2.6 has two seconds between bubbles, RFC 6081 §5.2 does not mention them",
    what:
      "a bubble that returns a new nonce, or goes to a place that a neighbour has just announced, " +
      "does not wait; the limit on unanswered bubbles still holds",
    why: "it answers a bubble that itself answers ours, or goes to another place than those " +
      "before it, so each first packet would take two seconds",
    file: "client/traversal/paced_bubbles.ts",
  },
  {
    items: ["X-04"],
    source: "RFC 6081 §5.2.4.4 lets a nonce prove something for ever",
    what:
      "it does so for 30 seconds, and at a private address only for peers behind the same public " +
      "one, with our server or wanted by our host",
    why: "its 32 bits could be guessed in time; the answer to a bubble comes at once; another " +
      "server could lend it to anyone",
    file: "protocol/peers/peer.ts",
  },
  {
    items: ["X-10"],
    source: "RFC 6081 §5.4.4.2 opens random ports only behind NATs known to be symmetric",
    what:
      "also where the server has one address and could not tell; at most 64 at a time, and none " +
      "longer than 30 seconds unless a peer is met there",
    why: "most servers have one address, and a port that is not needed is closed at once",
    file: "client/traversal/random_ports.ts",
  },
  {
    items: ["X-12", "X-04"],
    source: "RFC 6081 §5.4.4.5 believes bubbles from a random port by their nonce alone",
    what:
      "a peer is also believed at the random port that its indirect bubble named, at its public " +
      "IPv4 address, but not moved there from its service port while that works; then the random " +
      "port is closed after 2 seconds",
    why: "data that overtakes the nonce would be lost, and two proofs from two ports would leave " +
      "each side sending where the other no longer listens",
    file: "client/client_arrivals.ts",
  },
  {
    items: ["X-14"],
    source: "RFC 6081 §5.5.4 tests for each peer behind every symmetric NAT that replaces ports",
    what:
      "only where the server's two addresses saw ports that may be counted, not again after a " +
      "test that shows otherwise, and the bubble of the test has no nonce",
    why: "a round trip in vain delays the first packet; a peer would believe the nonce, and " +
      "answer where no packet is awaited",
    file: "client/traversal/echo_tests.ts",
  },
  {
    items: ["X-15"],
    source: "RFC 6081 §5.5.2.2 holds indirect bubbles back until a test has failed twice",
    what:
      "the next attempt of a search does not wait for a test under way, and a peer that anyone " +
      "can have made up gets one test",
    why: "where packets are lost, no bubble would get through in time; each test sends a bubble, " +
      "and one datagram of a forged source pays for one",
    file: "client/traversal/echo_tests.ts",
  },
  {
    items: ["X-16", "X-17"],
    source: "RFC 6081 §5.6 sends every peer the alternate addresses, and believes every peer's",
    what:
      "only peers with the same public IPv4 address and server get private ones, and only peers " +
      "with that address are believed at theirs, while the host has packets for them; a forwarded " +
      "port is told to all, and believed at the peer's IPv4 address",
    why: "the others help nobody; with one forged packet, a stranger could learn the private " +
      "address, and have bubbles sent around the private network",
    file: "client/traversal/alternate_addresses.ts",
  },
  {
    items: ["X-19"],
    source: "RFC 6081 §5.7.4.1 has every client solicit a peer that fell silent",
    what: "only if configured; solicitations are always answered",
    why: "if the NATs have forgotten each other, the first packet takes four seconds longer",
    file: "client/client_search.ts",
  },
  {
    items: ["S-01"],
    source: "RFC 4380 §5.3.1 says nothing of incoming origins",
    what: "the server drops datagrams that have an origin",
    why: "only servers add them, and none has a reason to send one to another: this ends any " +
      "remaining loop between servers",
    file: "server/server.ts",
  },
  {
    items: ["S-02", "S-26"],
    source: "RFC 4380 §5.3.1 lets all ICMPv6 pass",
    what: "only echoes directly behind the fixed header, of at most 88 octets",
    why: "connectivity tests need no more",
    file: "server/forwarder.ts",
  },
  {
    items: ["S-13", "S-25"],
    source: "RFC 4380 does not say what happens to the hop limit",
    what:
      "it is decremented on packets that leave over native IPv6, and unchanged on those over UDP",
    why: "the former is routing; Miredo's bubbles have hop limit 0 and must get through",
    file: "server/forwarder.ts",
  },
  {
    items: ["S-14"],
    source: "RFC 4380 §5.3.2 does not say what the secondary address advertises",
    what: "prefix and source of the primary one",
    why: "a client accepts no others from its server",
    file: "server/advertisement_buffer.ts",
  },
  {
    items: ["S-16"],
    source: "RFC 4380 §5.3 gives a server two addresses",
    what: "a server with one does not answer solicitations with the cone bit",
    why: "an answer from the same address would make the client believe in a cone NAT",
    file: "server/solicitation_handler.ts",
  },
  {
    items: ["X-06"],
    source: "RFC 6081 §5.3.3 asks a router for a UPnP mapping that stays (lease 0)",
    what: "for one that lasts an hour and is renewed, and for one that stays after error 725",
    why: "a host that loses its power removes nothing, and somebody else may get its address",
    file: "portmap/upnp_router.ts",
  },
  {
    items: ["X-06"],
    source: "RFC 6081 §5.3.3 asks the router before qualification",
    what: "beside it; peers are told a mapping that the server does not see",
    why: "a router may take seconds to answer, or never do so",
    file: "nodes/client_mapping.ts",
  },
  {
    items: ["R-05"],
    source: "RFC 4380 §5.4.1 sends bubbles from an IPv6 address of the relay",
    what: "a link-local address whose identifier is a keyed hash of the client's address",
    why: "it is always available and reveals nothing about the host; Miredo does the same",
    file: "relay/relay_search.ts",
  },
  {
    items: ["R-03", "R-06"],
    source: "RFC 4380 §5.2.6 has no bubble within two seconds of the last packet to the same peer",
    what:
      "a relay asks a client that only receives after 24 and 27 seconds of silence, while packets " +
      "go on to it",
    why:
      "otherwise the entry ends after 30 seconds, and a stream stops for two seconds and another " +
      "exchange of bubbles each time",
    file: "relay/relay_search.ts",
  },
  {
    items: ["R-09"],
    source: "RFC 4380 §5.4.2 trusts a packet from where the source address says",
    what:
      "not if the client has proved another place, and a client that has proved none is asked every " +
      "three seconds while packets go to it, four times and then every 30 seconds",
    why:
      "anyone can forge the packet, and would lead packets for a client behind a symmetric NAT astray",
    file: "relay/relay_search.ts",
  },
  {
    items: ["R-09"],
    source: "RFC 4380 §5.4.2 drops packets from elsewhere than the source address says",
    what:
      "a bubble to the very address that the relay's bubble came from is believed wherever it " +
      "comes from, by a gateway from any port of the client's IPv4 address; it is a keyed hash, and " +
      "valid for 30 to 60 seconds",
    why:
      "only the client can know that address, and behind a symmetric NAT it comes from another port",
    file: "protocol/proving_sources.ts",
  },
  {
    items: ["R-06", "R-14"],
    source: "RFC 4380 §5.4.1 repeats a bubble that is not answered",
    what: "only as far as the packets that wait are paying for it: 1.3 octets out for one in",
    why:
      "otherwise a packet to a client that does not exist makes the relay send six times as much",
    file: "relay/bubble_credit.ts",
  },
  {
    items: ["R-06", "R-14"],
    source: "RFC 4380 §5.4.1 deletes the entry of a client that does not answer",
    what: "the number of bubbles to it is remembered",
    why: "otherwise the next packet would start over with the limit of §5.2.6",
    file: "relay/relay_search.ts",
  },
];
