/** What a client makes of hostile input: no address, no peer and no answer. */

import { assertEquals } from "@std/assert";
import { isBubble } from "../../wire/bubble.ts";
import { addressOf, type Endpoint, endpoint, portOf } from "../../wire/endpoint.ts";
import { GlobalUnicast } from "../../wire/global_unicast.ts";
import { isGlobalScope, isLinkLocal, isSameIpv6 } from "../../wire/ipv6_address.ts";
import { DESTINATION, hasRoutingHeaderType0, SOURCE } from "../../wire/ipv6_header.ts";
import { isRouterAdvertisement } from "../../wire/neighbor_discovery.ts";
import { isHistoricalTeredo, isTeredo, mappingOf, serverOf } from "../../wire/teredo_address.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { parseTrailers } from "../../wire/trailers.ts";
import { ClientFixture } from "../client/client_fixture.ts";
import { seededRandom } from "../sim/seeded_random.ts";
import { ACTORS } from "../vectors/vectors.ts";
import { assertDeep, attack, type Target } from "./million.ts";

const GLOBAL = new GlobalUnicast("rfc4380");
const SERVER: readonly Endpoint[] = [endpoint(ACTORS.s1, 3544), endpoint(ACTORS.s1Secondary, 3544)];
const QUEUE = 1_000;

/** A client with the fixtures' address of A, so that much of what comes is for it. */
function fixture(seed: string): ClientFixture {
  const random = seededRandom(seed);
  return new ClientFixture({
    // Nonces are not the vectors', or their advertisements would be good answers.
    random: (bytes) => bytes.length === 2 ? bytes.set([0x38, 0x5c]) : random(bytes),
    maxPeers: 4,
    queuePerPeer: QUEUE,
    queueTotal: 4 * QUEUE,
  });
}

function target(fixture: ClientFixture): Target {
  const { client, now } = fixture;
  const { address } = client.status(now);
  return {
    receive: (datagram, from, sink) => client.handleDatagram(datagram, from, "service", now, sink),
    state: () => stateOf(fixture),
    mayUse: (datagram, from) => address !== undefined && mayUse(datagram, from, address),
    // A client that comes from elsewhere is challenged to prove that it is there.
    mayAsk: (reason) => reason === "source_mismatch",
    // A test or bubble, and what had waited for the peer.
    maxOutputs: 30,
    maxGrowth: QUEUE + 100,
  };
}

function stateOf({ client, now }: ClientFixture): string {
  const { state, mapping, peers, serverHeardAgo } = client.status(now);
  const known = peers.map(({ mapping, path, octetsSent, octetsReceived }) =>
    `${mapping} ${path} ${octetsSent} ${octetsReceived}`
  );
  return `${state} ${mapping} ${serverHeardAgo} ${client.nextTimer()} ${known.sort().join()}`;
}

/** RFC 4380 §5.2.3, of a client that waits for no answer whose secret anyone could guess. */
function mayUse(datagram: Uint8Array, from: Endpoint, self: Uint8Array): boolean {
  const packet = parseTeredoPacket(datagram);
  if (typeof packet === "string" || typeof parseTrailers(packet.trailers) === "string") {
    return false;
  }
  const { ipv6, origin } = packet;
  if (isRouterAdvertisement(ipv6) || hasRoutingHeaderType0(ipv6)) return false;
  if (!isSameIpv6(ipv6, DESTINATION, self) || from === mappingOf(self)) return false;
  if (isHistoricalTeredo(ipv6, SOURCE) || isSameIpv6(ipv6, SOURCE, self)) return false;
  const isFromClient = isTeredo(ipv6, SOURCE);
  if (SERVER.includes(from) && isBubble(ipv6)) {
    const to = isFromClient ? mappingOf(ipv6, SOURCE) : origin;
    return to !== undefined && isGood(to) && to !== mappingOf(self) &&
      (isGlobalScope(ipv6, SOURCE) || isLinkLocal(ipv6, SOURCE));
  }
  if (!isGlobalScope(ipv6, SOURCE)) {
    return isLinkLocal(ipv6, SOURCE) && isBubble(ipv6) && isGood(from);
  }
  if (!isFromClient) return !isBubble(ipv6);
  return mappingOf(ipv6, SOURCE) === from && isGood(from) && GLOBAL.has(serverOf(ipv6, SOURCE));
}

function isGood(at: Endpoint): boolean {
  return portOf(at) !== 0 && GLOBAL.has(addressOf(at));
}

Deno.test("C-22: a million hostile datagrams make a client neither answer nor believe anything", () => {
  const resting = fixture("resting").qualify();
  const refreshing = fixture("refreshing").qualify();
  refreshing.wait(30_000);
  const qualifying = fixture("qualifying");
  qualifying.wait(0);
  const clients = [resting, refreshing, qualifying];
  const addresses = clients.map(({ address }) => address);
  const outcome = attack("hostile to clients", clients.map(target));
  assertDeep(outcome, { leastUsed: 2_000, mostUsed: 10_000, leastReasons: 20 });
  assertEquals(clients.map(({ address }) => address), addresses);
  assertEquals(clients.map(({ state }) => state), ["qualified", "qualified", "qualifying"]);
});
