import { assertEquals, assertRejects } from "@std/assert";
import type { ClientEvent } from "../../client/client_event.ts";
import { RecordedUdp } from "../../cli/daemon/recording/recorded_udp.ts";
import { PcapFile } from "../../cli/daemon/recording/pcap_file.ts";
import type { HostLink, PacketReceiver } from "../../io/host/host_link.ts";
import { aborted } from "../../io/run_together.ts";
import { ListenError } from "../../nodes/listen_error.ts";
import { RELAY_LIMITS } from "../../relay/relay_limits.ts";
import { SecretTable } from "../../server/secret_store.ts";
import { endpoint } from "../../wire/endpoint.ts";
import { encodeEcho, Icmpv6Type } from "../../wire/icmpv6.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";
import { parseIpv6 } from "../../wire/ipv6_address.ts";
import { encodeTeredoAddress } from "../../wire/teredo_address.ts";
import { namespaceTest, run } from "../ffi/namespace.ts";
import { SOLICITATION } from "../server/server_fixture.ts";
import { linkTo, loopbackTest, PRIMARY, startClient, startServer } from "./loopback.ts";

loopbackTest("a server tells what it did, by numbers and by its status", async () => {
  await using server = await startServer({ advertisedMtu: 1400 });
  await using client = await startClient("127.41.0.3", { mtu: 1500 });
  await client.qualified;
  const status = server.status();
  assertEquals(status.role === "server" && status.solicitationsAnswered, 2);
  assertEquals(server.counters.datagramsReceived, 2);
  assertEquals(server.counters.datagramsSent, 2);
  assertEquals(client.status().mtu, 1400);
});

loopbackTest("a server goes on by other settings", async () => {
  await using server = await startServer();
  const known = { identifier: Uint8Array.of(1), secret: Uint8Array.of(2, 3, 4) };
  server.reconfigure({
    secrets: new SecretTable([[known.identifier, { secret: known.secret, retired: false }]]),
  });
  await using client = await startClient("127.41.0.3", { credentials: known });
  await client.qualified;
  const status = server.status();
  assertEquals(status.role === "server" && status.secure, true);
});

loopbackTest("a server's relay goes on with other limits", async () => {
  const running = Promise.withResolvers<PacketReceiver>();
  const link: HostLink = {
    ...linkTo(() => {}),
    run(receiver, signal) {
      running.resolve(receiver);
      return aborted(signal);
    },
  };
  await using server = await startServer({
    relay: { host: () => ({ link, [Symbol.dispose]() {} }) },
  });
  const receiver = await running.promise;
  // The relay looks for each of these clients, which don't exist.
  const send = (firstPort: number) => {
    for (let port = firstPort; port < firstPort + 5; port++) {
      receiver.packet(toNobody(port));
    }
    receiver.end();
    const status = server.status();
    return status.role === "server+relay" && status.relay.peers.length;
  };
  assertEquals(send(1_001), 5);
  server.reconfigure({
    relayLimits: { ...RELAY_LIMITS, newClientsInTotal: { perSecond: 1, burst: 2 } },
  });
  assertEquals(send(2_001), 7);
});

/** A packet from a native host to a client that doesn't exist. */
function toNobody(port: number): Uint8Array {
  return encodeEcho({
    type: Icmpv6Type.ECHO_REQUEST,
    source: parseIpv6("2001:db8::7")!,
    destination: encodeTeredoAddress({
      server: parseIpv4("127.41.0.9")!,
      flags: 0,
      mapping: endpoint(parseIpv4("127.41.0.8")!, port),
    }),
    identifier: 1,
    sequence: 1,
    data: new Uint8Array(56),
  });
}

loopbackTest("a client turns to other servers, and their names are remembered", async () => {
  await using _server = await startServer();
  const events: ClientEvent["type"][] = [];
  await using client = await startClient("127.41.0.3", {
    servers: [{ primary: "127.41.0.9" }],
    onEvent: ({ type }) => void events.push(type),
  });
  await client.useServers([{ primary: "127.41.0.1", secondary: "127.41.0.2" }]);
  await client.qualified;
  assertEquals(client.nameOf(parseIpv4("127.41.0.1")!), "127.41.0.1");
  assertEquals(client.status().server.secondary, parseIpv4("127.41.0.2"));
});

loopbackTest("what taps the sockets sees all that passes them", async () => {
  let octets = 0;
  const file = new PcapFile((bytes) => void (octets += bytes.length), () => {});
  await using _server = await startServer({
    tap: (socket) => new RecordedUdp(socket, file, parseIpv4("127.0.0.1")!),
  });
  const before = octets;
  await using client = await startClient("127.41.0.3");
  await client.qualified;
  file.flush();
  assertEquals(octets > before, true);
});

loopbackTest("a second server at the same address is refused, and the first goes on", async () => {
  await using _server = await startServer();
  const taken = await assertRejects(() => startServer(), ListenError);
  assertEquals(taken.obstacle, "in_use");
  await using client = await startClient("127.41.0.3");
  await client.qualified;
});

namespaceTest(
  import.meta.url,
  "a server takes no part in a loop through an address that its host got later",
  ["ip"],
  async () => {
    run("ip", "link", "set", "lo", "up");
    const changed = Promise.withResolvers<void>();
    await using server = await startServer({ onNetworkChange: changed.resolve });
    const to = { transport: "udp", hostname: PRIMARY, port: 3544 } as const;
    using sockets = new DisposableStack();
    const from = (port: number) => {
      const at = { transport: "udp", hostname: "127.41.0.9", port } as const;
      return sockets.adopt(Deno.listenDatagram(at), (socket) => socket.close());
    };
    const itsPort = from(3544);
    const otherPort = from(3545);
    /** An answer to the second of them shows that the server has handled both. */
    const solicitFromBoth = async () => {
      await itsPort.send(SOLICITATION, to);
      await otherPort.send(SOLICITATION, to);
      await otherPort.receive();
      return server.counters.dropped("loop");
    };
    assertEquals(await solicitFromBoth(), 0);
    run("ip", "address", "add", "127.41.0.9/32", "dev", "lo");
    await changed.promise;
    assertEquals(await solicitFromBoth(), 1);
    server.reconfigure({});
    assertEquals(await solicitFromBoth(), 2);
  },
);
