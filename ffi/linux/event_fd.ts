/**
 * A bell of Linux: `eventfd`.
 *
 * @module
 */

import { libc } from "../c/libc.ts";
import { allocate } from "../c/struct.ts";
import { insist, outcomeOf } from "../c/system_call.ts";
import { type Bell, handleOf, type WaitHandle } from "../waiting.ts";
import { EAGAIN, EFD_CLOEXEC, EFD_NONBLOCK } from "./kernel/kernel_numbers.ts";

/** What to add to the counter: the number 1 in 64 bits of host order. */
const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);

/**
 * A descriptor that is readable while it rings. It counts, so a bell rung before a wait begins is
 * heard when it does.
 */
export class EventFd implements Bell {
  readonly handle: WaitHandle;
  readonly #counter = allocate(8);

  constructor() {
    const open = () => libc().eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    this.handle = handleOf(insist("make an event descriptor", "eventfd", open));
  }

  ring(): boolean {
    const outcome = outcomeOf(() => libc().write(this.handle, ONE, BigInt(ONE.length)));
    // When the counter is at its limit, the descriptor is readable already.
    return outcome >= 0 || -outcome === EAGAIN;
  }

  silence(): boolean {
    return libc().read(this.handle, this.#counter, BigInt(this.#counter.length)) > 0;
  }

  close(): void {
    libc().close(this.handle);
  }
}
