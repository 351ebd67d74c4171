/**
 * Segmentation offload of Linux TUN interfaces: the TUNSETOFFLOAD request.
 *
 * @module
 */
import { libc } from "../c/libc.ts";
import type { TunOffload } from "../tun.ts";
import { TUN_F_CSUM, TUN_F_TSO6, TUN_F_USO4, TUN_F_USO6, TUNSETOFFLOAD } from "./kernel_numbers.ts";

/**
 * What is asked for. IPv4 has no business on this interface. Without TUN_F_TSO_ECN the kernel splits the rare
 * super-packets with a CWR flag by itself, and knows Accurate ECN from the classic one.
 */
const TCP = TUN_F_CSUM | TUN_F_TSO6;
const TCP_AND_UDP = TCP | TUN_F_USO4 | TUN_F_USO6;

/** Asks for as much as this kernel has. The interface has virtio headers. */
export function enableOffload(fd: number): TunOffload {
  if (request(fd, TCP_AND_UDP)) return { udp: true };
  // Should that fail too, packets come one by one, and what is written may still be large.
  request(fd, TCP);
  return { udp: false };
}

function request(fd: number, features: number): boolean {
  return libc().ioctlNumber(fd, TUNSETOFFLOAD, BigInt(features)) >= 0;
}
