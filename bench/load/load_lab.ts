/**
 * The lab of the load generator: one machine under test, and the world around it.
 *
 *     relay:  up0 83.1.3.1   ==  world: w4, all IPv4 hosts: clients and servers
 *             six0 2a00:1::1 ==         w6, all native IPv6 hosts
 *
 * The world has no addresses; the generator reads and writes frames there. What the relay sends has
 * a hardware address that nobody has, so the world's kernel drops it after it is counted. On both
 * cables every packet is on its own, as on a wire: super-packets are split before they leave.
 *
 * @module
 */

import { NATIVE } from "../../tests/netns/lab.ts";
import { Machine } from "../../tests/netns/machine.ts";
import { UPLINK } from "../../tests/netns/nat_router.ts";
import { ADDRESS } from "../../tests/netns/plan.ts";
import { Sandbox } from "../../tests/netns/sandbox.ts";

/** The relay's hardware addresses. */
export const MAC = { ipv4: "02:00:00:00:00:04", ipv6: "02:00:00:00:00:06" } as const;

/** The world's ends of the cables. */
export const WORLD = { ipv4: "w4", ipv6: "w6" } as const;

/** The UDP port of the relay. */
export const PORT = 3545;

/** The relay's routers. */
export const ROUTERS = { ipv4: "83.1.1.254", ipv6: "fe80::1" } as const;

/** Their hardware address, which nobody has. */
export const ELSEWHERE = "02:00:00:00:02:00";

/** Both machines. */
export interface LoadLab extends AsyncDisposable {
  readonly relay: Machine;
  readonly world: Machine;
}

/**
 * Builds a lab, in which nothing runs yet.
 *
 * @param plain the program made from `plain.c`
 */
export async function createLoadLab(plain: string): Promise<LoadLab> {
  await using stack = new AsyncDisposableStack();
  const sandbox = stack.use(await Sandbox.create());
  const relay = await Machine.create(sandbox, "relay");
  const world = await Machine.create(sandbox, "world");
  await world.setKernel({ "net/ipv6/conf/default/disable_ipv6": 1 });
  await connect(plain, relay, UPLINK, MAC.ipv4, world, WORLD.ipv4);
  await connect(plain, relay, NATIVE, MAC.ipv6, world, WORLD.ipv6);
  await relay.ip(`addr add ${ADDRESS.relay}/24 dev ${UPLINK}`);
  await relay.ip(`addr add ${ADDRESS.relayNative}/128 dev ${NATIVE} nodad`);
  await relay.ip(`route add default via ${ROUTERS.ipv4} dev ${UPLINK} onlink`);
  await relay.ip(`-6 route add default via ${ROUTERS.ipv6} dev ${NATIVE}`);
  await relay.ip(`neigh replace ${ROUTERS.ipv4} lladdr ${ELSEWHERE} nud permanent dev ${UPLINK}`);
  await relay.ip(`neigh replace ${ROUTERS.ipv6} lladdr ${ELSEWHERE} nud permanent dev ${NATIVE}`);
  await relay.setKernel({ "net/ipv6/conf/all/forwarding": 1 });
  const parts = stack.move();
  return { relay, world, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

async function connect(
  plain: string,
  relay: Machine,
  device: string,
  address: string,
  world: Machine,
  worldDevice: string,
): Promise<void> {
  await relay.ip(
    `link add ${device} address ${address} type veth peer name ${worldDevice} netns ${world.name}`,
  );
  await relay.run(plain, device);
  await relay.ip(`link set ${device} up`);
  await world.ip(`link set ${worldDevice} up`);
}
