/**
 * Checklist: the server.
 *
 * @module
 */

import type { Group } from "./item.ts";

/** S-01 to S-30. */
export const SERVER: Group = {
  letter: "S",
  title: "Server",
  introduction: "Checks, advertisements and forwarding: `server/`.",
  isRequired: true,
  items: [
    {
      id: "S-01",
      level: "MUST",
      source: "RFC 4380 §5.3.1 case 1",
      statement: "Malformed payloads get no answer (N1–N9)",
    },
    {
      id: "S-02",
      level: "SHOULD",
      source: "RFC 4380 §5.3.1 case 2",
      statement: "Anything but bubbles and ICMPv6 is dropped: TCP, UDP, fragments, N29",
    },
    {
      id: "S-03",
      level: "MUST",
      source: "RFC 4380 §5.3.1 case 3",
      statement: "Outer sources that are not global unicast get no answer, whatever they send",
    },
    {
      id: "S-04",
      level: "MUST",
      source: "RFC 4380 §5.3.1 case 4",
      statement: "A Router Solicitation from a link-local address to ff02::2 is answered",
    },
    {
      id: "S-05",
      level: "MUST",
      source: "RFC 4380 §5.3.1 case 4",
      statement: "A secure server drops solicitations with missing or failing authentication (N19)",
    },
    {
      id: "S-06",
      level: "SHOULD",
      source: "RFC 4380 §5.3.1 case 5",
      statement: "A Teredo source at the mapping in its address is accepted",
    },
    {
      id: "S-07",
      level: "SHOULD",
      source: "RFC 4380 §5.3.1 case 6",
      statement:
        "Any other source, link-local included, is accepted if the destination is a client of " +
        "this server (V11)",
    },
    {
      id: "S-08",
      level: "MUST",
      source: "RFC 4380 §5.3.1 case 7",
      statement:
        "A Teredo source at another place (N25), or another source to a client of another " +
        "server, gets no answer",
    },
    {
      id: "S-09",
      level: "MUST NOT",
      source: "RFC 4380 §5.3.1",
      statement: "Nothing is forwarded to an IPv6 destination that does not have global scope",
    },
    {
      id: "S-10",
      level: "MUST",
      source: "RFC 4380 §5.3.1",
      statement: "Nothing is sent to clients at an IPv4 address that is not global unicast (N24)",
    },
    {
      id: "S-11",
      level: "MUST*",
      source: "RFC 4380 §5.3.1",
      statement:
        "Forwarded bubbles go from port 3544 of the primary address to the mapping in the " +
        "destination",
    },
    {
      id: "S-12",
      level: "SHOULD*",
      source: "RFC 4380 §5.3.1",
      statement: "For its own clients the server adds the outer source as the origin (V9, V10)",
    },
    {
      id: "S-13",
      level: "MUST*",
      source: "RFC 4380 §5.3.1, §7.4.2",
      statement:
        "Echoes to native hosts leave over native IPv6 (V14), always with the Teredo address of " +
        "their sender as the source",
    },
    {
      id: "S-14",
      level: "MUST",
      source: "RFC 4380 §5.3.2",
      statement:
        "Advertisements have one prefix, the /64 of the primary address, and come from its " +
        "link-local address with the cone bit (A8)",
    },
    {
      id: "S-15",
      level: "MUST*",
      source: "RFC 4380 §5.3.2",
      statement:
        "Advertisements go from port 3544 back to the solicitation's inner and outer sources; " +
        "the outer one is their origin",
    },
    {
      id: "S-16",
      level: "MUST",
      source: "RFC 5991 §3.2, RFC 4380 §5.3.2",
      statement:
        "At both addresses, a solicitation with the cone bit is answered from the other address, " +
        "one without it from the same",
    },
    {
      id: "S-17",
      level: "MUST",
      source: "RFC 4380 §5.3.2",
      statement: "No advertisement goes to an IPv4 address that is not global unicast",
    },
    {
      id: "S-18",
      level: "MUST",
      source: "RFC 4380 §5.3.2",
      statement: "Advertisements repeat the nonce and identifier of their solicitation",
    },
    {
      id: "S-19",
      level: "MUST",
      source: "RFC 4380 §5.3.2",
      statement:
        "The confirmation is 0 for a current identifier and non-zero for a retired one; the HMAC " +
        "uses the identifier's secret (V7)",
    },
    {
      id: "S-20",
      level: "own",
      source: "RFC 4380 §5.3.2",
      statement:
        "A solicitation without authentication is answered without it (V22), one with only a " +
        "nonce by only a nonce (V4)",
      why: "clients of both kinds exist, and a longer answer than needed helps only reflection " +
        "attacks",
    },
    {
      id: "S-21",
      level: "MUST",
      source: "RFC 4861 §6.1.1",
      statement:
        "Invalid solicitations are dropped: wrong hop limit, checksum, code or length, or an " +
        "option of length 0 (N10–N12)",
    },
    {
      id: "S-22",
      level: "MUST*",
      source: "RFC 4861 §6.1.1",
      statement:
        "A solicitation with a source link-layer option of 16 octets, as Windows XP sends, is " +
        "answered",
    },
    {
      id: "S-23",
      level: "MUST*",
      source: "RFC 4861 §4.2",
      statement: "Every field of an advertisement has its value: V4, V5, V7 and V22, bit for bit",
    },
    {
      id: "S-24",
      level: "own",
      source: "RFC 6324 §3.3",
      statement:
        "N23, N26 and N27 have no effect, nor does any packet from the server's own address, " +
        "port 3544",
      why:
        "forwarding over UDP does not decrement the hop limit, so one packet would loop for ever",
    },
    {
      id: "S-25",
      level: "own",
      source: "RFC 6081 §4",
      statement:
        "Trailers are forwarded unchanged (V17), up to a length beyond which the packet is " +
        "dropped; bubbles with hop limit 0 are forwarded",
      why:
        "RFC 6081 depends on servers passing on what they do not know, and Miredo's bubbles have " +
        "that hop limit; the bound keeps the server from carrying data",
    },
    {
      id: "S-26",
      level: "own",
      source: "RFC 4380 §5.3.1",
      statement: "Of ICMPv6, only echoes of at most 88 octets are forwarded (N28)",
      why: "connectivity tests need no more; with more the server would be an open relay",
    },
    {
      id: "S-27",
      level: "own",
      source: "RFC 4380 §7.3.5, §7.4",
      statement:
        "Limits per source, per destination and overall hold in a flood, and honest clients are " +
        "served meanwhile",
      why: "solicitations with forged sources make the server send to targets that the attacker " +
        "chooses",
    },
    {
      id: "S-28",
      level: "own",
      source: "RFC 4380 §7.4.1",
      statement: "One datagram causes at most one, at most 56 octets longer",
      why: "only the origin and the advertisement's options are added, so the server is a poor " +
        "amplifier",
    },
    {
      id: "S-29",
      level: "MUST*",
      source: "RFC 4380 §5.3",
      statement:
        "The server keeps no state about its clients: a restart between two packets changes " +
        "nothing",
    },
    {
      id: "S-30",
      level: "MUST*",
      source: "RFC 4380 §5.4.3",
      statement:
        "A relay can share the server's socket, and gets the packets that do not concern the " +
        "server",
    },
  ],
};
