/**
 * The demo on the simulated Internet, where namespaces are not to be had: the same machines, no kernel.
 *
 * @module
 */

import type { ClientEvent } from "../../client/client_event.ts";
import { formatEndpoint } from "../../wire/endpoint.ts";
import { formatIpv6 } from "../../wire/ipv6_address.ts";
import type { ClientNode } from "../sim/client_node.ts";
import { NAT } from "../sim/nat_behaviour.ts";
import type { Ping } from "../sim/ping.ts";
import { World } from "../sim/world.ts";
import { NAT_KINDS, type NatName } from "./demo_options.ts";
import type { Stage } from "./stage.ts";

/** Shows clients meet, on a virtual clock. */
export function showSimulated(stage: Stage, nat: NatName, reason: string): void {
  stage.chapter("The network");
  stage.say(`Simulated, on a virtual clock (${reason})`);
  stage.note("Network", `simulated, ${nat} NATs`);
  const behaviour = NAT[NAT_KINDS[nat][0]];
  const world = new World();
  const server = world.server();
  const a = world.client("A", { server, behind: world.nat("NAT of A", behaviour) });
  const b = world.client("B", { server, behind: world.nat("NAT of B", behaviour) });

  stage.chapter("Qualification: each client asks the server how it is seen from outside");
  world.settle();
  for (const client of [a, b]) showQualification(stage, client);
  if (nat === "symmetric" || a.address === undefined || b.address === undefined) return;

  stage.chapter("Hole punching: A pings B, whose NAT knows nothing of A yet");
  const since = world.clock.now;
  const first = a.ping(b);
  world.pass(2);
  for (const journey of world.log.find({ since })) stage.say(String(journey));
  const isReached = first.firstReplyAfter < 1000;
  const reply = isReached ? `after ${first.firstReplyAfter} ms of virtual time` : "none";
  stage.result("First reply", reply, isReached);

  stage.chapter("Direct: 50 pings");
  const before = world.clock.now;
  const there = a.ping(b, { count: 50, interval: 50 });
  const back = b.ping(a, { count: 50, interval: 50 });
  world.pass(5);
  stage.result("A to B", describe(there), there.lost === 0);
  stage.result("B to A", describe(back), back.lost === 0);
  const passed = world.log.find({ to: "server", since: before }).length;
  stage.result("Through the server meanwhile", `${passed} datagrams`, passed < 5);
}

function showQualification(stage: Stage, client: ClientNode): void {
  const [qualified] = client.eventsOf("qualified");
  const [offline] = client.eventsOf("offline");
  if (qualified !== undefined) showAddress(stage, client.name, qualified);
  if (offline !== undefined) {
    stage.result(`${client.name} is off-line`, offline.reason.replaceAll("_", " "), false);
  }
}

function showAddress(
  stage: Stage,
  name: string,
  { address, mapping, nat }: Extract<ClientEvent, { type: "qualified" }>,
): void {
  stage.say(`${name} has the address ${formatIpv6(address)}`);
  stage.result(`${name} qualified`, `mapped to ${formatEndpoint(mapping)}`, true);
  if (nat === "symmetric") {
    stage.result(`${name} notices`, "the NAT is symmetric; two such cannot meet", true);
  }
}

function describe(ping: Ping): string {
  return `${ping.sent - ping.lost} of ${ping.sent} answered`;
}
