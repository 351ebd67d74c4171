/**
 * A bell of macOS: a pipe, because there is no `eventfd`.
 *
 * @module
 */

import { errnoName } from "../c/errno.ts";
import { libc } from "../c/libc.ts";
import { allocate, i32 } from "../c/struct.ts";
import { insist, outcomeOf } from "../c/system_call.ts";
import { type Bell, handleOf, type WaitHandle } from "../waiting.ts";
import { closeOnExecute, makeNonblocking } from "./descriptor.ts";

const ATTEMPT = "make a pipe";

/** Rings are octets in the pipe. */
const RING = Uint8Array.of(1);

/** A pipe that has octets in it while it rings. */
export class PipeBell implements Bell {
  readonly handle: WaitHandle;
  readonly #input: number;
  readonly #taken = allocate(512);

  constructor() {
    const ends = allocate(8);
    insist(ATTEMPT, "pipe", () => libc().pipe(ends));
    const [output, input] = [i32.read(ends, 0), i32.read(ends, 4)];
    this.handle = handleOf(output);
    this.#input = input;
    try {
      for (const fd of [output, input]) {
        closeOnExecute(fd);
        insist(ATTEMPT, "ioctl", () => makeNonblocking(fd));
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  ring(): boolean {
    const outcome = outcomeOf(() => libc().write(this.#input, RING, BigInt(RING.length)));
    // When the pipe is full, it rings already.
    return outcome >= 0 || errnoName(-outcome) === "EAGAIN";
  }

  silence(): boolean {
    const { read } = libc();
    let rang = false;
    // A pipe holds 64 KiB.
    while (read(this.handle, this.#taken, BigInt(this.#taken.length)) > 0) rang = true;
    return rang;
  }

  close(): void {
    libc().close(this.handle);
    libc().close(this.#input);
  }
}
