import { SystemError } from "../c/errno.ts";
import { libc } from "../c/libc.ts";
import { allocate } from "../c/struct.ts";

// <sys/eventfd.h>
const EFD_NONBLOCK = 0x800;
const EFD_CLOEXEC = 0x80000;

/** What is added to the counter: the number 1 in 64 bits of host order. */
const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);

/**
 * A descriptor that becomes readable when told to: a bell for whoever waits in `poll`.
 *
 * It counts, so a bell rung before the wait begins is heard when it does.
 */
export class EventFd {
  readonly fd: number;
  readonly #counter = allocate(8);

  constructor() {
    this.fd = libc().eventfd?.(0, EFD_NONBLOCK | EFD_CLOEXEC) ?? -1;
    if (this.fd < 0) throw new SystemError("make an event descriptor", "eventfd");
  }

  /** Makes the descriptor readable. */
  ring(): void {
    // The one possible failure is a counter at its limit, and then it is readable already.
    libc().write(this.fd, ONE, BigInt(ONE.length));
  }

  /** Makes the descriptor unreadable until the next {@linkcode ring}. True when it had been rung. */
  silence(): boolean {
    return libc().read(this.fd, this.#counter, BigInt(this.#counter.length)) > 0;
  }

  /** Gives the descriptor back. */
  close(): void {
    libc().close(this.fd);
  }
}
