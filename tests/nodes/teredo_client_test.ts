import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ClientEvent } from "../../client/client_event.ts";
import type { HostLink } from "../../io/host/host_link.ts";
import { ListenError } from "../../nodes/listen_error.ts";
import type { TeredoClient } from "../../nodes/teredo_client.ts";
import { UDP_MODES } from "../../nodes/udp_mode.ts";
import { addressOf, portOf } from "../../wire/endpoint.ts";
import { encodeEcho, Icmpv6Type } from "../../wire/icmpv6.ts";
import { formatIpv4 } from "../../wire/ipv4_address.ts";
import { isSameIpv6 } from "../../wire/ipv6_address.ts";
import { decodeTeredoAddress } from "../../wire/teredo_address.ts";
import { echoReply } from "../echo_reply.ts";
import { linkTo, loopbackTest, next, startClient, startServer } from "./loopback.ts";

function echoRequest(source: Uint8Array, destination: Uint8Array): Uint8Array {
  return encodeEcho({
    type: Icmpv6Type.ECHO_REQUEST,
    source,
    destination,
    identifier: 1,
    sequence: 1,
    data: new Uint8Array(8),
  });
}

for (const udp of UDP_MODES) {
  loopbackTest(
    `a server and two clients on one host exchange a packet, by UDP "${udp}"`,
    async () => {
      await using server = await startServer({ udp });
      await using alice = await startClient("127.41.0.3", { udp });
      await using bob = await startClient("127.41.0.4", { udp });
      const [from, to] = await Promise.all([alice.qualified, bob.qualified]);
      const { mapping } = decodeTeredoAddress(from)!;
      assertEquals(formatIpv4(addressOf(mapping)), "127.41.0.3");
      assertEquals(portOf(mapping), portOf(alice.local));

      const request = echoRequest(from, to);
      alice.send(request);
      assertEquals(await next(bob.packets), request);
      const [peer] = bob.status().peers;
      assert(isSameIpv6(peer!.address, 0, from));
      const status = server.status();
      assertEquals(status.role === "server" && status.solicitationsAnswered, 4);
    },
  );
}

loopbackTest(
  "X-05: with all extensions, a client qualifies by two solicitations and nothing else",
  async () => {
    await using server = await startServer();
    const sent: number[] = [];
    await using client: TeredoClient = await startClient("127.41.0.3", {
      onEvent: ({ type }) =>
        void (type === "qualified" && sent.push(client.counters.datagramsSent)),
    });
    await client.qualified;
    assertEquals(sent, [2]);
    const status = server.status();
    assertEquals(status.role === "server" && status.solicitationsAnswered, 2);
  },
);

loopbackTest("a client pings another, and the stranger's packet reaches nobody", async () => {
  await using _server = await startServer();
  await using alice = await startClient("127.41.0.3");
  await using bob = await startClient("127.41.0.4");
  const [from, to] = await Promise.all([alice.qualified, bob.qualified]);
  const answering = next(bob.packets).then((request) => bob.send(echoReply(request)));
  assertEquals(await Promise.all([alice.ping(to, 10_000), answering]), ["answered", undefined]);

  // Not Alice's address: her client does not send in somebody else's name.
  const { datagramsSent } = alice.counters;
  alice.send(echoRequest(to, from));
  assertEquals(alice.counters.datagramsSent, datagramsSent);
});

loopbackTest("a ping to where a client sends nothing is refused, and not waited for", async () => {
  await using _server = await startServer();
  await using alice = await startClient("127.41.0.3");
  const own = await alice.qualified;
  const link = own.slice();
  link.set([0xfe, 0x80, 0, 0]);
  const multicast = new Uint8Array(16).fill(0xff);
  for (const destination of [own, link, multicast]) {
    assertEquals(await alice.ping(destination, 10_000), "refused");
  }
});

loopbackTest("a client tells its own way to the host of its address, and closes it", async () => {
  await using _server = await startServer();
  const told: string[] = [];
  const link = linkTo(() => {});
  const client = await startClient("127.41.0.3", {
    host: () => ({
      link,
      up: (_address, mtu) => void told.push(`up ${mtu}`),
      [Symbol.dispose]: () => void told.push("closed"),
    }),
  });
  await client.qualified;
  assertEquals(told, ["up 1280"]);
  assertEquals(await Array.fromAsync(client.packets), []);
  await client.close();
  assertEquals(told, ["up 1280", "closed"]);
});

loopbackTest("a client that closes ends its packets, and its ports are free", async () => {
  await using _server = await startServer();
  const events: ClientEvent["type"][] = [];
  const client = await startClient("127.41.0.3", { onEvent: ({ type }) => void events.push(type) });
  const port = portOf(client.local);
  await client.qualified;
  const packets = Array.fromAsync(client.packets);
  await client.close();
  await client.close();
  assertEquals(await packets, []);
  assertEquals(events, ["qualifying", "qualified"]);
  await using _again = await startClient("127.41.0.3", { port });
});

loopbackTest(
  "a client ends with its signal, and whoever waits for its address learns of it",
  async () => {
    const ending = new AbortController();
    // Nobody answers there.
    const client = await startClient("127.41.0.3", {
      servers: [{ primary: "127.41.0.9" }],
      signal: ending.signal,
    });
    const waiting = assertRejects(() => client.qualified, Error, "The Teredo client has ended");
    ending.abort();
    await client.finished;
    await waiting;
  },
);

loopbackTest("nothing stays open where a client cannot be started", async () => {
  await assertRejects(
    () => startClient("127.41.0.3", { servers: [{ primary: "192.0.2.1" }] }),
    RangeError,
    "Cannot use the server at 192.0.2.1",
  );
  const reason = new Error("no more");
  await assertRejects(
    () => startClient("127.41.0.3", { signal: AbortSignal.abort(reason) }),
    Error,
    reason.message,
  );
  await using client = await startClient("127.41.0.3");
  const port = portOf(client.local);
  const taken = await assertRejects(() => startClient("127.41.0.3", { port }), ListenError);
  assertEquals(taken.obstacle, "in_use");
});

loopbackTest("a failure ends the client, and is told by its end and by its packets", async () => {
  const failure = new Error("the interface was deleted");
  const link: HostLink = {
    write: () => true,
    flush() {},
    run: () => Promise.reject(failure),
  };
  const client = await startClient("127.41.0.3", {
    host: () => ({ link, [Symbol.dispose]() {} }),
  });
  await assertRejects(() => client.finished, Error, failure.message);
  await client.close();
});
