/**
 * TUN interfaces of Linux: `/dev/net/tun` and the TUNSETIFF request.
 *
 * @module
 */

import { constants } from "node:os";
import { type ErrnoName, errnoName, SystemError } from "../c/errno.ts";
import { errno, type Libc, libc } from "../c/libc.ts";
import { cString } from "../c/struct.ts";
import { insist, outcomeOf } from "../c/system_call.ts";
import { makingTun, type Tun, type TunOffload, type TunOptions } from "../tun.ts";
import { handleOf, type WaitHandle } from "../waiting.ts";
import {
  EAGAIN,
  IFF_NO_PI,
  IFF_PERSIST,
  IFF_TUN,
  IFF_VNET_HDR,
  O_CLOEXEC,
  O_NONBLOCK,
  O_RDWR,
  TUNGETIFF,
  TUNSETIFF,
} from "./kernel/kernel_numbers.ts";
import { IFREQ } from "./kernel/kernel_structs.ts";
import { enableOffload } from "./tun_offload.ts";

const DEVICE = "/dev/net/tun";

const PLAIN = IFF_TUN | IFF_NO_PI;

/**
 * Makes an interface, or opens one that has nobody. See {@linkcode Tun} for the contract.
 *
 * @throws {SystemError} the kernel refuses; the message says what to do
 */
export function openLinuxTun(name: string, { offload: wantsOffload, onRefusal }: TunOptions): Tun {
  checkInterfaceName(name);
  const fd = openDevice();
  try {
    const offloading = wantsOffload ? tryAttachOffload(fd, name) : undefined;
    const attached = offloading ?? attach(fd, name);
    refusePersistent(fd, attached);
    const offload = offloading === undefined ? undefined : enableOffload(fd);
    return new LinuxTun(fd, { name: attached, index: indexOf(attached), offload }, onRefusal);
  } catch (error) {
    libc().close(fd);
    throw error;
  }
}

/** Packets of a descriptor: what is read from it, and what is written to it. */
export class LinuxTun implements Tun {
  readonly name: string;
  readonly index: number;
  readonly offload: TunOffload | undefined;
  readonly #libc: Libc = libc();
  /** -1 once closed: the number may soon be another file's. */
  #fd: number;
  readonly #onRefusal: (code: ErrnoName) => void;

  /** @param fd the descriptor, which {@linkcode close} closes */
  constructor(
    fd: number,
    { name, index, offload }: Pick<Tun, "name" | "index" | "offload">,
    onRefusal: (code: ErrnoName) => void = () => {},
  ) {
    this.name = name;
    this.index = index;
    this.offload = offload;
    this.#fd = fd;
    this.#onRefusal = onRefusal;
  }

  get handle(): WaitHandle {
    return handleOf(this.#fd);
  }

  read(buffer: Uint8Array<ArrayBuffer>): number {
    const length = this.#libc.read(this.#fd, buffer, BigInt(buffer.length));
    if (length >= 0) return length;
    return errno() === EAGAIN ? 0 : this.#readAgain(buffer);
  }

  /** A read has failed, and not because nothing was waiting. */
  #readAgain(buffer: Uint8Array<ArrayBuffer>): number {
    const outcome = outcomeOf(() => this.#libc.read(this.#fd, buffer, BigInt(buffer.length)));
    if (outcome >= 0) return outcome;
    const code = errnoName(-outcome);
    if (code === "EAGAIN" || code === "EINTR") return 0;
    const attempt = `read from interface "${this.name}"`;
    throw new SystemError(attempt, "read", -outcome, readRemedy(code));
  }

  write(packet: Uint8Array<ArrayBuffer>, length = packet.length): boolean {
    const written = this.#libc.write(this.#fd, packet, BigInt(length));
    if (written === length) return true;
    if (written < 0) this.#onRefusal(errnoName(errno()));
    return false;
  }

  close(): void {
    if (this.#fd < 0) return;
    this.#libc.close(this.#fd);
    this.#fd = -1;
  }
}

/** The kernel's own rules for names (`dev_valid_name`), checked before it answers a bare EINVAL. */
function checkInterfaceName(name: string): void {
  const length = new TextEncoder().encode(name).length;
  if (length < 1 || length > 15 || name === "." || name === ".." || /[/:\s\0]/.test(name)) {
    throw new RangeError(
      `Cannot name an interface "${name}": a name has 1 to 15 octets, without "/", ":" or white space`,
    );
  }
}

function openDevice(): number {
  const flags = O_RDWR | O_NONBLOCK | O_CLOEXEC;
  return insist(`open ${DEVICE}`, "open", () => libc().open(cString(DEVICE), flags), deviceRemedy);
}

/** Asks the kernel for an interface of plain packets, and returns the name it gave. */
function attach(fd: number, name: string): string {
  const request = IFREQ.encode({ name, flags: PLAIN });
  const ask = () => libc().ioctl(fd, TUNSETIFF, request);
  const attempt = makingTun(name);
  insist(attempt, "ioctl", ask, (code) => attachRemedy(code, name));
  return IFREQ.decode(request).name;
}

/** The same for packets with virtio headers; undefined if the kernel refuses. */
function tryAttachOffload(fd: number, name: string): string | undefined {
  const request = IFREQ.encode({ name, flags: PLAIN | IFF_VNET_HDR });
  const outcome = outcomeOf(() => libc().ioctl(fd, TUNSETIFF, request));
  return outcome < 0 ? undefined : IFREQ.decode(request).name;
}

/**
 * An interface that stays without us keeps what we give it: addresses of earlier runs would pile
 * up, and a default route would lead nowhere.
 */
function refusePersistent(fd: number, name: string): void {
  const request = IFREQ.encode({ name, flags: 0 });
  const attempt = makingTun(name);
  insist(attempt, "ioctl", () => libc().ioctl(fd, TUNGETIFF, request));
  if ((IFREQ.decode(request).flags & IFF_PERSIST) === 0) return;
  const remedy =
    "It is persistent, so addresses and routes would stay on it when this program ends. " +
    `Remove it with \`ip link delete ${name}\`, or choose another name`;
  throw new SystemError(attempt, "ioctl", constants.errno.EEXIST, remedy);
}

function indexOf(name: string): number {
  // 0 means that it failed.
  const ask = () => libc().interfaceIndex(cString(name)) || -1;
  return insist(`find interface "${name}"`, "if_nametoindex", ask);
}

function deviceRemedy(code: ErrnoName): string | undefined {
  switch (code) {
    case "ENOENT":
    case "ENODEV":
      return "Load the kernel module with `modprobe tun`; in a container, pass the device with " +
        "`--device /dev/net/tun`";
    case "EACCES":
    case "EPERM":
      return Deno.uid() === 0
        ? "Root may open it, so a rule for devices forbids it here: start the container with " +
          "`--device /dev/net/tun`, or the service with `DeviceAllow=/dev/net/tun rw`"
        : "Run as root, or let this user read and write the device; in a container, pass it with " +
          "`--device /dev/net/tun`";
    default:
      return undefined;
  }
}

function readRemedy(code: ErrnoName): string | undefined {
  return code === "EBADFD" ? "Somebody deleted the interface" : undefined;
}

function attachRemedy(code: ErrnoName, name: string): string | undefined {
  switch (code) {
    case "EPERM":
      return "Run as root, or give the program the capability CAP_NET_ADMIN";
    case "EBUSY":
      return `Another program holds the TUN interface "${name}": stop it or choose another name`;
    case "EINVAL":
      return `An interface named "${name}" exists and is not a TUN of this kind: choose another name`;
    case "ENOTTY":
      return `${DEVICE} is not a TUN device: remove it and make it with \`mknod ${DEVICE} c 10 200\``;
    default:
      return undefined;
  }
}
