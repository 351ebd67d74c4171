/**
 * What scenarios expect, in words.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { ClientNode } from "../sim/client_node.ts";
import type { Pingable } from "../sim/ipv6_stack.ts";
import type { NativeNode } from "../sim/native_node.ts";
import type { Ping } from "../sim/ping.ts";
import type { World } from "../sim/world.ts";

/** A ping to someone never met is answered within this time, in milliseconds. */
const FIRST_REPLY = 1000;

/** `from` pings `to` and all is well: the first answer comes soon, all come, and in order. */
export function expectReach(world: World, from: ClientNode | NativeNode, to: Pingable): Ping {
  const ping = from.ping(to, { count: 10, interval: 50 });
  world.pass(5);
  assert(ping.firstReplyAfter <= FIRST_REPLY, `the first answer took ${ping.firstReplyAfter} ms`);
  assertEquals(ping.answeredSequence, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assertEquals(ping.errors, 0);
  return ping;
}

/** No echo between the two has gone through the server: data never does. */
export function expectDirect(world: World, one: ClientNode, other: ClientNode): void {
  for (const [from, to] of [[one, other], [other, one]] as const) {
    const echoes = world.log.find({ from: from.name }).filter(({ kind }) =>
      kind.startsWith("echo")
    );
    assert(echoes.length > 0, `${from.name} has sent no echo`);
    for (const echo of echoes) assert(echo.reached(to.name), `${echo} has gone elsewhere`);
  }
}

/** `client` has an address that it keeps while `seconds` pass. */
export function expectSameAddress(world: World, client: ClientNode, seconds: number): void {
  const before = client.address;
  assert(before !== undefined, `${client.name} has no address to keep`);
  world.pass(seconds);
  assertEquals(client.address, before);
  assertEquals(client.eventsOf("offline"), []);
}
