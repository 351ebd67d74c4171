/**
 * Whether many datagrams can be moved at a time, and why not.
 *
 * @module
 */

import { reasonOf } from "../../../reason.ts";
import { errnoText } from "../../c/errno.ts";
import { type Libc, libc } from "../../c/libc.ts";
import { allocate } from "../../c/struct.ts";
import { outcomeOf } from "../../c/system_call.ts";
import { BatchingUnavailable } from "../../udp_socket.ts";

/**
 * The C library.
 *
 * @throws {BatchingUnavailable} it cannot be opened; the message says why
 */
export function batchLibrary(): Libc {
  try {
    return libc();
  } catch (error) {
    throw new BatchingUnavailable(reasonOf(error), { cause: error });
  }
}

/**
 * Tries both calls on a socket, without a datagram: a sandbox may forbid them.
 *
 * @throws {BatchingUnavailable} one of them fails
 */
export function tryBatchCalls(fd: number): void {
  const { recvmmsg, sendmmsg } = libc();
  const nothing = allocate(1);
  check("recvmmsg", () => recvmmsg(fd, nothing, 0, 0, null));
  check("sendmmsg", () => sendmmsg(fd, nothing, 0, 0));
}

function check(name: string, call: () => number): void {
  const outcome = outcomeOf(call);
  if (outcome >= 0) return;
  throw new BatchingUnavailable(`The kernel refuses ${name}: ${errnoText(-outcome)}`);
}
