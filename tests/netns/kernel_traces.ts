/**
 * All that a program could leave in the kernel of a machine.
 *
 * @module
 */

import type { Machine } from "./machine.ts";

/** Interfaces, addresses, routes and sockets as text. What counts down is left out. */
export async function kernelTraces(machine: Machine): Promise<string> {
  const parts = await Promise.all([
    machine.ip("-o link show"),
    machine.ip("-o addr show"),
    machine.ip("route show table all"),
    machine.ip("-6 route show table all"),
    machine.ip("-6 rule show"),
    machine.run("cat", "/proc/net/udp", "/proc/net/raw6"),
  ]);
  return parts.join("\n").replaceAll(/ expires \d+sec/g, "");
}

/** The tables of nf_tables. */
export async function firewallTables(machine: Machine): Promise<string> {
  return (await machine.run("nft", "list", "tables")).trim();
}

/** The settings that decide whether a machine forwards IPv6 packets and listens to routers. */
export async function forwardingSettings(machine: Machine): Promise<string> {
  return await machine.run(
    ...["sh", "-c", "cd /proc/sys/net/ipv6/conf && grep . */forwarding */accept_ra"],
  );
}
