/**
 * The memory of a process whose client or relay knows many peers.
 *
 *     deno run -A --v8-flags=--expose-gc peer_memory.ts client|relay COUNT
 *
 * @module
 */

import { Client } from "../../client/client.ts";
import type { Machine, Sink } from "../../protocol/machine.ts";
import { Relay } from "../../relay/relay.ts";
import { RELAY_LIMITS } from "../../relay/relay_limits.ts";
import { Server } from "../../server/server.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import { type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { GlobalUnicast } from "../../wire/global_unicast.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { encodeTeredoAddress } from "../../wire/teredo_address.ts";
import { memory } from "./process_usage.ts";
import { pause } from "../../tests/pause.ts";

/** What was seen. */
export interface PeerMemory {
  readonly role: string;
  readonly peers: number;
  /** Resident memory of the process, in MB: before there was any peer, and with all of them. */
  readonly before: number;
  readonly after: number;
}

const SERVER = ipv4Address(0x53010101);
const SELF = endpoint(ipv4Address(0x53010301), 40_000);
const PEERS = 0x54000000;
const NOW = 1_000_000;
/** From peer to peer, ms: a client gets to know 100 a second at most. None may be silent for 600 s. */
const INTERVAL = 10;
const NATIVE = Uint8Array.of(0x2a, ...new Uint8Array(14), 1);
const globalUnicast = new GlobalUnicast("rfc4380");
const random = (bytes: Uint8Array<ArrayBuffer>) => void crypto.getRandomValues(bytes);

type AnyMachine = Machine<string, unknown, unknown>;

/** A machine that knows nobody, and its address. */
interface Subject {
  readonly machine: AnyMachine;
  readonly address: Uint8Array;
  /** Sends the peer at an address a packet first, where nobody is known by a bubble alone. */
  readonly greet: (peer: Uint8Array, now: number) => void;
}

/** A client that a server in the same process has qualified. */
function client(maxPeers: number): Subject {
  const secondary = ipv4Address(SERVER + 1);
  const server = new Server({ primary: SERVER, secondary, globalUnicast, random, limits: "off" });
  const machine = new Client({
    ...{ servers: [{ primary: SERVER, secondary }], globalUnicast, random, maxPeers },
  });
  let address: Uint8Array | undefined;
  const toClient: Sink<"primary" | "secondary", unknown> = {
    ...SILENT,
    datagram: (_to, via, bytes) => {
      const from = endpoint(via === "primary" ? SERVER : secondary, 3544);
      machine.handleDatagram(bytes.slice(), from, "service", NOW, toServer);
    },
  };
  const toServer: Parameters<Client["handleTimer"]>[1] = {
    ...SILENT,
    datagram: (to, _via, bytes) => {
      const via = to === endpoint(SERVER, 3544) ? "primary" : "secondary";
      // Not within the client's own call.
      queueMicrotask(() => server.handleDatagram(bytes, SELF, via, NOW, toClient));
    },
    event: (event) => {
      if (event.type === "qualified") address = event.address;
    },
  };
  machine.handleTimer(NOW, toServer);
  return {
    machine: machine as AnyMachine,
    get address() {
      if (address === undefined) throw new Error("The client did not qualify");
      return address;
    },
    greet() {},
  };
}

function relay(maxPeers: number): Subject {
  const serves = [{ address: NATIVE, length: 16 }];
  // All peers are of one site, from which a relay takes fewer otherwise.
  const limits = { ...RELAY_LIMITS, newClientsPerSite: undefined };
  const machine = new Relay({
    ...{ globalUnicast, random, serves, ownAddresses: [], maxPeers, limits },
  });
  return {
    machine: machine as AnyMachine,
    address: NATIVE,
    greet: (peer, now) => machine.handlePacket(encodeBubble(NATIVE, peer), now, SILENT),
  };
}

/** Hears nothing. */
const SILENT = { datagram() {}, packet() {}, event() {}, drop() {} };

/** Where the `i`-th peer is. */
function mappingOfPeer(i: number): Endpoint {
  return endpoint(ipv4Address(PEERS + (i >> 8)), 1024 + (i & 0xff));
}

async function main([role, text]: string[]): Promise<void> {
  const count = Number(text);
  const subject = role === "client" ? client(count) : relay(count);
  await pause(10);
  const before = settled();
  for (let i = 0; i < count; i++) {
    const now = NOW + i * INTERVAL;
    const mapping = mappingOfPeer(i);
    const peer = encodeTeredoAddress({ server: SERVER, flags: 0, mapping });
    subject.greet(peer, now);
    const bubble = encodeBubble(peer, subject.address);
    subject.machine.handleDatagram(bubble, mapping, "service", now, SILENT);
  }
  const after = settled();
  const peers = (subject.machine.status(NOW) as { readonly peers: unknown[] }).peers.length;
  const found: PeerMemory = { role: role!, peers, before, after };
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(found)}\n`));
}

/** The resident memory without what may be collected. */
function settled(): number {
  for (let i = 0; i < 3; i++) (globalThis as unknown as { gc(): void }).gc();
  return memory(Deno.pid).resident;
}

await main(Deno.args);
