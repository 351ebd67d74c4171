/**
 * A gateway and what is around it, in network namespaces. The gateway is the namespace of the test
 * itself.
 *
 *     client --- "inner"  gateway  "uplink" --- router --- native
 *     2001:0:…            2001:db8:1::2                    2001:db8:2::1
 *
 * Only the gateway knows of 2001::/32. The link between router and native host carries 1280 octets,
 * and the gateway's side of the client's link too, while the client believes in 1500.
 *
 * @module
 */

import { run } from "../namespace.ts";
import { parseIpv6 } from "../../../wire/ipv6_address.ts";
import type { Ipv6Prefix } from "../../../wire/ipv6_prefix.ts";

export const CLIENT = "2001:0:5301:1::1";
export const SECOND_CLIENT = "2001:0:5301:1::2";
export const GATEWAY = "2001:db8:1::2";
export const NATIVE = "2001:db8:2::1";

/** The two ends of the client's link. */
export const MAC = { inner: "02:00:00:00:00:01", client: "02:00:00:00:00:02" };

/** The prefix that a text such as `2001::/32` names. */
export function prefix(text: string): Ipv6Prefix {
  const [address, length] = text.split("/");
  return { address: parseIpv6(address!)!, length: Number(length) };
}

/** Builds it. With 128, the gateway has one address and no network; with 64, a network as usual. */
export function buildNatLab(gatewayLength: 64 | 128): void {
  sh(`
    mount -t tmpfs tmpfs /run && mkdir /run/netns && ip link set lo up
    for name in client router native; do
      ip netns add $name && ip -n $name link set lo up
      ip netns exec $name sysctl -qw net.ipv6.conf.default.accept_dad=0
    done
    sysctl -qw net.ipv6.conf.default.accept_dad=0
    ip netns exec router sysctl -qw net.ipv6.conf.all.forwarding=1

    ip link add inner address ${MAC.inner} type veth peer name eth0 address ${MAC.client} netns client
    ip link set inner mtu 1280 up
    ip addr add fe80::1/64 dev inner nodad
    ip route add 2001::/32 dev inner
    ip -n client link set eth0 up
    for address in ${CLIENT} ${SECOND_CLIENT}; do
      ip -n client addr add $address/128 dev eth0 nodad
      ip neigh add $address lladdr ${MAC.client} dev inner
    done
    # Like a TUN, the link does without neighbor discovery and multicast reports, which the filters refuse.
    ip netns exec client nft 'table ip6 quiet {
      chain c { type filter hook output priority 0; oifname eth0 icmpv6 type { 130-137, 143 } drop; }
    }'
    ip -n client neigh add fe80::1 lladdr ${MAC.inner} dev eth0
    ip -n client route add default via fe80::1 dev eth0 src ${CLIENT}

    ip link add uplink type veth peer name eth0 netns router
    ip link set uplink up && ip -n router link set eth0 up
    ip addr add ${GATEWAY}/${gatewayLength} dev uplink nodad
    ip -n router addr add fe80::1/64 dev eth0 nodad
    ip -n router addr add 2001:db8:1::1/64 dev eth0 nodad
    ip route add default via fe80::1 dev uplink

    ip -n router link add eth1 mtu 1280 type veth peer name eth0 netns native
    ip -n router link set eth1 up && ip -n native link set eth0 up
    ip -n router addr add 2001:db8:2::ffff/64 dev eth1 nodad
    ip -n native addr add ${NATIVE}/64 dev eth0 nodad
    ip -n native route add default via 2001:db8:2::ffff

    # A link takes a moment to come up, and loses packets until then.
    reaches() { for i in {1..20}; do ! ping -c1 -W1 $1 >/dev/null || return 0; done; return 1; }
    reaches ${CLIENT} && reaches 2001:db8:1::1
    ip netns exec router bash -c "$(declare -f reaches); reaches ${NATIVE}"
  `);
}

/** Runs a script that must succeed, in a namespace or in that of the gateway. */
export function sh(script: string, namespace?: string): string {
  const enter = namespace === undefined ? [] : ["ip", "netns", "exec", namespace];
  const [command, ...args] = [...enter, "bash", "-ec", script];
  return run(command!, ...args);
}

/** Whether a script succeeds there, and what it printed. */
export function attempt(script: string, namespace?: string): { ok: boolean; output: string } {
  const output = sh(`{ ${script} ; } 2>&1 && echo ok || echo failed`, namespace);
  return { ok: output.endsWith("ok\n"), output };
}

/**
 * Starts a server of iperf3 on port 5201 that ends after one client, or soon; its report is in
 * /run/iperf3. The one before has ended then.
 */
export function listen(namespace: string): void {
  sh(
    `for i in {1..500}; do [[ -n $(ss -Hltn sport = :5201) ]] || break; sleep 0.02; done
    timeout 30 iperf3 -s -1 -J </dev/null >/run/iperf3 2>&1 &
    for i in {1..100}; do [[ -z $(ss -Hltn sport = :5201) ]] || exit 0; sleep 0.02; done; exit 1`,
    namespace,
  );
}

/** Waits until no connection of TCP has anything to say: each packet of it has come or is lost. */
export function waitForSilence(namespace: string): void {
  sh(
    `for i in {1..500}; do
      ss -Htan | grep -qvE '^(LISTEN|TIME-WAIT)' || exit 0
      sleep 0.02
    done
    ss -tan; exit 1`,
    namespace,
  );
}

/** Whether a connection comes about within two seconds. */
export function tcp(address: string, port: number, namespace: string): boolean {
  return attempt(`timeout 2 bash -c ': </dev/tcp/${address}/${port}'`, namespace).ok;
}

/** Accepts connections until the listener closes. */
export async function acceptAll(listener: Deno.Listener): Promise<void> {
  try {
    for (;;) (await listener.accept()).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted)) {
      throw error;
    }
  }
}
