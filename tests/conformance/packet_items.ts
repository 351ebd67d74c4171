/**
 * Checklist: packet formats and addresses.
 *
 * @module
 */

import type { Group } from "./item.ts";

/** P-01 to P-22. */
export const PACKETS: Group = {
  letter: "P",
  title: "Packet formats and addresses",
  introduction: "What every role reads and writes: `wire/`, and the sockets of `io/` and `ffi/`.",
  isRequired: true,
  items: [
    {
      id: "P-01",
      level: "MUST",
      source: "RFC 4380 §4",
      statement:
        "A1–A11 decode and encode without loss; the client's port and IPv4 address are stored " +
        "complemented, the server's address plain",
    },
    {
      id: "P-02",
      level: "MUST",
      source: "RFC 4380 §2.6",
      statement: "New global addresses are in 2001::/32, never in the historical 3ffe:831f::/32",
    },
    {
      id: "P-03",
      level: "MUST",
      source: "RFC 5991 §3.1",
      statement: "New addresses have 0 in the flags z, U and G (mask 0x4300)",
    },
    {
      id: "P-04",
      level: "MUST",
      source: "RFC 5991 §3.1, §4",
      statement:
        "The twelve flags of mask 0x3CFF are random: in 10 000 draws each is set 45 to 55 % of " +
        "the time, and the production source is cryptographically secure",
    },
    {
      id: "P-05",
      level: "MUST*",
      source: "RFC 4380 §4",
      statement: "Addresses with any flags are accepted; z and the random flags are ignored",
    },
    {
      id: "P-06",
      level: "MUST",
      source: "RFC 4380 §4",
      statement: "No global address is ever built from an IPv4 address that is not global unicast",
    },
    {
      id: "P-07",
      level: "MUST*",
      source: "RFC 4380 §5.1.1",
      statement: "The origin indication of 1.2.3.4:337 is 0000feaefefdfcfb",
    },
    {
      id: "P-08",
      level: "MUST",
      source: "RFC 4380 §5.1.1",
      statement:
        "Authentication comes before origin, each at most once; other orders and repetitions are " +
        "dropped (N5, N6)",
    },
    {
      id: "P-09",
      level: "MUST*",
      source: "RFC 4380 §5.1.1",
      statement:
        "An authentication element is parsed whatever its two lengths (0 to 255) if the datagram " +
        "holds it; otherwise the datagram is dropped (N2, N3)",
    },
    {
      id: "P-10",
      level: "MUST*",
      source: "RFC 4380 §5.2.3, RFC 6081 §4",
      statement:
        "The inner packet has version 6, at least 40 octets, and no more than the datagram " +
        "holds; otherwise the datagram is dropped (N7–N9)",
    },
    {
      id: "P-11",
      level: "MUST*",
      source: "RFC 4380 §2.8",
      statement: "A bubble is a bare IPv6 header: 40 octets, no payload, next header 59",
    },
    {
      id: "P-12",
      level: "MUST",
      source: "RFC 4443 §2.3",
      statement: "The ICMPv6 checksums of V1–V7, V14, V15, V22 and V23 are reproduced",
    },
    {
      id: "P-13",
      level: "MUST*",
      source: "RFC 4380 §5.2.2",
      statement:
        "The authentication value is HMAC-SHA1 over nonce, confirmation, origin and IPv6 packet: " +
        "V6 and V7 are reproduced",
    },
    {
      id: "P-14",
      level: "MUST",
      source: "RFC 6081 §5.1.2",
      statement:
        "Trailers are read in order; unknown ones are skipped (N14), unless the top two bits of " +
        "the type are 01, which drops the packet (N13)",
    },
    {
      id: "P-15",
      level: "MUST",
      source: "RFC 6081 §5.1.2",
      statement: "The first malformed trailer ends parsing; those before it count (N15)",
    },
    {
      id: "P-16",
      level: "MUST",
      source: "RFC 6081 §4.2, §4.4, §4.5",
      statement:
        "Nonce, discovery and random port trailers begin with 0104, 0404 and 0502; reserved " +
        "octets are sent as 0 and ignored on receipt",
    },
    {
      id: "P-17",
      level: "MUST",
      source: "RFC 6081 §4.3",
      statement:
        "An Alternate Address trailer has 8, 14, 20 or 26 octets of unicast addresses with " +
        "non-zero ports",
    },
    {
      id: "P-18",
      level: "SHOULD NOT",
      source: "RFC 4380 §5.1.2",
      statement: "Outer packets are sent without the Don't Fragment flag",
    },
    {
      id: "P-19",
      level: "MUST",
      source: "RFC 9601 §6.1.3",
      statement: "Outer packets are sent with 00 in the ECN field",
    },
    {
      id: "P-20",
      level: "SHOULD",
      source: "RFC 4380 §5.1.2",
      statement: "The default MTU of the interface, and the MTU that a server advertises, is 1280",
    },
    {
      id: "P-21",
      level: "MUST*",
      source: "RFC 4380 §5.2.4",
      statement:
        "The boundaries of every block that is not global unicast are exact, and broadcast " +
        "addresses of attached subnets are refused",
    },
    {
      id: "P-22",
      level: "own",
      source: "RFC 4380 §5.2.3",
      statement:
        "A million random or truncated datagrams make no parser throw or read out of bounds",
      why: "anyone who can send a UDP datagram chooses what the parsers see",
    },
  ],
};
