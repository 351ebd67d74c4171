/**
 * Segmentation offload of Linux TUN interfaces: the TUNSETOFFLOAD request.
 *
 * @module
 */

import { libc } from "../c/libc.ts";
import type { TunOffload } from "../tun.ts";
import {
  TUN_F_CSUM,
  TUN_F_TSO6,
  TUN_F_USO4,
  TUN_F_USO6,
  TUNSETOFFLOAD,
} from "./kernel/kernel_numbers.ts";

/**
 * What to ask for. This interface carries no IPv4. Without TUN_F_TSO_ECN the kernel itself splits
 * the rare super-packets with a CWR flag, and can distinguish Accurate ECN from the classic one.
 */
const TCP = TUN_F_CSUM | TUN_F_TSO6;
const TCP_AND_UDP = TCP | TUN_F_USO4 | TUN_F_USO6;

/** Asks for as much as this kernel has, on an interface with virtio headers. */
export function enableOffload(fd: number): TunOffload {
  if (request(fd, TCP_AND_UDP)) return { udp: true };
  // If that fails too, packets come one by one, and what is written may still be large.
  request(fd, TCP);
  return { udp: false };
}

function request(fd: number, features: number): boolean {
  return libc().ioctlNumber(fd, TUNSETOFFLOAD, BigInt(features)) >= 0;
}
