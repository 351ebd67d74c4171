/**
 * A Teredo server that claims to see whatever mappings a test wants, and the peer of its client:
 * both are sockets of the test. So a client on the loopback interface believes to be behind any NAT.
 *
 * @module
 */
import { TEREDO_PORT } from "../../protocol/constants.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import { addressOf, type Endpoint, endpoint, portOf } from "../../wire/endpoint.ts";
import { formatIpv4, type Ipv4Address, parseIpv4 } from "../../wire/ipv4_address.ts";
import { sourceOf } from "../../wire/ipv6_header.ts";
import { encodeRouterAdvertisement, isRouterSolicitation } from "../../wire/neighbor_discovery.ts";
import {
  CONE_FLAG,
  encodeTeredoAddress,
  encodeTeredoLinkLocal,
  teredoPrefix,
} from "../../wire/teredo_address.ts";
import {
  encodeTeredoPacket,
  parseTeredoPacket,
  type TeredoPacket,
} from "../../wire/teredo_packet.ts";
import { encodeTrailers, parseTrailers, type Trailers } from "../../wire/trailers.ts";

/** A datagram that came to a socket of the test. */
interface Arrived {
  readonly from: Endpoint;
  readonly packet: TeredoPacket;
  readonly trailers: Trailers;
}

/** A UDP socket of a test, whose datagrams are read one by one. */
export class Listener implements Disposable {
  readonly at: Endpoint;
  readonly #socket: Deno.DatagramConn;

  constructor(hostname: string, port = 0) {
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname, port });
    const address = this.#socket.addr as Deno.NetAddr;
    this.at = endpoint(parseIpv4(hostname)!, address.port);
  }

  async send(to: Endpoint, bytes: Uint8Array): Promise<void> {
    const address = { hostname: formatIpv4(addressOf(to)), port: portOf(to) };
    await this.#socket.send(Uint8Array.from(bytes), { transport: "udp", ...address });
  }

  /** The next datagram; rejects when the socket is closed. */
  async next(): Promise<Arrived> {
    const [bytes, sender] = await this.#socket.receive();
    const { hostname, port } = sender as Deno.NetAddr;
    const packet = parseTeredoPacket(bytes.slice());
    if (typeof packet === "string") throw new TypeError(packet);
    const trailers = parseTrailers(packet.trailers) as Trailers;
    return { from: endpoint(parseIpv4(hostname)!, port), packet, trailers };
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

/** Which of the server's addresses was asked. */
type Which = "primary" | "secondary";

/** The mapping that an address of the server sees; `undefined`: it does not answer. */
export type Sees = (from: Endpoint, which: Which) => Endpoint | undefined;

/** The server. What is not a solicitation can be read with {@linkcode ScriptedServer.nextBubble}. */
export class ScriptedServer implements Disposable {
  readonly primary: Ipv4Address;
  readonly #primary: Listener;
  readonly #secondary: Listener;
  readonly #sees: Sees;
  readonly #bubbles = new TransformStream<Arrived, Arrived>(undefined, { highWaterMark: 1000 });
  readonly #reader: ReadableStreamDefaultReader<Arrived>;
  /** Who sent solicitations to which address, in order. */
  readonly solicitations: { readonly from: Endpoint; readonly which: Which }[] = [];

  /** @param network the first three octets of its addresses, `127.41.7` */
  constructor(network: string, sees: Sees) {
    this.primary = parseIpv4(`${network}.1`)!;
    this.#sees = sees;
    this.#primary = new Listener(`${network}.1`, TEREDO_PORT);
    this.#secondary = new Listener(`${network}.2`, TEREDO_PORT);
    this.#reader = this.#bubbles.readable.getReader();
    const writer = this.#bubbles.writable.getWriter();
    for (const which of ["primary", "secondary"] as const) this.#serve(which, writer);
  }

  /** The next bubble that a client sends through the server. */
  async nextBubble(): Promise<Arrived> {
    return (await this.#reader.read()).value!;
  }

  /** Sends a client the indirect bubble of a peer. */
  async introduce(peer: Peer, client: Uint8Array, to: Endpoint, trailers: Trailers): Promise<void> {
    const ipv6 = encodeBubble(peer.address, client);
    const origin = peer.at;
    await this.#primary.send(
      to,
      encodeTeredoPacket({ origin, ipv6, trailers: encodeTrailers(trailers) }),
    );
  }

  [Symbol.dispose](): void {
    this.#primary[Symbol.dispose]();
    this.#secondary[Symbol.dispose]();
  }

  async #serve(which: Which, bubbles: WritableStreamDefaultWriter<Arrived>): Promise<void> {
    const socket = which === "primary" ? this.#primary : this.#secondary;
    try {
      for (;;) {
        const arrived = await socket.next();
        if (isRouterSolicitation(arrived.packet.ipv6)) await this.#answer(arrived, which, socket);
        else await bubbles.write(arrived);
      }
    } catch {
      // The socket is closed.
    }
  }

  async #answer({ from, packet }: Arrived, which: Which, socket: Listener): Promise<void> {
    this.solicitations.push({ from, which });
    const origin = this.#sees(from, which);
    if (origin === undefined) return;
    const ipv6 = encodeRouterAdvertisement({
      source: encodeTeredoLinkLocal(CONE_FLAG, endpoint(this.primary, TEREDO_PORT)),
      destination: sourceOf(packet.ipv6),
      prefix: teredoPrefix(this.primary),
    });
    const { authentication } = packet;
    await socket.send(from, encodeTeredoPacket({ authentication, origin, ipv6 }));
  }
}

/** A Teredo client of that server that the test plays: a socket, and the address that belongs to it. */
export class Peer extends Listener {
  readonly address: Uint8Array;

  constructor(hostname: string, server: Ipv4Address) {
    super(hostname);
    this.address = encodeTeredoAddress({ server, flags: 0, mapping: this.at });
  }

  /** A bubble straight to a client. */
  async bubble(client: Uint8Array, to: Endpoint, trailers: Trailers = {}): Promise<void> {
    await this.#bubbleFrom(this, client, to, trailers);
  }

  /** The same from another socket. */
  async bubbleFrom(
    socket: Listener,
    client: Uint8Array,
    to: Endpoint,
    trailers: Trailers = {},
  ): Promise<void> {
    await this.#bubbleFrom(socket, client, to, trailers);
  }

  async #bubbleFrom(socket: Listener, client: Uint8Array, to: Endpoint, trailers: Trailers) {
    const ipv6 = encodeBubble(this.address, client);
    await socket.send(to, encodeTeredoPacket({ ipv6, trailers: encodeTrailers(trailers) }));
  }
}
