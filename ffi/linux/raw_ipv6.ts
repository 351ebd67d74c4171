/**
 * Raw IPv6 sockets of Linux.
 *
 * @module
 */

import { DESTINATION, IPV6_HEADER_LENGTH } from "../../wire/ipv6_header.ts";
import { type ErrnoName, errnoName } from "../c/errno.ts";
import { errno, type Libc, libc } from "../c/libc.ts";
import { insist } from "../c/system_call.ts";
import type { RawIpv6, SendResult } from "../raw_ipv6.ts";
import {
  AF_INET6,
  IPPROTO_RAW,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
} from "./kernel/kernel_numbers.ts";
import { SOCKADDR_IN6 } from "./kernel/kernel_structs.ts";

/** A raw socket of Linux. See {@linkcode RawIpv6} for the contract. */
export class LinuxRawIpv6 implements RawIpv6 {
  readonly #libc: Libc = libc();
  /** -1 once closed: the number may soon be another file's. */
  #fd: number;
  readonly #address = SOCKADDR_IN6.encode({ family: AF_INET6 });
  readonly #destination = SOCKADDR_IN6.decode(this.#address).address;

  constructor() {
    const type = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC;
    const open = () => this.#libc.socket(AF_INET6, type, IPPROTO_RAW);
    this.#fd = insist("open a raw IPv6 socket", "socket", open, remedyFor);
  }

  send(packet: Uint8Array<ArrayBuffer>): SendResult {
    if (packet.length < IPV6_HEADER_LENGTH) return "EINVAL";
    this.#destination.set(packet.subarray(DESTINATION, IPV6_HEADER_LENGTH));
    const sent = this.#libc.sendto(
      this.#fd,
      packet,
      BigInt(packet.length),
      0,
      this.#address,
      SOCKADDR_IN6.size,
    );
    return sent < 0 ? errnoName(errno()) : "sent";
  }

  close(): void {
    if (this.#fd < 0) return;
    this.#libc.close(this.#fd);
    this.#fd = -1;
  }
}

function remedyFor(code: ErrnoName): string | undefined {
  return code === "EPERM"
    ? "Run as root, or give the program the capability CAP_NET_RAW"
    : undefined;
}
