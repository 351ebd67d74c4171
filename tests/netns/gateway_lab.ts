/**
 * A gateway as people rent it: one IPv4 address, one IPv6 address without a network, and nobody
 * routes 2001::/32.
 *
 *     client -- [router] -- core: IPv4 -- gateway -- core: IPv6 -- native (a router here) -- far
 *     client -- [inner router] -- [router] --'      2a00:1::5/128    2a00:1::2   1280 octets  2a00:2::1
 *
 * @module
 */

import { connect, type Lab, NATIVE, type Site } from "./lab.ts";
import type { LabProcess } from "./lab_process.ts";
import type { Machine } from "./machine.ts";
import { configureRouter, LAN, UPLINK } from "./nat_router.ts";
import { ADDRESS } from "./plan.ts";
import { teredo } from "./teredo.ts";

/** A native host behind a router, and what fits through the link between them, in octets. */
export const FAR = "2a00:2::1";
const FAR_ROUTER = "2a00:2::ffff";
const FAR_MTU = 1280;

/** Addresses around a 1:1 NAT. */
export const ONE_TO_ONE = {
  public: ADDRESS.serverPrimary,
  private: "10.0.0.5",
  box: "10.0.0.1",
} as const;

/** The next hop of a machine that has no network. */
const NEXT_HOP = "fe80::1";

/** Takes from a lab what a rented machine does not have. */
export async function rent({ server, native }: Lab): Promise<Machine> {
  await server.ip(`addr del ${ADDRESS.serverSecondary}/8 dev ${UPLINK}`);
  await server.ip(`addr flush dev ${NATIVE} scope global`);
  await server.ip("route del 2001::/32");
  await giveOneIpv6Address(server);
  await native.ip("route del 2001::/32");
  await native.ip(`addr add ${NEXT_HOP}/64 dev ${NATIVE} nodad`);
  return server;
}

/** Adds the native host that has a router with a narrow link in front of it. */
export async function addFar({ native, addMachine }: Lab): Promise<Machine> {
  const far = await addMachine("far");
  await connect(far, NATIVE, native, "narrow");
  await native.setKernel({ "net/ipv6/conf/all/forwarding": 1 });
  await native.ip(`addr add ${FAR_ROUTER}/64 dev narrow nodad`);
  await native.ip(`link set narrow mtu ${FAR_MTU}`);
  await far.ip(`addr add ${FAR}/64 dev ${NATIVE} nodad`);
  await far.ip(`route add default via ${FAR_ROUTER}`);
  return far;
}

/**
 * Takes the lab's server off the net, and adds a machine in its place: with native IPv6, and a
 * private IPv4 address that a box translates 1:1.
 */
export async function replaceByOneToOne(lab: Lab): Promise<Machine> {
  const { core, addMachine } = lab;
  const server = await rent(lab);
  for (const device of [UPLINK, NATIVE]) await server.ip(`link set ${device} down`);
  const [machine, box] = [await addMachine("cloud"), await addMachine("box")];
  await connect(box, UPLINK, core, "box-4");
  await core.ip("link set box-4 master br4");
  await connect(machine, UPLINK, box, LAN);
  await connect(machine, NATIVE, core, "cloud-6");
  await core.ip("link set cloud-6 master br6");
  await giveOneIpv6Address(machine);
  await machine.ip(`addr add ${ONE_TO_ONE.private}/24 dev ${UPLINK}`);
  await machine.ip(`route add default via ${ONE_TO_ONE.box}`);
  await box.ip(`addr add ${ONE_TO_ONE.box}/24 dev ${LAN}`);
  await box.ip(`addr add ${ONE_TO_ONE.public}/8 dev ${UPLINK}`);
  await box.setKernel({ "net/ipv4/ip_forward": 1 });
  await box.run(
    "nft",
    `table ip nat {
      chain in {
        type nat hook prerouting priority -100;
        iifname ${UPLINK} ip daddr ${ONE_TO_ONE.public} dnat to ${ONE_TO_ONE.private}
      }
      chain out {
        type nat hook postrouting priority 100;
        oifname ${UPLINK} ip saddr ${ONE_TO_ONE.private} snat to ${ONE_TO_ONE.public}
      }
    }`,
  );
  return machine;
}

/** Makes a router of a site's client, and adds a client behind that. */
export async function addNested(
  { addMachine }: Lab,
  { client: router, plan }: Site,
): Promise<Machine> {
  const client = await addMachine(`nested-${router.name}`);
  await connect(client, UPLINK, router, LAN);
  const inner = { ...plan, external: plan.client, gateway: "10.9.0.1", client: "10.9.0.10" };
  await configureRouter(router, inner, { by: "kernel", kind: "portRestricted" });
  await client.ip(`addr add ${inner.client}/24 dev ${UPLINK}`);
  await client.ip(`route add default via ${inner.gateway}`);
  return client;
}

/** Starts a server with a gateway, and waits until both are at work. */
export async function startGateway(machine: Machine, ...options: string[]): Promise<LabProcess> {
  const gateway = await machine.spawn(
    ...teredo("server", "--gateway", "--log-level", "debug", ...options),
  );
  await gateway.waitForLog(/Gateway through interface/);
  return gateway;
}

async function giveOneIpv6Address(machine: Machine): Promise<void> {
  await machine.ip(`addr add ${ADDRESS.serverNative}/128 dev ${NATIVE} nodad`);
  await machine.ip(`route add default via ${NEXT_HOP} dev ${NATIVE}`);
}
