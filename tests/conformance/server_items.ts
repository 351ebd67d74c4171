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
      statement: "Malformed payloads are met with silence (N1–N9)",
    },
    {
      id: "S-02",
      level: "SHOULD",
      source: "RFC 4380 §5.3.1 case 2",
      statement: "What is neither bubble nor ICMPv6 is dropped: TCP, UDP, fragments, N29",
    },
    {
      id: "S-03",
      level: "MUST",
      source: "RFC 4380 §5.3.1 case 3",
      statement:
        "Outer sources that are not global unicast are met with silence, whatever they send",
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
      statement:
        "A secure server drops solicitations without authentication, or with a failing one " +
        "(N19)",
    },
    {
      id: "S-06",
      level: "SHOULD",
      source: "RFC 4380 §5.3.1 case 5",
      statement: "A Teredo source that is where it says is accepted",
    },
    {
      id: "S-07",
      level: "SHOULD",
      source: "RFC 4380 §5.3.1 case 6",
      statement:
        "Another source, link-local ones too, is accepted to a client of this server (V11)",
    },
    {
      id: "S-08",
      level: "MUST",
      source: "RFC 4380 §5.3.1 case 7",
      statement:
        "A Teredo source that is elsewhere (N25), or another source to a client of another " +
        "server, is met with silence",
    },
    {
      id: "S-09",
      level: "MUST NOT",
      source: "RFC 4380 §5.3.1",
      statement: "Nothing is forwarded to an IPv6 destination that is not of global scope",
    },
    {
      id: "S-10",
      level: "MUST",
      source: "RFC 4380 §5.3.1",
      statement: "Clients over an IPv4 address that is not global unicast are not sent to (N24)",
    },
    {
      id: "S-11",
      level: "MUST*",
      source: "RFC 4380 §5.3.1",
      statement:
        "Forwarded bubbles leave port 3544 of the primary address for the mapping in the " +
        "destination",
    },
    {
      id: "S-12",
      level: "SHOULD*",
      source: "RFC 4380 §5.3.1",
      statement: "To its own clients the server tells the outer source as the origin (V9, V10)",
    },
    {
      id: "S-13",
      level: "MUST*",
      source: "RFC 4380 §5.3.1, §7.4.2",
      statement:
        "Echoes to native hosts leave by IPv6 (V14), none of them with a source other than " +
        "the Teredo address of who sent it",
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
        "Advertisements go from port 3544 back to the solicitation's sources, inner and outer; " +
        "the latter is the origin in them",
    },
    {
      id: "S-16",
      level: "MUST",
      source: "RFC 5991 §3.2, RFC 4380 §5.3.2",
      statement:
        "A solicitation with the cone bit is answered from the other address, one without it " +
        "from the same, at both addresses",
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
      statement: "Advertisements have nonce and identifier of their solicitation",
    },
    {
      id: "S-19",
      level: "MUST",
      source: "RFC 4380 §5.3.2",
      statement:
        "The confirmation is 0 for a current identifier and not for a retired one; the HMAC " +
        "is made with the identifier's secret (V7)",
    },
    {
      id: "S-20",
      level: "own",
      source: "RFC 4380 §5.3.2",
      statement:
        "A solicitation without authentication is answered without (V22), one with a nonce " +
        "alone by a nonce alone (V4)",
      why:
        "clients of both kinds exist, and an answer longer than need be is of use to reflectors only",
    },
    {
      id: "S-21",
      level: "MUST",
      source: "RFC 4861 §6.1.1",
      statement:
        "Invalid solicitations are dropped: hop limit, checksum, code, length, an option of " +
        "length 0 (N10–N12)",
    },
    {
      id: "S-22",
      level: "MUST*",
      source: "RFC 4861 §6.1.1",
      statement:
        "A solicitation with a source link-layer option of 16 octets, as Windows XP sends " +
        "it, is answered",
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
        "Nothing comes of N23, N26 and N27, nor of any packet from an own address, port 3544",
      why: "forwarding by UDP spends no hop limit, so one packet would go round for ever",
    },
    {
      id: "S-25",
      level: "own",
      source: "RFC 6081 §4",
      statement:
        "Trailers are forwarded as they stand (V17), up to a length beyond which the packet " +
        "is dropped; bubbles with hop limit 0 are forwarded",
      why:
        "RFC 6081 lives by servers that pass on what they do not know, and Miredo's bubbles have " +
        "that hop limit; the bound keeps the server from carrying data",
    },
    {
      id: "S-26",
      level: "own",
      source: "RFC 4380 §5.3.1",
      statement: "Of ICMPv6, echoes of 88 octets at most are forwarded (N28)",
      why: "connectivity tests need no more; with more the server would be an open relay",
    },
    {
      id: "S-27",
      level: "own",
      source: "RFC 4380 §7.3.5, §7.4",
      statement:
        "Limits for each source, for each destination and over all hold in a flood, and honest " +
        "clients are served meanwhile",
      why: "solicitations with forged sources make the server send to whom the attacker wants",
    },
    {
      id: "S-28",
      level: "own",
      source: "RFC 4380 §7.4.1",
      statement: "One datagram causes one at most, of 56 octets more at most",
      why: "the origin and the advertisement's options are all that is added, so the server is a " +
        "poor amplifier",
    },
    {
      id: "S-29",
      level: "MUST*",
      source: "RFC 4380 §5.3",
      statement:
        "The server has no state of its clients: a restart between two packets changes nothing",
    },
    {
      id: "S-30",
      level: "MUST*",
      source: "RFC 4380 §5.4.3",
      statement:
        "A relay may stand beside the server on the same socket, and gets what is none of the " +
        "server's business",
    },
  ],
};
