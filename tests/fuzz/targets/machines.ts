/**
 * The machines: client, server, relay, gateway.
 *
 * @module
 */

import { Client } from "../../../client/client.ts";
import type { ClientEvent } from "../../../client/client_event.ts";
import type { ClientSocket } from "../../../client/client_sink.ts";
import { EXTENSIONS } from "../../../client/extensions.ts";
import { ProvedEndpoints } from "../../../protocol/proved_endpoints.ts";
import { AddressAccess } from "../../../relay/gateway_config.ts";
import { Relay, type RelayEvent } from "../../../relay/relay.ts";
import { RELAY_LIMITS } from "../../../relay/relay_limits.ts";
import { SecretTable } from "../../../server/secret_store.ts";
import { Server } from "../../../server/server.ts";
import type { ServerConfig } from "../../../server/server_config.ts";
import type { ServerEvent } from "../../../server/server_event.ts";
import { SERVER_LIMITS } from "../../../server/server_limits.ts";
import { ServerWithRelay } from "../../../server/server_with_relay.ts";
import { GlobalUnicast } from "../../../wire/global_unicast.ts";
import { OWN_ADDRESS } from "../../relay/relay_fixture.ts";
import { NO_LIMITS } from "../../relay/relay_fixture.ts";
import { S1 } from "../../server/server_fixture.ts";
import { seededRandom } from "../../sim/seeded_random.ts";
import { ACTORS, ip4, ip6 } from "../../vectors/vectors.ts";
import { S1 as SERVER_ADDRESSES, S2 } from "../../client/client_fixture.ts";
import { Choices } from "../choices.ts";
import { MachineRun } from "../machine_run.ts";
import { type FuzzTarget, hold } from "../target.ts";
import { WatchedSink } from "../watched_sink.ts";

const GLOBAL = new GlobalUnicast("rfc4380");
const SECRETS = new SecretTable([[ACTORS.identifier, { secret: ACTORS.secret, retired: false }]]);
const EVERYBODY = new AddressAccess([{ network: ip4("0.0.0.0"), prefixLength: 0 }]);

/** Small tables overflow in a short run. */
const MAX_PEERS = 6;

/** Rows of choices that get far: mostly answers, packets and time. */
const ROWS: readonly Uint8Array[] = Array.from({ length: 10 }, (_, row) => {
  const octets = new Uint8Array(40 * (row + 1));
  seededRandom(`choices ${row}`)(octets);
  // Every third choice is an answer or a little time, whatever it is taken for.
  return octets.map((each, i) => i % 3 === 0 ? [7, 8, 4, 9, 2, 17][each % 6]! : each);
});

function machineTarget(name: string, run: (choices: Choices) => void): FuzzTarget {
  return {
    name,
    seeds: ROWS,
    words: [Uint8Array.of(7), Uint8Array.of(8, 0), Uint8Array.of(4, 4), Uint8Array.of(4, 8)],
    weight: 4,
    maxLength: 1_000,
    stressLength: 0,
    run: (input) => run(new Choices(input)),
  };
}

/** A client, with some of the extensions. */
export const CLIENT: FuzzTarget = machineTarget("client", (choices) => {
  const random = seededRandom(`client ${choices.below(4)}`);
  const client = new Client({
    servers: choices.oneIn(3) ? [SERVER_ADDRESSES, S2] : [SERVER_ADDRESSES],
    globalUnicast: GLOBAL,
    // The flags are those of the vectors, so that some of what is chosen is for this client.
    random: (bytes) => bytes.length === 2 ? bytes.set([0x38, 0x5c]) : random(bytes),
    maxPeers: MAX_PEERS,
    queuePerPeer: 3_000,
    queueTotal: 8_000,
    extensions: EXTENSIONS.filter(() => !choices.oneIn(4)),
    determineRefreshInterval: choices.oneIn(3),
    serverLoadReduction: choices.oneIn(3),
    localDiscovery: choices.oneIn(3)
      ? { isOnLink: (address) => address >>> 24 === 192 }
      : undefined,
    localEndpoint: choices.oneIn(2) ? () => ACTORS.b : undefined,
    credentials: choices.oneIn(4)
      ? { identifier: ACTORS.identifier, secret: ACTORS.secret }
      : undefined,
    previousAddress: choices.oneIn(3) ? ACTORS.addressOfA : undefined,
  });
  const sink = new WatchedSink<ClientSocket, ClientEvent>(() => true);
  new MachineRun({
    machine: client,
    vias: ["service", "discovery", "secondary", "random1"],
    sink,
    // The queue of one peer, and bubbles.
    maxOutputs: 100,
    maxGrowth: 12_000,
    holdBounds: ({ peers }) => hold(peers.length <= MAX_PEERS, `${peers.length} peers`),
  }, choices).run();
});

function serverConfig(choices: Choices): ServerConfig {
  return {
    ...S1,
    secondary: choices.oneIn(4) ? undefined : ACTORS.s1Secondary,
    secrets: choices.oneIn(3) ? SECRETS : undefined,
    requireNonce: choices.oneIn(4),
    acceptPortMismatch: choices.oneIn(3),
    advertisedMtu: choices.of([1280, "omit"]),
    // Limits take megabytes, which would be most of the work.
    limits: choices.oneIn(64) ? SERVER_LIMITS : "off",
  };
}

/** A server. */
export const SERVER: FuzzTarget = machineTarget("server", (choices) => {
  const sink = new WatchedSink<"primary" | "secondary", ServerEvent>();
  new MachineRun({
    machine: new Server(serverConfig(choices)),
    vias: ["primary", "secondary"],
    sink,
    maxOutputs: 2,
    maxGrowth: 120,
    holdBounds: (status) => hold(typeof status === "object", "There is no status"),
  }, choices).run();
});

function relayOf(choices: Choices, isGateway: boolean, proofs?: ProvedEndpoints): Relay {
  return new Relay({
    globalUnicast: GLOBAL,
    random: seededRandom("relay"),
    serves: [{ address: ip6("2000::"), length: 3 }],
    ownAddresses: [OWN_ADDRESS, ACTORS.s1],
    errorSource: ACTORS.addressOfRelay,
    nativeAddresses: [ip6("2001:db8:99::1")],
    directBubbles: choices.oneIn(2),
    acceptUnknown: choices.oneIn(3),
    maxPeers: MAX_PEERS,
    queuePerPeer: 3_000,
    queueTotal: 8_000,
    limits: choices.oneIn(64) ? RELAY_LIMITS : NO_LIMITS,
    gateway: isGateway
      ? {
        access: proofs ?? EVERYBODY,
        servers: choices.oneIn(3) ? undefined : [ACTORS.s1],
        unsolicited: choices.oneIn(2),
        ownServices: choices.oneIn(3),
        serversElsewhere: choices.oneIn(4),
        accountRate: choices.oneIn(3) ? { perSecond: 1_000, burst: 5_000 } : undefined,
      }
      : undefined,
  });
}

/** A relay. */
export const RELAY: FuzzTarget = machineTarget("relay", (choices) => {
  const sink = new WatchedSink<"service", RelayEvent>();
  new MachineRun({
    machine: relayOf(choices, choices.oneIn(2)),
    vias: ["service"],
    sink,
    maxOutputs: 100,
    maxGrowth: 12_000,
    holdBounds: ({ peers }) => hold(peers.length <= MAX_PEERS, `${peers.length} peers`),
  }, choices).run();
});

/** A server with a gateway on the same sockets. */
export const GATEWAY: FuzzTarget = machineTarget("gateway", (choices) => {
  const proofs = choices.oneIn(3) ? new ProvedEndpoints() : undefined;
  const config = { ...serverConfig(choices), proofs };
  const relay = relayOf(choices, !choices.oneIn(5), proofs);
  const sink = new WatchedSink<"primary" | "secondary", ServerEvent | RelayEvent>();
  new MachineRun({
    machine: new ServerWithRelay(config, relay),
    vias: ["primary", "secondary"],
    sink,
    maxOutputs: 100,
    maxGrowth: 12_000,
    holdBounds: ({ relay }) => hold(relay.peers.length <= MAX_PEERS, `${relay.peers.length} peers`),
  }, choices).run();
});
