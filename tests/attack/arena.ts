/**
 * Where attacks take place.
 *
 *     attacker ===(own cables)===> server, client, relay
 *     honest   --- a network, each address of which is a client's or peer's
 *     native   --- hosts with IPv6 only
 *
 * @module
 */

import { connect, createLab, type Lab, NATIVE } from "../netns/lab.ts";
import type { Machine } from "../netns/machine.ts";
import { ADDRESS, sitePlan } from "../netns/plan.ts";

/** The network of the honest clients: each of its addresses is theirs. */
export const HONEST = "83.4.0.0";

/** The client's own address; it has no NAT, which would keep most of an attack off it. */
const CLIENT = sitePlan(1).external;

/** Native hosts: this and the 254 addresses after it. They are behind the native machine. */
export const NATIVE_HOSTS = "2a00:1:0:1::";

/** What an attacker may be connected to. */
const VICTIMS = ["server", "client", "relay"] as const;

/** The machines of an arena. */
export interface Arena extends AsyncDisposable {
  readonly lab: Lab;
  readonly attacker: Machine;
  readonly honest: Machine;
  readonly native: Machine;
  readonly server: Machine;
  readonly client: Machine;
  readonly relay: Machine;
}

/** Builds an arena, in which nothing runs. */
export async function openArena(): Promise<Arena> {
  await using stack = new AsyncDisposableStack();
  const lab = stack.use(await createLab({ C: "no NAT", H: "no NAT" }));
  const { C: { client }, H: { client: honest, plan } } = lab.sites;
  const { server, relay, native } = lab;
  await honest.ip(`route add local ${HONEST}/16 dev lo`);
  const attacker = await lab.addMachine("attacker");
  const victims = { server, client, relay };
  for (const [i, name] of VICTIMS.entries()) {
    await victims[name].ip(`route add ${HONEST}/16 via ${plan.external}`);
    await linkAttacker(attacker, victims[name], i);
  }
  await native.setKernel({ "net/ipv6/conf/all/forwarding": 1 });
  for (const machine of [server, relay]) {
    await machine.ip(`-6 route add ${NATIVE_HOSTS}/64 via ${ADDRESS.native} dev ${NATIVE}`);
  }
  await attacker.ip("addr add fd00::1/64 dev attack2 nodad");
  await relay.ip("addr add fd00::2/64 dev attack2 nodad");
  await relay.ip("-6 route replace default via fd00::1");
  await attacker.ip("-6 route replace 2001::/32 via fd00::2");
  const parts = stack.move();
  return {
    ...{ lab, attacker, honest, native, server, client, relay },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/**
 * Lays a cable from the attacker to a machine. What the machine sends to forged sources goes back
 * through it, and the attacker drops it.
 */
async function linkAttacker(attacker: Machine, victim: Machine, number: number): Promise<void> {
  const link = `attack${number}`;
  await connect(attacker, link, victim, link);
  await attacker.ip(`addr add 83.9.${number}.1/30 dev ${link}`);
  await victim.ip(`addr add 83.9.${number}.2/30 dev ${link}`);
  await victim.ip(`route replace default via 83.9.${number}.1`);
  for (const address of addressesOf(victim.name)) {
    await attacker.ip(`route replace ${address} via 83.9.${number}.2`);
  }
  // Lets in what would not be routed back the way it came.
  await victim.setKernel({
    "net/ipv4/conf/all/rp_filter": 0,
    [`net/ipv4/conf/${link}/rp_filter`]: 0,
  });
}

function addressesOf(victim: string): readonly string[] {
  switch (victim) {
    case "server":
      return [ADDRESS.serverPrimary, ADDRESS.serverSecondary];
    case "relay":
      return [ADDRESS.relay];
    default:
      return [CLIENT];
  }
}
