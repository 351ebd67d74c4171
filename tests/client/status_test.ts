/** What a client says about its peers. */
import { assertEquals } from "@std/assert";
import { encodeBubble } from "../../wire/bubble.ts";
import { ACTORS } from "../vectors/vectors.ts";
import { ClientFixture, packet } from "./client_fixture.ts";

const { addressOfA, addressOfB, b } = ACTORS;

/** The path to client B as client A sees it. */
function pathTo({ client, now }: ClientFixture): string | undefined {
  return client.status(now).peers[0]?.path;
}

Deno.test("status: a peer that nothing came from for 30 s is idle, not searched for", () => {
  const fixture = ClientFixture.a().receive(encodeBubble(addressOfB, addressOfA), b);
  assertEquals(pathTo(fixture.pass(29_999)), "direct");
  assertEquals(pathTo(fixture.pass(1)), "idle");
  assertEquals(pathTo(fixture.pass(600_000)), "idle");
  // The next packet looks for it.
  assertEquals(pathTo(fixture.send(packet(addressOfA, addressOfB))), "searching");
});

Deno.test("status: a peer that did not answer is unreachable, until it is looked for again", () => {
  const fixture = ClientFixture.a().send(packet(addressOfA, addressOfB));
  assertEquals(pathTo(fixture), "searching");
  assertEquals(pathTo(fixture.pass(8_000)), "searching");
  assertEquals(pathTo(fixture.pass(100)), "unreachable");
  // No more bubbles may go to it for now (RFC 4380 §5.2.6), so a packet starts no search,
  assertEquals(pathTo(fixture.pass(20_000).send(packet(addressOfA, addressOfB))), "unreachable");
  // except that a gateway is asked every 30 s.
  assertEquals(pathTo(fixture.pass(40_000).send(packet(addressOfA, addressOfB))), "searching");
  assertEquals(pathTo(fixture.pass(2_100)), "unreachable");
  assertEquals(pathTo(fixture.pass(240_000).send(packet(addressOfA, addressOfB))), "searching");
  assertEquals(pathTo(fixture.receive(encodeBubble(addressOfB, addressOfA), b)), "direct");
});

Deno.test("status: a peer that was idle and does not answer a new search is unreachable", () => {
  const fixture = ClientFixture.a().receive(encodeBubble(addressOfB, addressOfA), b);
  fixture.pass(40_000).send(packet(addressOfA, addressOfB));
  assertEquals(pathTo(fixture), "searching");
  assertEquals(pathTo(fixture.pass(10_000)), "unreachable");
});
