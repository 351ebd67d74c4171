import { errno, type ErrnoName, errnoName, SystemError } from "../c/errno.ts";
import { type Libc, libc } from "../c/libc.ts";
import { SOCKADDR_IN6 } from "./structs.ts";

// <sys/socket.h>, <netinet/in.h>
const AF_INET6 = 10;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0x800;
const SOCK_CLOEXEC = 0x80000;
/** "The packet comes with its header": such a socket sends, and receives nothing. */
const IPPROTO_RAW = 255;

/** Where an IPv6 packet carries its destination, RFC 8200 §3. */
const DESTINATION = 24;
const HEADER_LENGTH = 40;

/** What became of a packet: on its way, or the name of the error that stopped it. */
export type SendResult = "sent" | ErrnoName;

/** Sends whole IPv6 packets by the host's own routing table, whatever their source address is. */
export interface RawIpv6 {
  /**
   * Sends one packet to the destination in its header. Never blocks or throws: `"EAGAIN"` is a full queue,
   * `"ENETUNREACH"` a missing route, `"EADDRNOTAVAIL"` a host without any IPv6 address, `"EMSGSIZE"` a packet
   * above the outgoing link's MTU.
   */
  send(packet: Uint8Array): SendResult;

  /** Closes the socket. May be repeated. */
  close(): void;
}

/**
 * Opens a raw socket for sending IPv6 packets.
 *
 * @throws {SystemError} With the code `"EPERM"` when the program lacks the capability CAP_NET_RAW.
 */
export function openRawIpv6(): RawIpv6 {
  if (Deno.build.os !== "linux") {
    throw new Error(
      `Cannot open a raw IPv6 socket on ${Deno.build.os}: only Linux lets one send whole packets`,
    );
  }
  return new LinuxRawIpv6();
}

class LinuxRawIpv6 implements RawIpv6 {
  readonly #libc: Libc = libc();
  /** -1 once closed: the number may soon be another file's. */
  #fd: number;
  readonly #address = SOCKADDR_IN6.encode({ family: AF_INET6 });
  readonly #destination = SOCKADDR_IN6.decode(this.#address).address;

  constructor() {
    this.#fd = this.#libc.socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_RAW);
    if (this.#fd >= 0) return;
    const code = errno();
    const remedy = errnoName(code) === "EPERM"
      ? "Run as root, or give the program the capability CAP_NET_RAW"
      : undefined;
    throw new SystemError("open a raw IPv6 socket", "socket", code, remedy);
  }

  send(packet: Uint8Array<ArrayBuffer>): SendResult {
    if (packet.length < HEADER_LENGTH) return "EINVAL";
    this.#destination.set(packet.subarray(DESTINATION, HEADER_LENGTH));
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
