/**
 * Whether a write would have to wait.
 *
 * @module
 */

import { libc } from "./libc.ts";
import { POLLFD, POLLOUT } from "./poll_list.ts";
import { allocate } from "./struct.ts";

/**
 * Asks `poll`, which says yes to a pipe that has room for PIPE_BUF octets: 4,096 on Linux, 512 on
 * macOS, and to a terminal that has room for one octet. Errors count as yes, so that the write
 * reports them.
 *
 * @param patience how long to wait for that, in whole milliseconds
 */
export function isWritable(fd: number, patience: number): boolean {
  const descriptor = allocate(POLLFD.size);
  POLLFD.write(descriptor, 0, { fd, events: POLLOUT });
  return libc().poll(descriptor, 1n, patience) !== 0;
}
