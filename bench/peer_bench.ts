/**
 * What a relay's look-up of a client costs, for as many clients as there may be: in the packets of
 * the fast path, and in a flood that has them make room for one another.
 *
 * @module
 */

import { Relay } from "../relay/relay.ts";
import { RELAY_LIMITS } from "../relay/relay_limits.ts";
import { type Endpoint, endpoint } from "../wire/endpoint.ts";
import { GlobalUnicast } from "../wire/global_unicast.ts";
import { ipv4Address } from "../wire/ipv4_address.ts";
import { DESTINATION, NextHeader, SOURCE } from "../wire/ipv6_header.ts";
import { setU16, setU32 } from "../memory/octets.ts";
import { encodeTeredoAddress, mappingOf } from "../wire/teredo_address.ts";

const SERVER = ipv4Address(0x53010101);
const CLIENTS = 0x54000000;
const NATIVE = Uint8Array.of(0x2a, ...new Uint8Array(14), 1);
const NOW = 1_000_000;
const SILENT = { datagram() {}, packet() {}, event() {}, drop() {} };

/** A relay that knows `count` clients, and packets to and from one after the other in no order. */
class Exchange {
  readonly relay: Relay;
  readonly toClient = udpPacket(SOURCE, NATIVE);
  readonly fromClient = udpPacket(DESTINATION, NATIVE);
  readonly #addresses: Uint8Array;
  #next = 0;

  constructor(count: number) {
    this.relay = new Relay({
      globalUnicast: new GlobalUnicast("rfc4380"),
      random: (bytes) => void crypto.getRandomValues(bytes),
      ...{ serves: [{ address: NATIVE, length: 16 }], ownAddresses: [] },
      ...{ acceptUnknown: true, maxPeers: count },
      limits: { ...RELAY_LIMITS, newClientsPerSite: undefined, bubblesPerServer: undefined },
    });
    this.#addresses = new Uint8Array(16 * count);
    // An odd stride visits all of a power of two.
    for (let i = 0; i < count; i++) {
      this.#addresses.set(addressOfClient((i * 40_503) % count), 16 * i);
    }
    for (let i = 0; i < count; i++) {
      const from = this.step();
      this.relay.handleDatagram(this.fromClient, from, "service", NOW, SILENT);
    }
  }

  /** Writes the next client into both packets, and tells where that is. */
  step(): Endpoint {
    const at = this.#next;
    this.#next = (at + 16) % this.#addresses.length;
    for (let i = 0; i < 16; i++) {
      const octet = this.#addresses[at + i]!;
      this.fromClient[SOURCE + i] = octet;
      this.toClient[DESTINATION + i] = octet;
    }
    return mappingOf(this.fromClient, SOURCE);
  }
}

function addressOfClient(i: number): Uint8Array {
  const mapping = endpoint(ipv4Address(CLIENTS + (i >> 8)), 1024 + (i & 0xff));
  return encodeTeredoAddress({ server: SERVER, flags: 0, mapping });
}

/** A UDP datagram without data and with one of its addresses. */
function udpPacket(offset: number, address: Uint8Array): Uint8Array {
  const packet = new Uint8Array(48);
  packet[0] = 0x60;
  setU16(packet, 4, 8);
  packet[6] = NextHeader.UDP;
  packet.set(address, offset);
  return packet;
}

for (const count of [1, 1024, 65_536]) {
  const exchange = new Exchange(count);
  const { relay, toClient, fromClient } = exchange;
  const group = `${count} clients`;

  Deno.bench(`route, ${group}`, { group }, () => {
    exchange.step();
    if (relay.route(toClient, NOW) === undefined) throw new Error("The client is not known");
  });

  Deno.bench(`admit, ${group}`, { group }, () => {
    const from = exchange.step();
    if (!relay.admit(fromClient, from, NOW)) throw new Error("The client is not known");
  });
}

const { relay, toClient } = new Exchange(65_536);
let stranger = 0;

Deno.bench("a packet to a stranger, 65,536 clients", () => {
  // Any flags and port are as good as others.
  setU32(toClient, DESTINATION + 8, (++stranger * 0x9e3779b1) >>> 0);
  relay.handlePacket(toClient, NOW, SILENT);
});
