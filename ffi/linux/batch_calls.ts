/**
 * The system calls for many datagrams at a time, or why there are none.
 *
 * @module
 */
import { errno, errnoText } from "../c/errno.ts";
import { type Libc, libc } from "../c/libc.ts";
import { allocate } from "../c/struct.ts";
import { reasonOf } from "../../reason.ts";

/** This system has no batched UDP sockets, or does not let this program have them. */
export class BatchingUnavailable extends Error {
  override readonly name = "BatchingUnavailable";
}

/** The C library, with the calls that other systems than Linux lack. */
export interface BatchCalls extends Libc {
  readonly recvmmsg: NonNullable<Libc["recvmmsg"]>;
  readonly sendmmsg: NonNullable<Libc["sendmmsg"]>;
}

/**
 * The calls.
 *
 * @throws {BatchingUnavailable} They cannot be made; the message says why.
 */
export function batchCalls(): BatchCalls {
  if (Deno.build.os !== "linux") {
    throw new BatchingUnavailable(`It needs Linux, and this is ${Deno.build.os}`);
  }
  const library = openLibrary();
  const { recvmmsg, sendmmsg } = library;
  if (recvmmsg === null || sendmmsg === null) {
    throw new BatchingUnavailable("The C library has no recvmmsg and sendmmsg");
  }
  return { ...library, recvmmsg, sendmmsg };
}

/**
 * Tries both calls on a socket, without a datagram: a sandbox may forbid them.
 *
 * @throws {BatchingUnavailable} One of them fails.
 */
export function tryCalls(fd: number, { recvmmsg, sendmmsg }: BatchCalls): void {
  const nothing = allocate(1);
  check("recvmmsg", recvmmsg(fd, nothing, 0, 0, null));
  check("sendmmsg", sendmmsg(fd, nothing, 0, 0));
}

function check(call: string, result: number): void {
  if (result >= 0) return;
  throw new BatchingUnavailable(`The kernel refuses ${call}: ${errnoText(errno())}`);
}

function openLibrary(): Libc {
  try {
    return libc();
  } catch (error) {
    const reason = reasonOf(error);
    throw new BatchingUnavailable(reason, { cause: error });
  }
}
