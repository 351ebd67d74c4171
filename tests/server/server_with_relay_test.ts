import { assertEquals } from "@std/assert";
import { Relay } from "../../relay/relay.ts";
import type { RelayEvent } from "../../relay/relay.ts";
import type { RelayStatus } from "../../relay/relay_status.ts";
import type { ServerSocket } from "../../server/server_config.ts";
import type { ServerEvent } from "../../server/server_event.ts";
import { ServerWithRelay } from "../../server/server_with_relay.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import { type Endpoint, formatEndpoint } from "../../wire/endpoint.ts";
import { encodeEcho, Icmpv6Type, isEcho } from "../../wire/icmpv6.ts";
import { setHopLimit, sourceOf } from "../../wire/ipv6_header.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { RecordingSink } from "../recording_sink.ts";
import { ACTORS, at, ip6, vector } from "../vectors/vectors.ts";
import { S1, S1_SOCKET, SOLICITATION } from "./server_fixture.ts";

const { a, b, addressOfA, addressOfB, host, s1, s1Secondary } = ACTORS;

/** S1 with a relay for 2001:db8::/32 on its primary socket. */
class Both {
  readonly machine: ServerWithRelay<RelayEvent, RelayStatus>;
  readonly sink = new RecordingSink<ServerSocket, ServerEvent | RelayEvent>();

  constructor() {
    const relay = new Relay({
      globalUnicast: S1.globalUnicast,
      random: (bytes) => bytes.fill(0x5a),
      serves: [{ address: ip6("2001:db8::"), length: 32 }],
      ownAddresses: [s1, s1Secondary],
    });
    this.machine = new ServerWithRelay(S1, relay);
  }

  receive(payload: Uint8Array, from: Endpoint, now = 0, via: ServerSocket = "primary"): this {
    this.sink.clear();
    this.machine.handleDatagram(payload, from, via, now, this.sink);
    return this;
  }

  fromNative(packet: Uint8Array, now = 0): this {
    this.sink.clear();
    this.machine.handlePacket(packet, now, this.sink);
    return this;
  }

  /** Where datagrams went, and from which socket. */
  get ways(): string[] {
    return this.sink.datagrams.map(({ to, via }) => `${via} > ${formatEndpoint(to)}`);
  }
}

function echo(source: Uint8Array, destination: Uint8Array, length = 16): Uint8Array {
  const type = Icmpv6Type.ECHO_REQUEST;
  const data = new Uint8Array(length);
  return encodeEcho({ type, source, destination, identifier: 1, sequence: 1, data });
}

/** The relay has found A, whose server is this one. */
function acquainted(): Both {
  const both = new Both().fromNative(echo(host, addressOfA));
  const { bytes } = both.sink.datagrams[0]!;
  const packet = parseTeredoPacket(bytes);
  if (typeof packet === "string") throw new Error(packet);
  return both.receive(encodeBubble(addressOfA, sourceOf(packet.ipv6)), a);
}

Deno.test("S-30: what a server does, it does beside a relay as well", () => {
  const both = new Both();
  assertEquals(both.receive(SOLICITATION, a).ways, ["primary > 192.0.2.1:4096"]);
  assertEquals(both.receive(vector("V11").payload, ACTORS.relay).ways, [
    "primary > 192.0.2.1:4096",
  ]);
  assertEquals(both.receive(vector("V14").payload, a).sink.packets.length, 1);
  const { server } = both.machine.status(0);
  assertEquals(server.solicitationsAnswered, 1);
  assertEquals(server.bubblesForwarded, 1);
  assertEquals(server.echoesForwarded, 1);
});

Deno.test("S-30: a bubble of the relay to a client of this server goes straight to the client", () => {
  const both = new Both().fromNative(echo(host, addressOfA));
  assertEquals(both.ways, ["primary > 192.0.2.1:4096"]);
  const packet = parseTeredoPacket(both.sink.datagrams[0]!.bytes);
  assertEquals(typeof packet === "string" ? packet : packet.origin, S1_SOCKET);
});

Deno.test("S-30: a bubble of the relay to a client of another server goes to that server", () => {
  const both = new Both().fromNative(echo(host, addressOfB));
  assertEquals(both.ways, ["primary > 198.51.100.118:3544"]);
});

Deno.test("S-30: the client's bubble reaches the relay, which sends what waited", () => {
  const both = acquainted();
  assertEquals(both.ways, ["primary > 192.0.2.1:4096"]);
  assertEquals(isEcho(both.sink.datagrams[0]!.bytes), true);
  assertEquals(both.sink.packets, []);
});

Deno.test("S-30: the client's bubble reaches a relay with a global address, too", () => {
  const both = new Both().fromNative(echo(host, addressOfA));
  assertEquals(both.receive(encodeBubble(addressOfA, host), a).ways, ["primary > 192.0.2.1:4096"]);
});

Deno.test("S-30: data of a client that the relay knows is relayed", () => {
  const both = acquainted();
  const data = echo(addressOfA, host, 1000);
  assertEquals(both.receive(data, a).sink.packets, [data]);
  const tcp = data.slice();
  tcp[6] = 6;
  assertEquals(both.receive(tcp, a).sink.packets, [tcp]);
});

Deno.test("S-30: echoes of a client that the relay knows are not the server's to limit", () => {
  const both = acquainted();
  for (let i = 0; i < 100; i++) {
    assertEquals(both.receive(echo(addressOfA, host), a).sink.drops, []);
  }
  assertEquals(both.machine.status(0).server.echoesForwarded, 0);
});

Deno.test("S-30: data of a client that the relay does not know is dropped by the relay's rules", () => {
  const both = new Both();
  const data = echo(addressOfB, host, 1000);
  assertEquals(both.receive(data, b).sink.drops, ["peer_not_trusted"]);
  assertEquals(both.receive(data, a).sink.drops, ["source_mismatch"]);
  const test = echo(addressOfB, host);
  setHopLimit(test, 64);
  assertEquals(both.receive(test, b).sink.packets.length, 1);
});

Deno.test("S-30: the relay has the primary socket only", () => {
  const both = acquainted();
  const { drops } = both.receive(echo(addressOfA, host, 1000), a, 0, "secondary").sink;
  assertEquals(drops, ["icmpv6_too_long"]);
});

Deno.test("S-30: the relay's timer repeats its bubble", () => {
  const both = new Both().fromNative(echo(host, addressOfA)).fromNative(echo(host, addressOfA));
  const due = both.machine.nextTimer();
  assertEquals(due > 0 && due < 3000, true);
  both.sink.clear();
  both.machine.handleTimer(due, both.sink);
  assertEquals(both.ways, ["primary > 192.0.2.1:4096"]);
  assertEquals(both.machine.status(due).relay.peers.length, 1);
});

Deno.test("S-30: a client behind a symmetric NAT is found by its answer to the relay beside", () => {
  const both = new Both().fromNative(echo(host, addressOfB));
  const bubble = parseTeredoPacket(both.sink.datagrams[0]!.bytes);
  if (typeof bubble === "string") throw new Error(bubble);
  const elsewhere = at("192.0.2.77:9999");
  assertEquals(both.receive(echo(addressOfB, host), elsewhere).sink.drops, ["source_mismatch"]);
  both.receive(encodeBubble(addressOfB, sourceOf(bubble.ipv6)), elsewhere);
  assertEquals(both.ways, ["primary > 192.0.2.77:9999"]);
  assertEquals(both.receive(echo(addressOfB, host), elsewhere).sink.packets.length, 1);
});
