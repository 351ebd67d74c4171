/** RFC 6081 through sockets: a client and a server of ours, and a peer that this test plays. */
import { assertEquals } from "@std/assert";
import { encodeBubble } from "../../wire/bubble.ts";
import { TEREDO_PORT } from "../../protocol/constants.ts";
import {
  addressOf,
  type Endpoint,
  endpoint,
  formatEndpoint,
  parseEndpoint,
  portOf,
} from "../../wire/endpoint.ts";
import { formatIpv4, parseIpv4 } from "../../wire/ipv4_address.ts";
import { linkLocal } from "../../wire/ipv6_address.ts";
import { destinationOf, sourceOf } from "../../wire/ipv6_header.ts";
import { encodeTeredoAddress, mappingOf } from "../../wire/teredo_address.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { parseTrailers, type Trailers, withTrailers } from "../../wire/trailers.ts";
import { encodeEcho, Icmpv6Type } from "../../wire/icmpv6.ts";
import { loopbackTest, PRIMARY, startClient, startServer } from "./loopback.ts";

const SERVER = endpoint(parseIpv4(PRIMARY)!, TEREDO_PORT);
const STRANGER = "127.41.0.9";
const ELSEWHERE = "127.41.0.10";

/** A Teredo client without a client: a socket, and the address that belongs to it. */
class Stranger implements Disposable {
  readonly address: Uint8Array;
  readonly #socket: Deno.DatagramConn;

  constructor(hostname: string) {
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
    const { port } = this.#socket.addr as Deno.NetAddr;
    const mapping = endpoint(parseIpv4(hostname)!, port);
    this.address = encodeTeredoAddress({ server: parseIpv4(PRIMARY)!, flags: 0, mapping });
  }

  /** Sends a bubble to a client, through its server or straight to it. */
  async bubble(to: Uint8Array, via: Endpoint, trailers: Trailers | Uint8Array): Promise<void> {
    const bubble = encodeBubble(this.address, to);
    const bytes = trailers instanceof Uint8Array
      ? Uint8Array.from([...bubble, ...trailers])
      : withTrailers(bubble, trailers);
    const [hostname, port] = [formatIpv4(addressOf(via)), portOf(via)];
    await this.#socket.send(bytes, { transport: "udp", hostname, port });
  }

  /** Answers a bubble, at its own source. */
  async answer(bubble: Uint8Array, via: Endpoint): Promise<void> {
    await this.bubble(sourceOf(bubble), via, {});
  }

  /** The trailers of the next datagram that comes, from where it comes, and the packet. */
  async next(): Promise<[from: Endpoint, trailers: Trailers, ipv6: Uint8Array]> {
    const [bytes, { hostname, port }] = await this.#socket.receive() as [Uint8Array, Deno.NetAddr];
    const packet = parseTeredoPacket(bytes);
    if (typeof packet === "string") throw new TypeError(packet);
    const trailers = parseTrailers(packet.trailers) as Trailers;
    return [parseEndpoint(`${hostname}:${port}`)!, trailers, packet.ipv6];
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

loopbackTest(
  "X-01, X-02: a client sends a nonce through the peer's server, and none beside",
  async () => {
    await using _server = await startServer();
    await using client = await startClient("127.41.0.3");
    const source = await client.qualified;
    using stranger = new Stranger(STRANGER);
    const type = Icmpv6Type.ECHO_REQUEST;
    const data = new Uint8Array(8);
    const destination = stranger.address;
    client.send(encodeEcho({ type, source, destination, identifier: 1, sequence: 1, data }));
    const nonces = new Map(
      [await stranger.next(), await stranger.next()].map(([from, trailers]) => [
        formatEndpoint(from),
        typeof trailers.nonce,
      ]),
    );
    assertEquals(
      nonces,
      new Map([[formatEndpoint(client.local), "undefined"], [formatEndpoint(SERVER), "number"]]),
    );
  },
);

loopbackTest(
  "X-02, X-03: a client returns the latest nonce, and none after a bubble without",
  async () => {
    await using _server = await startServer();
    await using client = await startClient("127.41.0.3");
    const address = await client.qualified;
    using stranger = new Stranger(STRANGER);
    for (const nonce of [7, 8, undefined]) {
      await stranger.bubble(address, SERVER, { nonce });
      let answer = await stranger.next();
      // The client sends an indirect bubble of its own to a peer that it has not met.
      while (answer[0] === SERVER) answer = await stranger.next();
      assertEquals([answer[0], answer[1].nonce], [client.local, nonce]);
    }
  },
);

loopbackTest(
  "X-04: a client believes a bubble from elsewhere if it returns its nonce, and only then",
  async () => {
    await using _server = await startServer();
    await using client = await startClient("127.41.0.3");
    const address = await client.qualified;
    using stranger = new Stranger(STRANGER);
    using elsewhere = new Stranger(ELSEWHERE);
    await stranger.bubble(address, SERVER, { nonce: 7 });
    let nonce: number | undefined;
    while (nonce === undefined) {
      const [from, trailers] = await stranger.next();
      if (from === SERVER) nonce = trailers.nonce;
    }
    elsewhere.address.set(stranger.address);
    await elsewhere.bubble(address, client.local, { nonce: (nonce ^ 1) >>> 0 });
    await elsewhere.bubble(address, client.local, { nonce });
    // What comes there shows that the client looks for the peer there now.
    assertEquals((await elsewhere.next())[0], client.local);
    assertEquals(client.counters.dropped("source_mismatch"), 1);
  },
);

loopbackTest(
  "X-04: a client asks one that comes from elsewhere, and believes its answer",
  async () => {
    await using _server = await startServer();
    await using client = await startClient("127.41.0.3");
    const address = await client.qualified;
    using stranger = new Stranger(STRANGER);
    using elsewhere = new Stranger(ELSEWHERE);
    elsewhere.address.set(stranger.address);
    await elsewhere.bubble(address, client.local, {});
    const [from, trailers, question] = await stranger.next();
    assertEquals([from, trailers], [SERVER, {}]);
    assertEquals(client.status().peers, []);
    await elsewhere.answer(question, client.local);
    // The client shows the peer where it is itself.
    assertEquals((await elsewhere.next())[0], client.local);
    assertEquals(client.status().peers.map(({ path }) => path), ["nonce"]);
  },
);

loopbackTest(
  "C-30: a client answers a bubble from a link-local source through its server, and straight",
  async () => {
    await using _server = await startServer();
    await using client = await startClient("127.41.0.3");
    const address = await client.qualified;
    using stranger = new Stranger(STRANGER);
    const anonymous = linkLocal(1, 2);
    stranger.address.set(anonymous);
    for (const via of [SERVER, client.local]) {
      await stranger.bubble(address, via, {});
      const [from, , answer] = await stranger.next();
      assertEquals([from, destinationOf(answer)], [client.local, anonymous]);
    }
  },
);

loopbackTest(
  "X-18: a client drops a bubble with a malformed list of alternate addresses",
  async () => {
    await using _server = await startServer();
    await using client = await startClient("127.41.0.3");
    const address = await client.qualified;
    using stranger = new Stranger(STRANGER);
    await stranger.bubble(address, SERVER, Uint8Array.of(3, 3, 0, 0, 0));
    await stranger.bubble(address, SERVER, { nonce: 7 });
    await stranger.next();
    assertEquals(client.counters.dropped("alternate_address"), 1);
  },
);

loopbackTest("X-21: a client answers a solicitation with an advertisement", async () => {
  await using _server = await startServer();
  await using client = await startClient("127.41.0.3");
  const address = await client.qualified;
  using stranger = new Stranger(STRANGER);
  await stranger.bubble(address, mappingOf(address), { neighborDiscovery: "solicitation" });
  const [from, trailers] = await stranger.next();
  assertEquals([from, trailers], [client.local, { neighborDiscovery: "advertisement" }]);
});
