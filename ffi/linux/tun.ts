/**
 * TUN interfaces of Linux: `/dev/net/tun` and the TUNSETIFF request.
 *
 * @module
 */
import { errno, type ErrnoName, errnoName, SystemError } from "../c/errno.ts";
import { type Libc, libc } from "../c/libc.ts";
import { cString } from "../c/struct.ts";
import { IFREQ } from "./structs.ts";
import type { Tun, TunOffload } from "../tun.ts";
import { disableOffload, enableOffload } from "./tun_offload.ts";

const DEVICE = "/dev/net/tun";

// <fcntl.h>
const O_RDWR = 0x2;
const O_NONBLOCK = 0x800;
const O_CLOEXEC = 0x80000;

// <linux/if_tun.h>
const TUNSETIFF = 0x400454can;
/** Packets of layer 3, without Ethernet headers. */
const IFF_TUN = 0x0001;
/** No four octets of flags and protocol before each packet: the IP version tells. */
const IFF_NO_PI = 0x1000;
/** A virtio header before each packet. */
const IFF_VNET_HDR = 0x4000;

const PLAIN = IFF_TUN | IFF_NO_PI;

/** A TUN interface of Linux. See {@linkcode Tun} for the contract. */
export class LinuxTun implements Tun {
  readonly name: string;
  readonly index: number;
  readonly offload: TunOffload | undefined = undefined;
  readonly #libc: Libc = libc();
  /** -1 once closed: the number may soon be another file's. */
  #fd: number;

  constructor(name: string, wantsOffload: boolean) {
    this.#fd = openDevice();
    try {
      const offloading = wantsOffload ? tryAttach(this.#fd, name, PLAIN | IFF_VNET_HDR) : undefined;
      this.name = offloading ?? attach(this.#fd, name);
      if (offloading !== undefined) this.offload = enableOffload(this.#fd);
      else disableOffload(this.#fd);
      this.index = this.#libc.interfaceIndex(cString(this.name));
      if (this.index === 0) {
        throw new SystemError(`find interface "${this.name}"`, "if_nametoindex");
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get fd(): number {
    return this.#fd;
  }

  read(buffer: Uint8Array<ArrayBuffer>): number {
    const length = this.#libc.read(this.#fd, buffer, BigInt(buffer.length));
    if (length >= 0) return length;
    const code = errno();
    switch (errnoName(code)) {
      case "EAGAIN":
      case "EINTR":
        return 0;
      default:
        throw new SystemError(
          `read from interface "${this.name}"`,
          "read",
          code,
          readRemedy(errnoName(code)),
        );
    }
  }

  write(packet: Uint8Array<ArrayBuffer>): boolean {
    return this.#libc.write(this.#fd, packet, BigInt(packet.length)) === packet.length;
  }

  close(): void {
    if (this.#fd < 0) return;
    this.#libc.close(this.#fd);
    this.#fd = -1;
  }
}

function openDevice(): number {
  const fd = libc().open(cString(DEVICE), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd >= 0) return fd;
  const code = errno();
  throw new SystemError(`open ${DEVICE}`, "open", code, deviceRemedy(errnoName(code)));
}

/** Asks the kernel for an interface of plain packets, and returns the name it gave. */
function attach(fd: number, name: string): string {
  const given = tryAttach(fd, name, PLAIN);
  if (given !== undefined) return given;
  const code = errno();
  const remedy = attachRemedy(errnoName(code), name);
  throw new SystemError(`make the TUN interface "${name}"`, "ioctl", code, remedy);
}

/** Asks the kernel for an interface. Returns the name it gave, or undefined, and errno says why. */
function tryAttach(fd: number, name: string, flags: number): string | undefined {
  const request = IFREQ.encode({ name, flags });
  return libc().ioctl(fd, TUNSETIFF, request) < 0 ? undefined : IFREQ.decode(request).name;
}

function deviceRemedy(code: ErrnoName): string | undefined {
  switch (code) {
    case "ENOENT":
    case "ENODEV":
      return "Load the kernel module with `modprobe tun`; in a container, pass the device with `--device /dev/net/tun`";
    case "EACCES":
    case "EPERM":
      return "Run as root, or let this user read and write the device; in a container, pass it with `--device /dev/net/tun`";
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
      return `An interface named "${name}" exists and is no TUN of this kind: choose another name`;
    case "ENOTTY":
      return `${DEVICE} is no TUN device: remove it and make it with \`mknod ${DEVICE} c 10 200\``;
    default:
      return undefined;
  }
}
