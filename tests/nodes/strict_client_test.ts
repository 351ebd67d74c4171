/** A client that insists on exact lengths, through sockets, with our server, relay and client. */
import { assert, assertEquals } from "@std/assert";
import { TeredoRelay } from "../../nodes/teredo_relay.ts";
import { encodeEcho, Icmpv6Type, isEchoReply, isEchoRequest } from "../../wire/icmpv6.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";
import { parseIpv6 } from "../../wire/ipv6_address.ts";
import { isTeredo } from "../../wire/teredo_address.ts";
import { seededRandom } from "../sim/seeded_random.ts";
import { StrictClient, type StrictEvent } from "../sim/strict_client.ts";
import { echoReply } from "../echo_reply.ts";
import { linkTo, loopbackTest, PRIMARY, startClient, startServer } from "./loopback.ts";
import { MachineOnSocket } from "./machine_on_socket.ts";

const NATIVE = parseIpv6("2001:db8::7")!;

/** The double on a socket; it lets in what it has called, as a port-restricted NAT would. */
function startStrict() {
  const machine = new StrictClient(parseIpv4(PRIMARY)!, seededRandom("strict"));
  const socket = new MachineOnSocket<StrictEvent>("127.41.0.9", machine);
  const qualified = socket.until(() => socket.events[0]?.address);
  return { machine, socket, qualified };
}

function echo(source: Uint8Array, destination: Uint8Array): Uint8Array {
  const type = Icmpv6Type.ECHO_REQUEST;
  return encodeEcho({ type, source, destination, identifier: 1, sequence: 1, data: NATIVE });
}

loopbackTest(
  "P-10, X-01: a strict client qualifies, and ours reaches it by its second bubble",
  async () => {
    await using _server = await startServer();
    await using client = await startClient("127.41.0.3");
    const { machine, socket, qualified } = startStrict();
    await using _socket = socket;
    const strict = await qualified;
    const ours = await client.qualified;
    client.send(echo(ours, strict));
    const request = await socket.until(() => socket.packets.find(isEchoRequest));
    assertEquals(request, echo(ours, strict));
    assert(machine.inexact > 0, "The first bubble has a nonce");
    assertEquals(client.status().peers.map(({ path }) => path), ["direct"]);
  },
);

loopbackTest("P-10: a strict client reaches ours at once", async () => {
  await using _server = await startServer();
  await using client = await startClient("127.41.0.3");
  const { machine, socket, qualified } = startStrict();
  await using _socket = socket;
  const [strict, ours] = [await qualified, await client.qualified];
  (async () => {
    for await (const request of client.packets) client.send(echoReply(request));
  })();
  socket.send(echo(strict, ours));
  await socket.until(() => socket.packets.find(isEchoReply));
  assertEquals(machine.inexact, 0);
});

loopbackTest(
  "R-05, R-07: a strict client and a native host reach each other through a relay",
  async () => {
    const bind = parseIpv4("127.41.0.5")!;
    await using relay = await TeredoRelay.start({ network: "loopback", bind });
    // What the server sends to native hosts, the client's connectivity test, comes back by the relay.
    const link = linkTo((request) => relay.send(echoReply(request)));
    await using _server = await startServer({ host: () => ({ link, [Symbol.dispose]() {} }) });
    const { machine, socket, qualified } = startStrict();
    await using _socket = socket;
    const strict = await qualified;
    (async () => {
      for await (const packet of relay.packets) {
        if (isEchoRequest(packet) && isTeredo(packet, 8)) relay.send(echoReply(packet));
      }
    })();
    relay.send(echo(NATIVE, strict));
    const request = await socket.until(() => socket.packets.find(isEchoRequest));
    assertEquals(request, echo(NATIVE, strict));
    socket.send(echo(strict, NATIVE));
    await socket.until(() => socket.packets.find(isEchoReply));
    assertEquals(machine.inexact, 0);
  },
);
