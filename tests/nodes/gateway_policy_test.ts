import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { gatewayConfig } from "../../nodes/gateway_policy.ts";
import { ProvedEndpoints } from "../../protocol/proved_endpoints.ts";
import { parseEndpoint } from "../../wire/endpoint.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";
import { loopbackTest, silentHost, startServer } from "./loopback.ts";

const CLIENT = parseEndpoint("198.51.100.7:4096")!;

Deno.test("a gateway for all counts each IPv4 address by itself", () => {
  const { access } = gatewayConfig({ clients: "all" }, undefined);
  assertEquals(access.accountOf(CLIENT, 0), "198.51.100.7");
});

Deno.test("a gateway for blocks of addresses serves nobody else", () => {
  const clients = [{ network: parseIpv4("198.51.100.0")!, prefixLength: 24 }];
  const { access } = gatewayConfig({ clients }, undefined);
  assertEquals(access.accountOf(CLIENT, 0), "198.51.100.7");
  assertEquals(access.accountOf(parseEndpoint("198.51.101.7:4096")!, 0), undefined);
});

Deno.test("a gateway for proved clients goes by what the server notes", () => {
  const proofs = new ProvedEndpoints();
  const { access } = gatewayConfig({ clients: "proved" }, proofs);
  assertEquals(access.accountOf(CLIENT, 0), undefined);
  proofs.add(CLIENT, Uint8Array.of(1, 2), Uint8Array.of(3), 0);
  assertEquals(access.accountOf(CLIENT, 0), "0102");
  assertThrows(() => gatewayConfig({ clients: "proved" }, undefined), TypeError, "secrets");
});

loopbackTest(
  "a gateway whose host does not translate addresses is refused, and nothing stays open",
  async () => {
    const gateway = { clients: "all" } as const;
    const relay = { gateway, host: silentHost() };
    await assertRejects(() => startServer({ relay }), TypeError, "gatewayTun");
    await using _server = await startServer();
  },
);

loopbackTest(
  "a gateway for proved clients is refused beside a server without secrets",
  async () => {
    const relay = { gateway: { clients: "proved" } as const, host: silentHost(true) };
    await assertRejects(() => startServer({ relay }), TypeError, "secrets");
    await using _server = await startServer();
  },
);

loopbackTest("a gateway's rules may change while it runs", async () => {
  const relay = { gateway: { clients: "all" } as const, host: silentHost(true) };
  await using server = await startServer({ relay });
  server.reconfigure({ gateway: { clients: [] } });
  const status = server.status();
  assertEquals(status.role === "server+relay" && status.relay.gateway?.accounts, []);
});
