/** What a server makes of hostile input: nothing. */

import { assert, assertEquals } from "@std/assert";
import type { DropReason } from "../../protocol/drop_reason.ts";
import { SecretTable } from "../../server/secret_store.ts";
import { Server } from "../../server/server.ts";
import type { ServerConfig } from "../../server/server_config.ts";
import { isAuthentic } from "../../wire/authentication.ts";
import { isBubble } from "../../wire/bubble.ts";
import { addressOf, type Endpoint, portOf } from "../../wire/endpoint.ts";
import { GlobalUnicast } from "../../wire/global_unicast.ts";
import { isEcho, isIcmpv6 } from "../../wire/icmpv6.ts";
import { isGlobalScope, isSameIpv6 } from "../../wire/ipv6_address.ts";
import { DESTINATION, payloadLengthOf, SOURCE } from "../../wire/ipv6_header.ts";
import { checkRouterSolicitation } from "../../wire/neighbor_discovery.ts";
import { isTeredo, mappingOf, serverOf } from "../../wire/teredo_address.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { S1, S2, ServerFixture } from "../server/server_fixture.ts";
import { ACTORS, negatives } from "../vectors/vectors.ts";
import { SERVER_LIMITS, type ServerLimits } from "../../server/server_limits.ts";
import { CountingSink } from "./counting_sink.ts";
import { assertDeep, attack, type Target } from "./million.ts";

const GLOBAL = new GlobalUnicast("rfc4380");

/** Limits that count every source and destination, and refuse none. */
const COUNTING = Object.fromEntries(
  Object.keys(SERVER_LIMITS).map((limit) => [limit, { perSecond: 1e9, burst: 1e9 }]),
) as unknown as ServerLimits;

const SECRETS = new SecretTable([[ACTORS.identifier, { secret: ACTORS.secret, retired: false }]]);

/**
 * A secure server applies the limits to a client before it computes any HMAC, so that this much it
 * must remember of those who fail: it is attacked without limits.
 */
const SECURE: ServerConfig = { ...S1, secrets: SECRETS, requireNonce: true, limits: "off" };

/** Reasons that are reported to the operator of a secure server. */
const AUTHENTICATION: ReadonlySet<DropReason | undefined> = new Set<DropReason>([
  "authentication_missing",
  "authentication_failed",
]);

function target(config: ServerConfig): Target {
  const server = new Server(config);
  return {
    receive(datagram, from, sink) {
      server.handleDatagram(datagram, from, "primary", 0, sink);
      // The operator hears of it, once a minute; the sender does not.
      if (AUTHENTICATION.has(sink.dropped)) sink.events = 0;
    },
    state: () => stateOf(server),
    mayUse: (datagram, from) => mayUse(datagram, from, config),
    maxOutputs: 1,
    maxGrowth: 56,
  };
}

function stateOf(server: Server): string {
  const status = server.status();
  const { solicitationsAnswered, bubblesForwarded, echoesForwarded } = status;
  return `${solicitationsAnswered} ${bubblesForwarded} ${echoesForwarded}`;
}

/** RFC 4380 §5.3.1, and what checklist and threats add to it. */
function mayUse(datagram: Uint8Array, from: Endpoint, config: ServerConfig): boolean {
  const packet = parseTeredoPacket(datagram);
  if (typeof packet === "string" || packet.origin !== undefined) return false;
  const { ipv6 } = packet;
  const own = [config.primary, config.secondary];
  if (!GLOBAL.has(addressOf(from))) return false;
  if (portOf(from) === 3544 && own.includes(addressOf(from))) return false;
  if (isIcmpv6(ipv6) && checkRouterSolicitation(ipv6) === undefined) {
    const { authentication } = packet;
    if (config.secrets === undefined) return true;
    if (authentication === undefined) return false;
    const { nonce, confirmation, value } = authentication;
    return isAuthentic(value, ACTORS.secret, { nonce, confirmation, origin: undefined, ipv6 });
  }
  if (!isBubble(ipv6) && !(isEcho(ipv6) && payloadLengthOf(ipv6) <= 88)) return false;
  if (!isGlobalScope(ipv6, DESTINATION)) return false;
  const isToClient = isTeredo(ipv6, DESTINATION);
  if (isTeredo(ipv6, SOURCE)) {
    if (mappingOf(ipv6, SOURCE) !== from) return false;
  } else if (!isToClient || serverOf(ipv6, DESTINATION) !== config.primary) return false;
  if (!isToClient) return true;
  const to = mappingOf(ipv6, DESTINATION);
  if (portOf(to) === 0 || !GLOBAL.has(addressOf(to))) return false;
  return !(portOf(to) === 3544 && own.includes(addressOf(to)));
}

Deno.test("S-01, S-28: a million hostile datagrams get nothing out of a server and leave nothing", () => {
  const outcome = attack("hostile to servers", [
    target({ ...S1, limits: COUNTING }),
    target({ ...S2, limits: COUNTING }),
    target(SECURE),
  ]);
  assertDeep(outcome, { leastUsed: 50_000, mostUsed: 100_000, leastReasons: 22 });
});

/**
 * Hostile to the client that gets them, for their trailers or because it is not the one meant; to a
 * server they are bubbles from a client to somebody else.
 */
const BUBBLES: ReadonlySet<string> = new Set(["N13", "N14", "N15", "N16", "N17", "N30"]);

for (const { name, receiver, source, payload, expect } of negatives) {
  if (BUBBLES.has(name)) {
    Deno.test(`${name}: the server passes the bubble on, does not answer, and holds no state`, () => {
      assert(receiver.startsWith("client"));
      const fixture = new ServerFixture(S2).receive(payload, ACTORS.a);
      const { datagrams, packets } = fixture.sink;
      assertEquals(datagrams.length + packets.length, 1);
      for (const { to, bytes } of datagrams) {
        assertEquals(to, mappingOf(payload, DESTINATION));
        assertEquals(bytes.subarray(-payload.length), payload);
      }
      for (const packet of packets) assert(isSameIpv6(packet, DESTINATION, ACTORS.host));
    });
    continue;
  }
  Deno.test(`${name}: the server answers nothing and holds no state (${expect})`, () => {
    const config = receiver === "server S2" ? S2 : S1;
    const server = new Server(
      name === "N19" ? { ...config, secrets: SECRETS } : { ...config, limits: COUNTING },
    );
    const pristine = stateOf(server);
    for (const via of ["primary", "secondary"] as const) {
      for (const from of source === undefined ? [ACTORS.a, ACTORS.relay] : [source]) {
        const sink = new CountingSink();
        server.handleDatagram(payload, from, via, 0, sink);
        assertEquals(sink.datagrams + sink.packets, 0);
        assert(sink.events === 0 || AUTHENTICATION.has(sink.dropped));
        assert(sink.dropped !== undefined);
      }
    }
    assertEquals(stateOf(server), pristine);
  });
}
