/**
 * TUN interfaces of macOS: `utun`, a socket to a part of the kernel.
 *
 * Each packet has its address family in front, in network order:
 *
 *     0  00 00 00 1e   4  IPv6 packet
 *
 * xnu, bsd/net/if_utun.c: utun_ctl_connect, utun_ctl_send, utun_output.
 *
 * @module
 */

import { type ErrnoName, errnoName, SystemError } from "../c/errno.ts";
import { errno, type Libc, libc } from "../c/libc.ts";
import { allocateU32 } from "../c/socket_integer.ts";
import { allocate, cString, text } from "../c/struct.ts";
import { insist, outcomeOf } from "../c/system_call.ts";
import { makingTun, type Tun } from "../tun.ts";
import { handleOf, type WaitHandle } from "../waiting.ts";
import { closeOnExecute, control, makeNonblocking } from "./descriptor.ts";
import { ERROR_NUMBERS } from "./error_numbers.ts";
import {
  AF_INET6,
  AF_SYS_CONTROL,
  AF_SYSTEM,
  CTLIOCGINFO,
  EAGAIN,
  SOCK_DGRAM,
  SYSPROTO_CONTROL,
  UTUN_OPT_IFNAME,
} from "./kernel/kernel_numbers.ts";
import { CTL_INFO, SOCKADDR_CTL } from "./kernel/kernel_structs.ts";

/** The part of the kernel that makes these interfaces. */
const CONTROL = "com.apple.net.utun_control";

/** The address family in front of each packet. */
const HEADER = 4;

/** The longest packet of an interface: 40 octets of header, 65,535 of payload. */
const LONGEST_PACKET = 65_575;

/** A name has 15 octets and a NUL (IFNAMSIZ). */
const NAME = text(16);

/** A TUN interface of macOS. See {@linkcode Tun} for the contract. */
export class DarwinTun implements Tun {
  readonly name: string;
  readonly index: number;
  readonly offload = undefined;
  readonly #libc: Libc = libc();
  readonly #received = allocate(HEADER + LONGEST_PACKET);
  readonly #sent = allocate(HEADER + LONGEST_PACKET);
  /** -1 once closed: the number may soon be another file's. */
  #fd: number;

  constructor(name: string) {
    const unit = unitOf(name);
    const attempt = makingTun(name);
    const { socket } = this.#libc;
    const open = () => socket(AF_SYSTEM, SOCK_DGRAM, SYSPROTO_CONTROL);
    this.#fd = insist(attempt, "socket", open);
    try {
      closeOnExecute(this.#fd);
      this.#connect(attempt, unit, name);
      insist(attempt, "ioctl", () => makeNonblocking(this.#fd));
      this.name = nameOf(this.#fd, attempt);
      this.index = indexOf(this.name);
    } catch (error) {
      this.close();
      throw error;
    }
    this.#sent[HEADER - 1] = AF_INET6;
  }

  get handle(): WaitHandle {
    return handleOf(this.#fd);
  }

  read(buffer: Uint8Array): number {
    const frame = this.#received;
    const length = this.#libc.read(this.#fd, frame, BigInt(frame.length));
    if (length > HEADER) return deliver(frame.subarray(HEADER, length), buffer);
    return length < 0 && errno() === EAGAIN ? 0 : this.#readAgain(buffer);
  }

  /** A read has failed, and not because nothing was waiting. */
  #readAgain(buffer: Uint8Array): number {
    const frame = this.#received;
    const outcome = outcomeOf(() => this.#libc.read(this.#fd, frame, BigInt(frame.length)));
    if (outcome > HEADER) return deliver(frame.subarray(HEADER, outcome), buffer);
    // The end of the stream: the kernel has taken its side away.
    const number = outcome === 0 ? ERROR_NUMBERS.ENXIO! : -outcome;
    const code = errnoName(number);
    if (number <= 0 || code === "EAGAIN" || code === "EINTR") return 0;
    const attempt = `read from interface "${this.name}"`;
    throw new SystemError(attempt, "read", number, readRemedy(code));
  }

  write(packet: Uint8Array, length = packet.length): boolean {
    // The kernel takes anything here, and drops what is not IPv6 later.
    if (length === 0 || length > LONGEST_PACKET || packet[0]! >>> 4 !== 6) return false;
    this.#sent.set(length < packet.length ? packet.subarray(0, length) : packet, HEADER);
    const whole = HEADER + length;
    return this.#libc.write(this.#fd, this.#sent, BigInt(whole)) === whole;
  }

  close(): void {
    if (this.#fd < 0) return;
    this.#libc.close(this.#fd);
    this.#fd = -1;
  }

  /** Asks for an interface with that number; 0 stands for the first free one. */
  #connect(attempt: string, unit: number, name: string): void {
    const info = CTL_INFO.encode({ name: CONTROL });
    const find = () => control(this.#fd, CTLIOCGINFO, info);
    insist(attempt, "ioctl", find, (code) => attachRemedy(code, name));
    const address = SOCKADDR_CTL.encode({
      length: SOCKADDR_CTL.size,
      family: AF_SYSTEM,
      subfamily: AF_SYS_CONTROL,
      id: CTL_INFO.decode(info).id,
      unit,
    });
    const connect = () => this.#libc.connect(this.#fd, address, address.length);
    insist(attempt, "connect", connect, (code) => attachRemedy(code, name));
  }
}

/** The kernel counts from 1: `utun0` is unit 1. */
function unitOf(name: string): number {
  const [, number] = /^utun(%d|\d{1,9})$/.exec(name) ?? [];
  if (number === undefined) {
    throw new RangeError(
      `Cannot name an interface "${name}": on macOS the name is utun0, utun1 and so on, ` +
        'or "utun%d" for the first free number',
    );
  }
  return number === "%d" ? 0 : Number(number) + 1;
}

function nameOf(fd: number, attempt: string): string {
  const name = allocate(NAME.size);
  const ask = () =>
    libc().getsockopt(fd, SYSPROTO_CONTROL, UTUN_OPT_IFNAME, name, allocateU32(name.length));
  insist(attempt, "getsockopt", ask);
  return NAME.read(name, 0);
}

function indexOf(name: string): number {
  // 0 means that it failed.
  const ask = () => libc().interfaceIndex(cString(name)) || -1;
  return insist(`find interface "${name}"`, "if_nametoindex", ask);
}

/** Copies as much of a packet as there is room for. */
function deliver(packet: Uint8Array, buffer: Uint8Array): number {
  const length = Math.min(packet.length, buffer.length);
  buffer.set(length < packet.length ? packet.subarray(0, length) : packet);
  return length;
}

function readRemedy(code: ErrnoName): string | undefined {
  return code === "ENXIO" || code === "ENOTCONN" ? "The interface is gone" : undefined;
}

function attachRemedy(code: ErrnoName, name: string): string | undefined {
  switch (code) {
    case "EPERM":
    case "EACCES":
      return "Run as root";
    case "EBUSY":
      return `Another program has the interface "${name}": choose another number, or "utun%d" ` +
        "for the first free one";
    case "ENOENT":
      return `This kernel has no ${CONTROL}`;
    default:
      return undefined;
  }
}
