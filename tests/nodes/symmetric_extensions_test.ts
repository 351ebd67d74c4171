/**
 * RFC 6081 §5.3 to §5.5 through sockets: a client of ours that believes to be behind a symmetric
 * NAT, and a server and a peer that this test plays.
 */
import { assert, assertEquals } from "@std/assert";
import type { Extension } from "../../client/extensions.ts";
import { TeredoClient } from "../../nodes/teredo_client.ts";
import { addressOf, type Endpoint, endpoint, portOf } from "../../wire/endpoint.ts";
import { encodeEcho, Icmpv6Type } from "../../wire/icmpv6.ts";
import { formatIpv4, parseIpv4 } from "../../wire/ipv4_address.ts";
import { mappingOf } from "../../wire/teredo_address.ts";
import { encodeTrailers } from "../../wire/trailers.ts";
import { loopbackTest } from "./loopback.ts";
import { Listener, Peer, ScriptedServer, type Sees } from "./scripted_server.ts";

/** Each run and each stage has its own network, as the servers' port is fixed. */
const RUN = `127.${64 + Math.floor(Math.random() * 64)}`;
let stages = Math.floor(Math.random() * 200);

/** A client, its server, and a peer. */
interface Stage extends AsyncDisposable {
  /** The first three octets of all their addresses. */
  readonly network: string;
  readonly server: ScriptedServer;
  readonly client: TeredoClient;
  readonly address: Uint8Array;
  readonly peer: Peer;
  /** Settles when the client reaches the peer at a place. */
  reached(place: Endpoint): Promise<void>;
}

async function stage(sees: Sees, extensions?: readonly Extension[]): Promise<Stage> {
  const network = `${RUN}.${stages++}`;
  const server = new ScriptedServer(network, sees);
  const places = new Map<Endpoint, PromiseWithResolvers<void>>();
  const placeOf = (place: Endpoint) => {
    if (!places.has(place)) places.set(place, Promise.withResolvers());
    return places.get(place)!;
  };
  const client = await TeredoClient.start({
    servers: [{ primary: formatIpv4(server.primary) }],
    network: "loopback",
    bind: parseIpv4(`${network}.3`)!,
    extensions,
    onEvent(event) {
      if (event.type === "peer_reached") placeOf(event.mapping).resolve();
    },
  });
  const address = await client.qualified;
  const peer = new Peer(`${network}.9`, server.primary);
  return {
    ...{ network, server, client, address, peer },
    reached: (place) => placeOf(place).promise,
    async [Symbol.asyncDispose]() {
      await client.close();
      server[Symbol.dispose]();
      peer[Symbol.dispose]();
    },
  };
}

/** A NAT that keeps the ports of what goes to the primary address, and replaces the others. */
const preserving: Sees = (from, which) =>
  which === "primary" ? from : endpoint(addressOf(from), portOf(from) ^ 1);

/** A NAT that counts: the random port that is tested gets 1200, 1201 and 1202. */
function counting(): Sees {
  let service: Endpoint | undefined;
  return (from, which) => {
    service ??= from;
    const first = from === service ? 40_000 : 1_200;
    return endpoint(addressOf(from), which === "primary" ? first : first + 2);
  };
}

function send({ client, address, peer }: Stage): void {
  client.send(encodeEcho({
    ...{ type: Icmpv6Type.ECHO_REQUEST, source: address, destination: peer.address },
    ...{ identifier: 1, sequence: 1, data: new Uint8Array(8) },
  }));
}

/** Whether something is data. */
const isData = ({ packet }: { packet: { ipv6: Uint8Array } }) => packet.ipv6.length > 40;

loopbackTest(
  "X-09, X-10: a client opens a port for a peer and advertises it, if the NAT keeps its port",
  async () => {
    await using it = await stage(preserving);
    send(it);
    const { nonce, randomPort } = (await it.server.nextBubble()).trailers;
    assert(randomPort !== undefined && randomPort !== portOf(it.client.local));
    assertEquals(typeof nonce, "number");
    // The port is open: what comes there gets an answer from there.
    const at = endpoint(addressOf(it.client.local), randomPort);
    const direct = await it.peer.next();
    assertEquals([direct.from, direct.trailers], [it.client.local, {}]);
    await it.peer.bubble(it.address, at);
    const answer = await it.peer.next();
    assertEquals([answer.from, isData(answer)], [at, true]);
  },
);

loopbackTest("X-09, X-10: elsewhere, and without the extension, it advertises none", async () => {
  const replacing: Sees = (from, which) =>
    endpoint(addressOf(from), which === "primary" ? 50_000 : 40_000);
  for (const [sees, extensions] of [[replacing], [preserving, ["symmetric"]]] as const) {
    await using it = await stage(sees, extensions);
    send(it);
    assertEquals((await it.server.nextBubble()).trailers.randomPort, undefined);
  }
});

loopbackTest(
  "X-11, X-12: the peer's random port is adopted, trusted, and given up for its service port",
  async () => {
    await using it = await stage(preserving);
    const { server, client, peer, address } = it;
    using random = new Listener(`${it.network}.9`);
    send(it);
    const { nonce, randomPort } = (await server.nextBubble()).trailers;
    const at = endpoint(addressOf(client.local), randomPort!);
    // Adopted: the first packet from the random port goes to the peer's.
    await server.introduce(peer, address, client.local, {
      nonce: 7,
      randomPort: portOf(random.at),
    });
    const first = await random.next();
    assertEquals([first.from, first.trailers], [at, { nonce: 7, randomPort }]);
    // Trusted: data goes from there to there.
    await peer.bubbleFrom(random, address, at, { nonce });
    const data = await random.next();
    assertEquals([data.from, isData(data)], [at, true]);
    assertEquals(client.status().peers[0]!.path, "random_port");
    // Another random port is ignored, as the peer has just been heard.
    await server.introduce(peer, address, client.local, { nonce: 8, randomPort: 9 });
    // Given up for the service port, at which the peer turns out to be heard, and proves to be.
    await peer.bubble(address, client.local, { nonce });
    await it.reached(peer.at);
    send(it);
    let arrived = await peer.next();
    while (!isData(arrived)) arrived = await peer.next();
    assertEquals(arrived.from, client.local);
  },
);

loopbackTest(
  "X-14: solicitation, bubble, solicitation leave one port; 1200 and 1202 advertise 1201",
  async () => {
    await using it = await stage(counting());
    const { server, client, peer } = it;
    send(it);
    const { trailers } = await server.nextBubble();
    assertEquals(trailers.randomPort, 1201);
    const [lower, upper] = server.solicitations.slice(-2);
    assertEquals(new Set([lower!.which, upper!.which]), new Set(["primary", "secondary"]));
    assertEquals(lower!.from, upper!.from);
    const [direct, opening] = [await peer.next(), await peer.next()];
    assertEquals([direct.from, opening.from], [client.local, lower!.from]);
    await peer.bubble(it.address, lower!.from);
    await it.reached(peer.at);
    assertEquals(client.status().peers[0]!.path, "echo_test");
  },
);

loopbackTest(
  "X-15: an Echo Test without answers is repeated once, and then a plain indirect bubble goes out",
  async () => {
    const sees = counting();
    let service: Endpoint | undefined;
    await using it = await stage((from, which) =>
      from === (service ??= from) ? sees(from, which) : undefined
    );
    const { server } = it;
    const before = server.solicitations.length;
    send(it);
    const begun = performance.now();
    // The second attempt of the search does not wait for the test.
    let last = await server.nextBubble();
    while (performance.now() - begun < 2_900) last = await server.nextBubble();
    assertEquals(last.trailers.randomPort, undefined);
    const asked = server.solicitations.slice(before);
    assertEquals(asked.map(({ which }) => which).sort(), [
      ...["primary", "primary"],
      ...["secondary", "secondary"],
    ]);
    assertEquals(new Set(asked.map(({ from }) => from)).size, 2);
  },
);

loopbackTest(
  "X-07: with a mapped port, data goes to the mapping in a peer's address, wherever the peer is heard from",
  async () => {
    await using it = await stage(preserving, ["mapped-port"]);
    const { server, client, peer, address } = it;
    using elsewhere = new Listener(`${it.network}.9`);
    client.useMapping(mappingOf(address));
    send(it);
    const { nonce } = (await server.nextBubble()).trailers;
    await server.introduce(peer, address, client.local, { nonce: 7 });
    await peer.bubbleFrom(elsewhere, address, client.local, { nonce });
    let arrived = await peer.next();
    while (!isData(arrived)) arrived = await peer.next();
    assertEquals(arrived.from, client.local);
    const { path, mapping } = client.status().peers[0]!;
    assertEquals([path, mapping], ["mapped_port", peer.at]);
  },
);

loopbackTest(
  "X-06, X-16: a mapped port that the server does not see is told; one that it sees counts as none",
  async () => {
    await using it = await stage(preserving);
    const { server, client, address } = it;
    const mapping = mappingOf(address);
    for (const [outside, isTold] of [[mapping, false], [mapping + 1, true]] as const) {
      client.useMapping(outside as Endpoint);
      using peer = new Peer(`${it.network}.9`, server.primary);
      send({ ...it, peer });
      let bubble = await server.nextBubble();
      while (!bubble.packet.ipv6.slice(24, 40).every((octet, i) => octet === peer.address[i])) {
        bubble = await server.nextBubble();
      }
      // No client believes a loopback address in a trailer, so this one is looked for as octets.
      const sent = bubble.packet.trailers.toHex();
      const list = encodeTrailers({ alternateAddresses: [(mapping + 1) as Endpoint] }).toHex();
      assertEquals(sent.includes(list), isTold);
    }
  },
);
