/** RFC 4380 §5.5: a client makes way for IPv6 that does not need it. */
import { assertEquals } from "@std/assert";
import { isSameIpv6 } from "../../wire/ipv6_address.ts";
import { ACTORS } from "../vectors/vectors.ts";
import { ClientFixture, packet, portOf, S1, S2 } from "./client_fixture.ts";

Deno.test("C-01: a disabled client gives up its address and stays silent", () => {
  const fixture = ClientFixture.a();
  const { client, sink } = fixture;
  const { address } = client.status(fixture.now);
  sink.clear();
  client.disable(sink);
  assertEquals(sink.events.length, 1);
  const [event] = sink.events;
  assertEquals(event?.type, "disabled");
  assertEquals(event?.type === "disabled" && isSameIpv6(event.previous!, 0, address!), true);
  assertEquals(fixture.state, "disabled");
  assertEquals(fixture.address, undefined);
  assertEquals(client.nextTimer(), Infinity);

  fixture.wait(3_600_000);
  client.requalify(fixture.now, sink);
  client.useServers([S2], fixture.now, sink);
  assertEquals(sink.datagrams, []);
  assertEquals(fixture.state, "disabled");
});

Deno.test("C-01: a client can be disabled before it starts", () => {
  const fixture = new ClientFixture();
  fixture.client.disable(fixture.sink);
  fixture.client.disable(fixture.sink);
  assertEquals(fixture.events, ["disabled"]);
  fixture.wait(60_000);
  assertEquals(fixture.sink.datagrams, []);
});

Deno.test("C-01: a disabled client believes no advertisement and carries no packet", () => {
  const fixture = new ClientFixture().wait(0);
  fixture.client.disable(fixture.sink);
  fixture.answer();
  assertEquals([fixture.state, fixture.dropped], ["disabled", "advertisement_unexpected"]);
  const { client, sink } = fixture;
  sink.clear();
  client.handlePacket(packet(ACTORS.addressOfA, ACTORS.addressOfB), fixture.now, sink);
  assertEquals(sink.datagrams, []);
});

Deno.test("C-01: a client that is enabled again begins with the preferred server", () => {
  const fixture = new ClientFixture({ servers: [S1, S2] }).wait(0);
  const { client, sink } = fixture;
  fixture.wait(12_000);
  assertEquals(client.status(fixture.now).server, S2, "the first did not answer");
  client.disable(sink);
  client.enable(fixture.now, sink);
  assertEquals(fixture.targets.at(-1), "203.0.113.120:3544");
  assertEquals(client.status(fixture.now).server, S1);
  assertEquals(portOf(S1, "primary"), sink.datagrams.at(-1)?.to);
  fixture.answer().answer();
  assertEquals(fixture.state, "qualified");
});
