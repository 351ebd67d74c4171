/**
 * Routers that translate addresses, by the kernel's own NAT or by the one in user space.
 *
 * @module
 */

import type { LinkQuality } from "../sim/link.ts";
import type { NatKind, PortAllocation } from "../sim/nat_behaviour.ts";
import { denoRun } from "./deno_run.ts";
import type { LabProcess } from "./lab_process.ts";
import type { Machine } from "./machine.ts";
import type { SitePlan } from "./plan.ts";
import type { UserNatOptions } from "./user_nat.ts";

/** A NAT of the kernel, set up with `nft`. The site has one client where it lets anybody in. */
export interface KernelNat {
  readonly by: "kernel";
  readonly kind: "cone" | "addressRestricted" | "portRestricted" | "symmetric";
}

/** A NAT in user space, of any kind, with a way through it that may lose and delay. */
export interface UserNat {
  readonly by: "user";
  readonly kind: NatKind;
  /** How ports are chosen, if not in the way that the kind has. */
  readonly ports?: PortAllocation;
  /** Whether inside hosts reach each other by their external endpoints; true by default. */
  readonly hairpinning?: boolean;
  readonly link?: Partial<LinkQuality>;
}

/** The NAT between a site and the Internet. */
export type NatChoice = KernelNat | UserNat;

/** The router's interfaces to the Internet and to the site. */
export const UPLINK = "up0";
export const LAN = "lan0";

/** Interfaces of the user-space NAT, and the routing table of packets that are yet to pass it. */
const TUN = { inside: "nat-in", outside: "nat-out" } as const;
const BEFORE_NAT = 100;

/**
 * Gives a router with both its links its addresses, and makes it translate.
 *
 * @returns the process that does so, where it is not the kernel
 */
export async function configureRouter(
  router: Machine,
  plan: SitePlan,
  choice: NatChoice,
): Promise<LabProcess | undefined> {
  await router.ip(`addr add ${plan.gateway}/24 dev ${LAN}`);
  await router.setKernel({
    "net/ipv4/ip_forward": 1,
    "net/ipv4/conf/all/rp_filter": 0,
    [`net/ipv4/conf/${LAN}/rp_filter`]: 0,
    [`net/ipv4/conf/${UPLINK}/rp_filter`]: 0,
  });
  if (choice.by === "user") return await translateInUserSpace(router, plan, choice);
  await translateInKernel(router, plan, choice);
  return undefined;
}

/**
 * Makes a NAT in user space forget all its mappings, as a power cut would.
 *
 * @throws {TypeError} There is none.
 */
export async function rebootNat(nat: LabProcess | undefined): Promise<void> {
  if (nat === undefined) throw new TypeError("There is no NAT in user space to reboot");
  const since = nat.logLength;
  nat.kill("SIGHUP");
  await nat.waitForLog(/^rebooted$/, { since });
}

/**
 * Makes the packets of a site pass the NAT in user space, after the site's cable has become a
 * switch in the router.
 */
export async function translateFromSwitch(router: Machine): Promise<void> {
  await router.ip(`rule add iif lan lookup ${BEFORE_NAT}`);
}

async function translateInKernel(router: Machine, plan: SitePlan, { kind }: KernelNat) {
  await router.ip(`addr add ${plan.external}/8 dev ${UPLINK}`);
  await router.run("nft", outwardRules(kind));
  await router.run("nft", isStrict(kind) ? NOBODY_IN : inwardRules(kind, plan.client));
}

function isStrict(kind: KernelNat["kind"]): boolean {
  return kind === "portRestricted" || kind === "symmetric";
}

/**
 * `masquerade` keeps one mapping for a socket while its port is free, `fully-random` makes one for
 * each destination.
 */
function outwardRules(kind: KernelNat["kind"]): string {
  const manner = kind === "symmetric" ? "fully-random" : "";
  return `
    table ip nat {
      chain out {
        type nat hook postrouting priority 100;
        oifname ${UPLINK} masquerade ${manner}
      }
    }`;
}

/**
 * What comes unsolicited must vanish before the kernel makes a note of it: such a note would stand in
 * the way of the inside host's own packet to that peer, which would then get another port.
 */
const NOBODY_IN = `
  table ip filter {
    chain in {
      type filter hook input priority 0;
      iifname ${UPLINK} ct state new drop
    }
    chain through {
      type filter hook forward priority 0;
      iifname ${UPLINK} ct state new drop
    }
  }`;

/**
 * Anybody gets in, or those at addresses that were called before. The ports are the client's own, so
 * a packet to a port of the NAT is one for that port of the client. Those who may not get in vanish
 * before the kernel makes a note of them, as above.
 */
function inwardRules(kind: KernelNat["kind"], client: string): string {
  const isFree = kind === "cone";
  return `
    table ip inward {
      set called {
        type ipv4_addr;
        flags dynamic,timeout;
        timeout 5m;
      }
      chain note {
        type filter hook forward priority -10;
        oifname ${UPLINK} ip protocol udp update @called { ip daddr }
      }
      chain first {
        type filter hook prerouting priority -300;
        ${isFree ? "" : `iifname ${UPLINK} ip protocol udp ip saddr != @called drop`}
      }
      chain in {
        type nat hook prerouting priority -100;
        iifname ${UPLINK} ip protocol udp dnat to ${client}
      }
    }`;
}

/**
 *     site -- lan0 --(table 100)--> nat-in  [user_nat.ts]  nat-out --> up0 -- the Internet
 *
 * The external address is none of the router's own, or the kernel would take its packets for
 * itself: it is routed to the NAT, and the router answers for it when the neighbours ask who has
 * it.
 */
async function translateInUserSpace(router: Machine, plan: SitePlan, choice: UserNat) {
  const options: UserNatOptions = {
    kind: choice.kind,
    ports: choice.ports,
    hairpinning: choice.hairpinning,
    external: plan.external,
    ...TUN,
    link: choice.link ?? {},
    seed: `1/${router.name}`,
  };
  // IPv6 has no business here, and would only greet the NAT with its discoveries.
  await router.setKernel({ "net/ipv6/conf/default/disable_ipv6": 1 });
  const nat = await router.spawn(...denoRun("tests/netns/user_nat.ts"), JSON.stringify(options));
  await nat.waitForLog(/^ready$/);
  await router.ip(`addr add ${plan.router}/8 dev ${UPLINK}`);
  for (const device of Object.values(TUN)) await router.ip(`link set ${device} up`);
  await router.setKernel({
    [`net/ipv4/conf/${TUN.inside}/rp_filter`]: 0,
    [`net/ipv4/conf/${TUN.outside}/rp_filter`]: 0,
    [`net/ipv4/conf/${UPLINK}/proxy_arp`]: 1,
    [`net/ipv4/neigh/${UPLINK}/proxy_delay`]: 0,
  });
  await router.ip(`route add ${plan.external}/32 dev ${TUN.outside}`);
  await router.ip(`route add default dev ${TUN.inside} table ${BEFORE_NAT}`);
  await router.ip(`rule add iif ${LAN} lookup ${BEFORE_NAT}`);
  return nat;
}
