/**
 * The demo on the simulated Internet, for systems without namespaces: the same machines, no kernel.
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
  const server = world.gateway();
  const native = world.nativeHost("native");
  const a = world.client("A", { server, behind: world.nat("NAT of A", behaviour) });
  const b = world.client("B", { server, behind: world.nat("NAT of B", behaviour) });

  stage.chapter("Qualification: each client asks the server how it is seen from outside");
  world.settle();
  for (const client of [a, b]) showQualification(stage, client);
  if (a.address === undefined || b.address === undefined) return;
  const isDirect = nat !== "symmetric";

  stage.chapter("Hole punching: A pings B, whose NAT knows nothing of A yet");
  const since = world.clock.now;
  const first = a.ping(b);
  world.pass(isDirect ? 2 : 4);
  for (const journey of world.log.find({ since })) stage.say(String(journey));
  const isReached = first.firstReplyAfter < (isDirect ? 1000 : 3000);
  const reply = isReached ? `after ${first.firstReplyAfter} ms of virtual time` : "none";
  stage.result("First reply", reply, isReached);

  stage.chapter(isDirect ? "Direct: 50 pings" : "Through the gateway: 50 pings");
  const before = world.clock.now;
  const there = a.ping(b, { count: 50, interval: 50 });
  const back = b.ping(a, { count: 50, interval: 50 });
  world.pass(5);
  stage.result("A to B", describe(there), there.lost === 0);
  stage.result("B to A", describe(back), back.lost === 0);
  const passed = world.log.find({ to: "gateway", since: before }).length;
  stage.result("Through the server meanwhile", `${passed} datagrams`, (passed < 5) === isDirect);

  stage.chapter("The IPv6 Internet: A pings a host that knows nothing of Teredo");
  const out = a.ping(native, { count: 10, interval: 100 });
  world.pass(3);
  stage.result("A to the native host", describe(out), out.lost === 0);
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
    stage.result(`${name} notices`, "the NAT is symmetric", true);
  }
}

function describe(ping: Ping): string {
  return `${ping.sent - ping.lost} of ${ping.sent} answered`;
}
