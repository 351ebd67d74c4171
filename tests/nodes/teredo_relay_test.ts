import { assertEquals, assertRejects } from "@std/assert";
import type { HostLink, PacketReceiver } from "../../io/host/host_link.ts";
import { aborted } from "../../io/run_together.ts";
import { servedBy } from "../../nodes/host/relay_host.ts";
import { TeredoRelay } from "../../nodes/teredo_relay.ts";
import { parseEndpoint, portOf } from "../../wire/endpoint.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";
import { parseIpv6 } from "../../wire/ipv6_address.ts";
import { echoReply } from "../echo_reply.ts";
import { linkTo, loopbackTest, next, startClient, startServer } from "./loopback.ts";

const NATIVE = parseIpv6("2001:db8::7")!;

loopbackTest("a client reaches a native host, which is the relay's own program", async () => {
  await using relay = await TeredoRelay.start({
    network: "loopback",
    bind: parseIpv4("127.41.0.5")!,
  });
  // What the server sends to native hosts, the client's connectivity test, comes back by the relay.
  const link = linkTo((request) => relay.send(echoReply(request)));
  await using _server = await startServer({ host: () => ({ link, [Symbol.dispose]() {} }) });
  await using client = await startClient("127.41.0.3");
  await client.qualified;

  const answering = (async () => {
    for await (const request of relay.packets) relay.send(echoReply(request));
  })();
  assertEquals(await client.ping(NATIVE, 10_000), "answered");
  assertEquals(client.status().peers.map(({ path }) => path), ["relay"]);
  assertEquals(client.status().peers.map(({ mapping }) => mapping), [relay.local]);
  assertEquals(relay.status().peers.map(({ path }) => path), ["direct"]);
  await relay.close();
  await answering;
});

loopbackTest("a client reaches a native host through a relay beside its server", async () => {
  const link = new NativeHost();
  await using server = await startServer({
    relay: { host: () => ({ link, [Symbol.dispose]() {} }) },
  });
  await using client = await startClient("127.41.0.3");
  await client.qualified;
  assertEquals(await client.ping(NATIVE, 10_000), "answered");
  const status = server.status();
  assertEquals(status.role === "server+relay" && status.relay.peers.length, 1);
  assertEquals(client.status().peers.map(({ mapping }) => mapping), [
    parseEndpoint("127.41.0.1:3544"),
  ]);
});

/** A host behind a relay, which answers each echo request. */
class NativeHost implements HostLink {
  #receiver: PacketReceiver | undefined;

  write(ipv6: Uint8Array): boolean {
    const reply = echoReply(ipv6.slice());
    queueMicrotask(() => {
      this.#receiver?.packet(reply);
      this.#receiver?.end();
    });
    return true;
  }

  flush(): void {}

  run(receiver: PacketReceiver, signal: AbortSignal): Promise<void> {
    this.#receiver = receiver;
    return aborted(signal);
  }
}

loopbackTest("a relay gives its port back, and does not start after its signal", async () => {
  const at = { network: "loopback", bind: parseIpv4("127.41.0.5")! } as const;
  const relay = await TeredoRelay.start(at);
  const port = portOf(relay.local);
  const packets = next(relay.packets);
  await relay.close();
  assertEquals(await packets, undefined);
  const signal = AbortSignal.abort(new Error("too late"));
  await assertRejects(() => TeredoRelay.start({ ...at, port, signal }), Error, "too late");
  await using _again = await TeredoRelay.start({ ...at, port });
});

Deno.test("a relay serves the IPv6 Internet, or what it is told", () => {
  const documentation = { address: parseIpv6("2001:db8::")!, length: 32 };
  assertEquals(servedBy({}).map(({ length }) => length), [3]);
  assertEquals(servedBy({ prefix: [documentation] }), [documentation]);
  assertEquals(servedBy({ hostOnly: true }).every(({ length }) => length === 128), true);
});
