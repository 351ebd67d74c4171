/**
 * Why a ping got no answer: what was sent, what came back, what that means, and what to do.
 *
 * It says only what the evidence shows. Where several causes look alike from here, it names all of
 * them.
 *
 * @module
 */

import { formatEndpoint } from "../../wire/endpoint.ts";
import { formatIpv4 } from "../../wire/ipv4_address.ts";
import { isGlobalScope, parseIpv6 } from "../../wire/ipv6_address.ts";
import { isTeredo, mappingOf, serverOf } from "../../wire/teredo_address.ts";
import { isReached } from "../../client/client_status.ts";
import type { PingReport } from "../daemon/status/ping_report.ts";
import type { StatusReport } from "../daemon/status/status_report.ts";
import { formatDuration } from "../text/duration.ts";

/** The cause, for programs. */
type PingCause =
  | "no_address"
  | "own_address"
  | "not_global"
  | "not_public"
  | "error_returned"
  | "ping_dropped"
  | "peer_server_silent"
  | "peer_or_nats"
  | "peer_silent"
  | "host_silent"
  | "host_or_way";

/** Sentences without a full stop at the end. */
export interface PingExplanation {
  readonly cause: PingCause;
  readonly sent: string;
  readonly received: string;
  readonly meaning: string;
  readonly advice: string;
}

/** Whether the server of a peer answers us: a server that is the client's own does. */
export type PeerServerState = "answers" | "silent" | "unknown";

/** The state of a client, as far as a ping depends on it. */
export type ClientState = Pick<StatusReport, "state" | "address" | "nat" | "server" | "peers">;

/** What is known when a ping has failed. */
export interface PingFacts {
  readonly report: PingReport;
  /** The client's state after that. */
  readonly status: ClientState;
  readonly peerServer: PeerServerState;
}

const NOTHING = "nothing";

/** The explanation; `undefined` if the destination answered. */
export function explainPing(facts: PingFacts): PingExplanation | undefined {
  switch (facts.report.outcome) {
    case "answered":
      return undefined;
    case "not_qualified":
      return withoutAddress(facts.status);
    case "refused":
      return refused(facts);
    case "silent":
    case "unreachable":
      return isFound(facts.report) ? foundButSilent(facts) : notFound(facts);
  }
}

/** The address of the peer's server, if the destination is a Teredo client of another one. */
export function otherServerOf({ report, status }: Omit<PingFacts, "peerServer">) {
  const destination = parseIpv6(report.destination)!;
  if (report.outcome !== "silent" && report.outcome !== "unreachable") return undefined;
  if (!isTeredo(destination) || isFound(report)) return undefined;
  const server = formatIpv4(serverOf(destination));
  return server === status.server?.primary ? undefined : server;
}

function isFound({ path }: PingReport): boolean {
  return path !== null && isReached(path);
}

function withoutAddress({ state }: ClientState): PingExplanation {
  const isResting = state === "disabled";
  return {
    cause: "no_address",
    sent: NOTHING,
    received: NOTHING,
    meaning: isResting
      ? "The client rests, because this host has native IPv6"
      : "The client has no Teredo address, so it cannot send",
    advice: isResting
      ? 'Use the "ping" of this system, or run the client with --force'
      : '"teredo status" says what it waits for, and "teredo diagnose" why',
  };
}

function refused({ report, status }: PingFacts): PingExplanation {
  const destination = parseIpv6(report.destination)!;
  const nothing = { sent: NOTHING, received: NOTHING };
  if (report.destination === status.address) {
    return {
      cause: "own_address",
      ...nothing,
      meaning: "This is the client's own address",
      advice: "Ping the address of another host",
    };
  }
  if (!isTeredo(destination) && !isGlobalScope(destination)) {
    return {
      cause: "not_global",
      ...nothing,
      meaning: "Teredo carries packets to global IPv6 addresses only, and this is not one",
      advice: 'Give a global address; local ones are for the "ping" of this system',
    };
  }
  const mapping = formatEndpoint(mappingOf(destination));
  return {
    cause: "not_public",
    ...nothing,
    meaning: isTeredo(destination)
      ? `The address says that its owner is at ${mapping} and its server at ` +
        `${formatIpv4(serverOf(destination))}, and the client sends to public addresses only`
      : "The client does not send to this address",
    advice: "In a private network, run both clients with --allow-private",
  };
}

/** The client knows the way, but this request was not answered. */
function foundButSilent({ report, status }: PingFacts): PingExplanation {
  const { path, mapping } = report;
  const sent = `An echo request to ${mapping}, ${WAYS[path ?? "direct"] ?? "straight to the peer"}`;
  if (report.outcome === "unreachable") {
    return {
      cause: "error_returned",
      sent,
      received: "An ICMPv6 error, from the destination or from a router on the way",
      meaning: "The way leads there, but the packet was refused",
      advice: "Check the destination's address and the firewall in front of it",
    };
  }
  const age = status.peers.find(({ address }) => address === report.destination)?.age;
  const heard = age === null || age === undefined
    ? ""
    : `; it was last heard ${formatDuration(age)} ago`;
  return {
    cause: "ping_dropped",
    sent,
    received: `No answer to this request${heard}`,
    meaning: "The way works, so the destination or a firewall on it drops pings, or it went away " +
      "a moment ago",
    advice: "Let ICMPv6 echo requests in on the destination, or try the service that you want",
  };
}

const WAYS: Readonly<Record<string, string>> = {
  local: "on the local network",
  relay: "its relay",
  gateway: "a gateway",
};

function notFound(facts: PingFacts): PingExplanation {
  const destination = parseIpv6(facts.report.destination)!;
  return isTeredo(destination) ? peerNotFound(destination, facts) : hostNotFound(facts);
}

function peerNotFound(destination: Uint8Array, { status, peerServer }: PingFacts): PingExplanation {
  const server = formatIpv4(serverOf(destination));
  const mapping = formatEndpoint(mappingOf(destination));
  const sent = `Bubbles to the peer at ${mapping}, and through its server ${server}`;
  if (peerServer === "silent") {
    return {
      cause: "peer_server_silent",
      sent: `${sent}; a solicitation to that server`,
      received: "Nothing, not even from the server",
      meaning: `The peer's server ${server} does not answer this host, and without it nothing ` +
        "reaches the peer's NAT. If the server is down, the peer has lost its address as well",
      advice: "Ask for the peer's present address, or have the peer use another server with " +
        "--server. A server with --secrets answers only its own clients",
    };
  }
  const received = peerServer === "answers" ? "Nothing from the peer; its server works" : NOTHING;
  const absent = "the peer is off, or has another address by now";
  const { nat } = status;
  if (nat === "symmetric" || nat === "unknown") {
    return {
      cause: "peer_or_nats",
      sent,
      received,
      meaning:
        `Either ${absent}, or both NATs are too strict: ${OWN_NAT[nat]}, and behind such a ` +
        "NAT a client does not reach every peer whose NAT is port-restricted or symmetric",
      advice:
        'Compare the address with "teredo status" on the peer. If it is right, use a server ' +
        "with --gateway on both sides, or make this NAT endpoint-independent (RFC 4787)",
    };
  }
  return {
    cause: "peer_silent",
    sent,
    received,
    meaning: nat === "none"
      ? `Either ${absent}, or a firewall in front of it drops UDP`
      : `Either ${absent}, or its NAT is symmetric, or a firewall in front of it drops UDP`,
    advice: 'Compare the address with "teredo status" on the peer, and let UDP to its port in' +
      (nat === "none" ? "" : ". Behind a symmetric NAT, the peer needs a server with --gateway"),
  };
}

const OWN_NAT = {
  symmetric: "the one here is symmetric",
  unknown: "the one here may be symmetric, which the server could not show with one address",
} as const;

function hostNotFound({ report, status }: PingFacts): PingExplanation {
  const server = status.server?.name ?? "the server";
  const sent = `Echo requests through server ${server}, which passes them on over native IPv6`;
  const others = status.peers.filter(({ address, path }) =>
    path === "relay" && address !== report.destination
  );
  if (others.length > 0) {
    return {
      cause: "host_silent",
      sent,
      received: "Nothing from this host, but from others through their relays",
      meaning: "The server works, so this host is down or drops pings, or its network has no way " +
        "back to Teredo clients (no relay)",
      advice: "Ping the host from native IPv6. If it answers there, its network needs a relay: " +
        "a server with --gateway needs none",
    };
  }
  return {
    cause: "host_or_way",
    sent,
    received: NOTHING,
    meaning:
      "One of three things: the host is down or drops pings; the server has no native IPv6; " +
      "or no relay brings answers back to 2001::/32",
    advice: "Ping another native host. If none answers, the server or the relay is missing: " +
      "use a server with --gateway, which needs no relay",
  };
}
