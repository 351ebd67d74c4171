/**
 * What a probe found, as checks: passed, failed with a remedy, or skipped with the reason.
 *
 * @module
 */

import { type AddressFinding, medianOf } from "../../client/probe/findings.ts";
import { isCounting } from "../../client/traversal/own_nat.ts";
import type { DropReason } from "../../protocol/drop_reason.ts";
import { TEREDO_PORT } from "../../protocol/constants.ts";
import { addressOf, formatEndpoint, portOf } from "../../wire/endpoint.ts";
import { formatIpv4 } from "../../wire/ipv4_address.ts";
import { formatIpv6 } from "../../wire/ipv6_address.ts";
import { formatDuration } from "../text/duration.ts";
import { type Check, fail, note, pass, skip } from "./check.ts";
import { natOf, type Probed, type ProbeOutcome } from "./probe_outcome.ts";
import type { SendObstacle } from "./send_obstacle.ts";

/** All checks of a server. */
export function checksOf(outcome: ProbeOutcome): Check[] {
  if (outcome.type === "not_probed") return [fail(outcome.check, outcome.problem, outcome.remedy)];
  return [
    primaryAddress(outcome),
    secondaryAddress(outcome),
    mapping(outcome),
    filtering(outcome),
    port(outcome),
    hairpinning(outcome),
    refresh(outcome),
    teredoAddress(outcome),
  ];
}

const SILENT = "One of the server's addresses did not answer";

function primaryAddress({ findings: { primary }, obstacle, hasSecret }: Probed): Check {
  const check = "primary address";
  const answered = answer(check, primary);
  if (answered !== undefined) return answered;
  const address = formatIpv4(addressOf(primary.target));
  if (obstacle !== undefined) return fail(check, ...sendProblem(obstacle, address));
  // A server does not answer unknown clients, nor those with another secret (RFC 4380 §5.3.2).
  const known = hasSecret
    ? "that it knows this --identifier with the same secret"
    : "that it does not require --identifier and --secret-file";
  const remedy = `Check that a Teredo server runs there, ${known}, and that no firewall blocks ` +
    `UDP to its port ${TEREDO_PORT}`;
  return fail(check, `${address} does not answer`, remedy);
}

function sendProblem(obstacle: SendObstacle, address: string): [detail: string, remedy: string] {
  switch (obstacle) {
    case "no_route":
      return [
        `This host has no route to ${address}`,
        "Check this host's network: it needs an IPv4 address and a default route",
      ];
    case "port_closed":
      return [
        `${address} rejects UDP to its port ${TEREDO_PORT}`,
        "Most likely no Teredo server runs there: start it, or use another one. A firewall in " +
        "front of it may answer as well",
      ];
    case "unreachable":
      return [
        `A router says that ${address} can't be reached`,
        "Check the server's address, and that it is up and connected",
      ];
    case "forbidden":
      return [
        `This host refuses to send to ${address}, although it has a route`,
        `Its firewall forbids it: let UDP to port ${TEREDO_PORT} out. "nft list ruleset" shows ` +
        "the rules",
      ];
  }
}

function secondaryAddress({ name, findings: { primary, secondary } }: Probed): Check {
  const check = "secondary address";
  const answered = answer(check, secondary);
  if (answered !== undefined) return answered;
  const detail = `${formatIpv4(addressOf(secondary.target))} does not answer`;
  if (primary.mapping === undefined) return skip(check, `${detail} either`);
  const [host] = name.split(",");
  const remedy =
    "Clients qualify without it, but cannot see whether the NAT is symmetric. If the " +
    `server has another secondary address, name it: ${host},SECONDARY`;
  return note(check, detail, remedy);
}

/** The check of an address that answered, rightly or not; `undefined` if it did not. */
function answer(check: string, { target, roundTrips, refusal }: AddressFinding): Check | undefined {
  const address = formatIpv4(addressOf(target));
  const median = medianOf(roundTrips);
  if (median !== undefined) {
    const count = roundTrips.length === 1 ? "" : ` (median of ${roundTrips.length})`;
    return pass(check, `${address} answered in ${formatRoundTrip(median)}${count}`);
  }
  if (refusal === undefined) return undefined;
  const detail = `${address} answered, but no client accepts the answer (${refusal})`;
  return fail(check, detail, remedyFor(refusal));
}

function remedyFor(refusal: DropReason): string {
  switch (refusal) {
    case "prefix_invalid":
      return "It answers on behalf of another server. Give that server's primary address first: " +
        "PRIMARY,SECONDARY";
    case "origin_not_global":
      return "The server sees a private address, so it is in the same network as this host. " +
        "Add --allow-private to accept that";
    case "authentication_failed":
      return "It does not prove that it knows the secret. Check with its operator that it has this " +
        "--identifier with the same secret; for a server that asks for none, leave both out";
    default:
      return "Contact its operator, or use another server";
  }
}

function mapping(outcome: Probed): Check {
  const { findings } = outcome;
  const check = "mapping";
  const { primary, secondary } = findings;
  if ("unknown" in findings.mapping) return skip(check, SILENT);
  const first = formatEndpoint(primary.mapping!);
  if (findings.mapping.value === "endpoint_independent") {
    return pass(check, `Endpoint-independent: both addresses see ${first}`);
  }
  const second = formatEndpoint(secondary.mapping!);
  if (natOf(outcome) === "none") {
    return fail(
      check,
      `This host sends to one address from ${first}, and to the other from ${second}`,
      "Clients take that for a symmetric NAT. Do not probe from the server's own host, or " +
        "give this host a route over which it sends to both from the same address",
    );
  }
  return fail(
    check,
    `Symmetric NAT: one address sees ${first}, the other ${second}`,
    `A client reaches relays and peers that support RFC 6081; ${strictPeers(outcome)}. The rest ` +
      "takes a server with --gateway. To reach all of them directly, make the NAT use one " +
      "mapping for each inside port (endpoint-independent mapping, RFC 4787)",
  );
}

/** Which peers behind strict NATs a client behind this symmetric one reaches, RFC 6081 figure 1. */
function strictPeers({ findings: { primary, secondary }, localPort }: Probed): string {
  const [first, second] = [portOf(primary.mapping!), portOf(secondary.mapping!)];
  if (first === localPort) {
    return "because this NAT keeps port numbers, also those behind port-restricted NATs and " +
      "others like this one (§5.4, random ports)";
  }
  if (isCounting(first, second)) {
    return "because this NAT counts port numbers upwards, also those behind port-restricted NATs " +
      "(§5.5, Echo Test)";
  }
  return "those behind port-restricted or symmetric NATs are out of reach";
}

function filtering({ findings }: Probed): Check {
  const check = "filtering";
  const found = findings.filtering;
  if ("value" in found) {
    switch (found.value) {
      case "endpoint_independent":
        return pass(
          check,
          "Endpoint-independent: after a packet went out, packets from anywhere get in",
        );
      case "address_dependent":
        return pass(
          check,
          "Address-dependent: only addresses that were sent to get in, from any port",
        );
      case "address_and_port_dependent":
        return pass(
          check,
          "Address- and port-dependent: only addresses and ports that were sent to get in",
        );
    }
  }
  switch (found.unknown) {
    case "server_silent":
      return skip(check, SILENT);
    case "mapping_dependent":
      return skip(
        check,
        "Packets from elsewhere do not get in; the rest cannot be seen behind a symmetric NAT",
      );
    case "cone_bit_ignored":
      return skip(check, "The server does not answer from its other address when asked to");
  }
}

function port({ findings: { primary, mapping }, localPort, isOwn }: Probed): Check {
  const check = "port";
  if (primary.mapping === undefined) return skip(check, "The primary address did not answer");
  const seen = portOf(primary.mapping);
  if (isOwn(primary.mapping)) return pass(check, `${localPort}, without a NAT`);
  if (seen !== localPort) return pass(check, `Changed: ${localPort} becomes ${seen}`);
  const isSymmetric = "value" in mapping && mapping.value === "destination_dependent";
  return pass(check, `Preserved: ${localPort}${isSymmetric ? ", for the first destination" : ""}`);
}

function hairpinning({ findings: { hairpinning: found } }: Probed): Check {
  const check = "hairpinning";
  if ("value" in found) {
    if (found.value) {
      return pass(check, "Hosts behind this NAT can reach each other at their mappings");
    }
    const detail = "Hosts behind this NAT cannot reach each other at their mappings";
    const remedy =
      "Clients of this program with the same server meet behind the same NAT all the same. " +
      "To meet others there, " +
      'turn on "hairpinning" or "NAT loopback" in the NAT';
    return note(check, detail, remedy);
  }
  switch (found.unknown) {
    case "server_silent":
      return skip(check, SILENT);
    case "mapping_dependent":
      return skip(check, "Hosts behind a symmetric NAT have no mapping to reach them at");
    case "no_nat":
      return skip(check, "There is no NAT");
  }
}

function refresh({ lifetime }: Probed): Check {
  const check = "refresh";
  if (lifetime === undefined) {
    return skip(
      check,
      "Not tested: --refresh SECONDS does it with the recommended server, and takes up to that " +
        "long",
    );
  }
  const { held, lost, isComplete } = lifetime;
  if (held !== undefined) {
    const end = lost === undefined ? "" : `, and not ${formatDuration(lost)}`;
    return pass(check, `An unused mapping lasts ${formatDuration(held)}${end}`);
  }
  if (lost === undefined) {
    const why = isComplete ? "The server did not forward the test packets" : "Interrupted";
    return skip(check, why);
  }
  return fail(
    check,
    `An unused mapping does not last ${formatDuration(lost)}`,
    "Make the NAT keep UDP mappings for at least two minutes (RFC 4787 REQ-5)",
  );
}

function teredoAddress({ address, findings }: Probed): Check {
  const check = "Teredo address";
  if (address === undefined) return skip(check, "A client would not get one");
  const mtu = findings.primary.mtu === undefined ? "" : `, MTU ${findings.primary.mtu}`;
  return pass(check, `${formatIpv6(address)}${mtu}`);
}

/** Milliseconds, with one decimal place if there are few. */
export function formatRoundTrip(milliseconds: number): string {
  return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
}
