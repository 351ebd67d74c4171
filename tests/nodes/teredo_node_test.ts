/** How nodes live: opened, started, and ended by whatever it may be. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { ClientEvent } from "../../client/client_event.ts";
import type { HostLink } from "../../io/host/host_link.ts";
import { clientTun } from "../../nodes/host/client_tun.ts";
import { relayTun } from "../../nodes/host/relay_tun.ts";
import { TeredoClient } from "../../nodes/teredo_client.ts";
import { TeredoRelay } from "../../nodes/teredo_relay.ts";
import { portOf } from "../../wire/endpoint.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";
import { namespaceTest, run } from "../ffi/namespace.ts";
import { linkTo, loopbackTest, startClient, startServer } from "./loopback.ts";

const CLIENT = {
  servers: [{ primary: "127.41.0.1" }],
  network: "loopback",
  bind: parseIpv4("127.41.0.3")!,
} as const;

loopbackTest("node: it is silent until it is started, and its listeners may use it", async () => {
  await using _server = await startServer();
  await using client = await TeredoClient.open(CLIENT);
  // Another one is done in the meantime.
  await using other = await startClient("127.41.0.4");
  await other.qualified;
  assertEquals(client.counters.datagramsSent, 0);

  const states: string[] = [];
  client.start({
    onEvent: ({ type }: ClientEvent) => states.push(`${type}: ${client.status().state}`),
  });
  await client.qualified;
  assertEquals(states, ["qualifying: qualifying", "qualified: qualified"]);
});

loopbackTest("node: its side of the host can be used before it is started", async () => {
  const link = linkTo(() => {});
  await using client = await TeredoClient.open({
    ...CLIENT,
    host: () => ({ link, name: "mine", [Symbol.dispose]() {} }),
  });
  assertEquals(client.host.name, "mine");
});

loopbackTest("node: one that is never started is closed like any other", async () => {
  let isOpen = true;
  const link = linkTo(() => {});
  const client = await TeredoClient.open({
    ...CLIENT,
    host: () => ({ link, [Symbol.dispose]: () => void (isOpen = false) }),
  });
  await client.close();
  await client.finished;
  assertEquals(isOpen, false);
  client.start();
  assertEquals(client.counters.datagramsSent, 0);
  await using _again = await startClient("127.41.0.3", { port: portOf(client.local) });
});

loopbackTest("node: its signal ends it before it is started, too", async () => {
  const ending = new AbortController();
  const client = await TeredoClient.open({ ...CLIENT, signal: ending.signal });
  ending.abort();
  await client.finished;
});

loopbackTest("node: a listener that throws does not end it, nor disturb its machine", async () => {
  await using _server = await startServer();
  const failure = new Error("the listener failed");
  const faults: unknown[] = [];
  await using client = await startClient("127.41.0.3", {
    onEvent() {
      throw failure;
    },
    onFault: (error) => faults.push(error),
  });
  await client.qualified;
  assertEquals(faults, [failure, failure]);
  assertEquals(client.counters.dropped("internal_error"), 0);
});

/** A way to the host that breaks. */
function breaking(failure: Error): HostLink {
  return { ...linkTo(() => {}), run: () => Promise.reject(failure) };
}

loopbackTest("node: what ended it is told by its end alone; closing it never fails", async () => {
  const failure = new Error("the interface was deleted");
  const link = breaking(failure);
  const client = await startClient("127.41.0.3", {
    host: () => ({
      link,
      [Symbol.dispose]() {
        throw new Error("closing failed");
      },
    }),
  });
  assertEquals(await assertRejects(() => client.finished), failure);
  await client.close();
  await client[Symbol.asyncDispose]();
});

loopbackTest("node: a block that it ended throws what ended it, as it is", async () => {
  const failure = new Error("the interface was deleted");
  const error = await assertRejects(async () => {
    await using relay = await TeredoRelay.start({
      network: "loopback",
      host: () => ({ link: breaking(failure), [Symbol.dispose]() {} }),
    });
    await relay.finished;
  });
  assertEquals(error, failure);
});

const module = import.meta.url;

for (
  const [role, start] of [
    ["relay", () => TeredoRelay.start({ network: "loopback", host: relayTun({ name: "lost" }) })],
    ["client", () => TeredoClient.start({ ...CLIENT, host: clientTun({ name: "lost" }) })],
  ] as const
) {
  namespaceTest(
    module,
    `node: a ${role} ends when its interface is deleted`,
    ["tun", "ip"],
    async () => {
      run("ip", "link", "set", "lo", "up");
      const error = await assertRejects(async () => {
        await using node = await start();
        run("ip", "link", "delete", node.host.name);
        await node.finished;
      });
      assert(!(error instanceof SuppressedError));
      assertStringIncludes((error as Error).message, 'Cannot read from interface "lost"');
      assertStringIncludes((error as Error).message, "Somebody deleted the interface");
    },
  );
}

namespaceTest(
  module,
  "node: one that cannot adapt to another network goes on",
  ["ip"],
  async () => {
    run("ip", "link", "set", "lo", "up");
    const failure = new Error("the listener failed");
    const fault = Promise.withResolvers<unknown>();
    await using relay = await TeredoRelay.start({
      network: "loopback",
      onNetworkChange() {
        throw failure;
      },
      onFault: fault.resolve,
    });
    run("ip", "address", "add", "192.0.2.1/32", "dev", "lo");
    assertEquals(await fault.promise, failure);
    const state = await Promise.race([
      relay.finished.then(() => "ended"),
      Promise.resolve("at work"),
    ]);
    assertEquals(state, "at work");
  },
);
