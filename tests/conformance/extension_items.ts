/**
 * Checklist: the extensions of RFC 6081.
 *
 * @module
 */

import type { Group } from "./item.ts";

/** */
export const EXTENSIONS: Group = {
  letter: "X",
  title: "Extensions of RFC 6081",
  introduction: "All of them are optional. Their formats are implemented (P-14 to P-17), their " +
    "procedures only where a test is listed here. An item counts as tested if a test reaches it through " +
    "`TeredoClient` or the executable.",
  isRequired: false,
  needsProduct: true,
  items: [
    {
      id: "X-01",
      level: "MUST",
      source: "RFC 6081 §5.2.4.1",
      statement:
        "Indirect bubbles carry a nonce trailer with a new value each time, which the entry " +
        "remembers",
    },
    {
      id: "X-02",
      level: "MUST",
      source: "RFC 6081 §5.2.4.2",
      statement: "A direct bubble after an indirect one returns its nonce; before that it has none",
    },
    {
      id: "X-03",
      level: "MUST",
      source: "RFC 6081 §5.2.4.3",
      statement: "The received nonce is remembered, and forgotten when a later bubble has none",
    },
    {
      id: "X-04",
      level: "MUST",
      source: "RFC 6081 §5.2.4.4",
      statement:
        "A direct bubble from elsewhere is believed if it returns the nonce (V19), and reveals " +
        "the mapping; without the nonce it is dropped",
    },
    {
      id: "X-05",
      level: "MUST*",
      source: "RFC 6081 §3.1",
      statement: "With symmetric NAT support a client behind a symmetric NAT qualifies",
    },
    {
      id: "X-06",
      level: "MUST",
      source: "RFC 6081 §5.3.3",
      statement:
        "UPnP is used as the RFC says, and its failure changes nothing; a mapping equal to the " +
        "server's view counts as none",
    },
    {
      id: "X-07",
      level: "MUST",
      source: "RFC 6081 §5.3.4",
      statement: "Under the four conditions bubbles and data go to the mapping in the address",
    },
    {
      id: "X-08",
      level: "MUST",
      source: "RFC 6081 §5.3.5",
      statement: "The UPnP mapping is deleted at the end and, if one was left over, at the start",
    },
    {
      id: "X-09",
      level: "MUST",
      source: "RFC 6081 §5.4.3",
      statement:
        "The NAT counts as port-preserving if and only if the origin's port equals the local one",
    },
    {
      id: "X-10",
      level: "MUST",
      source: "RFC 6081 §5.4.4.2",
      statement: "A random port is opened and sent only under the RFC's conditions",
    },
    {
      id: "X-11",
      level: "MUST",
      source: "RFC 6081 §5.4.4.4",
      statement:
        "The peer's random port is adopted if there was none or the peer was idle, and kept " +
        "otherwise",
    },
    {
      id: "X-12",
      level: "MUST",
      source: "RFC 6081 §5.4.4.5",
      statement: "Direct bubbles are judged by port, trust and what came before, in all five cases",
    },
    {
      id: "X-13",
      level: "MUST",
      source: "RFC 6081 §5.4.2.1",
      statement:
        "An idle peer gets a bubble every 30 seconds, at most twenty times; data starts the " +
        "count over",
    },
    {
      id: "X-14",
      level: "MUST",
      source: "RFC 6081 §5.5.4",
      statement:
        "The Echo Test sends solicitation, bubble, solicitation from one port, and takes the " +
        "middle of the two mappings: 1200 and 1202 give 1201",
    },
    {
      id: "X-15",
      level: "MUST",
      source: "RFC 6081 §5.5.2.2",
      statement: "A failed test is repeated once; then an indirect bubble goes without a port",
    },
    {
      id: "X-16",
      level: "MUST",
      source: "RFC 6081 §5.6.4.1",
      statement:
        "Indirect bubbles carry the alternate addresses, the local one first, until the two have " +
        "met; direct ones never do",
    },
    {
      id: "X-17",
      level: "MUST",
      source: "RFC 6081 §5.6.4.2",
      statement:
        "A direct bubble with the nonce goes to the mapping and to each alternate address, at " +
        "most five in all",
    },
    {
      id: "X-18",
      level: "SHOULD",
      source: "RFC 6081 §5.6.4.2",
      statement: "A malformed Alternate Address trailer drops its bubble (N16, N17)",
    },
    {
      id: "X-19",
      level: "MUST",
      source: "RFC 6081 §5.7.4.1",
      statement:
        "Data after 30 seconds of silence waits for a solicitation to the peer, with 2 seconds " +
        "for its answer",
    },
    {
      id: "X-20",
      level: "MUST",
      source: "RFC 6081 §5.7.2",
      statement: "The third attempt is an indirect bubble instead",
    },
    {
      id: "X-21",
      level: "MUST",
      source: "RFC 6081 §5.7.4.2",
      statement: "A peer's solicitation is answered by an advertisement (V20, V21)",
    },
    {
      id: "X-22",
      level: "MUST*",
      source: "RFC 6081 figure 1",
      statement: "Exactly those pairs of NATs meet that the RFC's figure lists for the " +
        "implemented extensions",
    },
  ],
};
