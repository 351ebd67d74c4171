/**
 * A UDP socket that cannot be opened.
 *
 * @module
 */

import { SystemError } from "../ffi/c/errno.ts";
import { platform } from "../ffi/platform.ts";
import { BatchingUnavailable } from "../ffi/udp_socket.ts";
import { formatIpv4, type Ipv4Address } from "../wire/ipv4_address.ts";
import { reasonOf } from "../reason.ts";

/** Why a socket cannot be opened. */
export type ListenObstacle =
  /** Another program has the port. */
  | "in_use"
  /** This host does not have the address. */
  | "not_local"
  /** Ports below 1024 need a permission. */
  | "denied"
  /** The system keeps the port, or another program has it for itself alone: on Windows. */
  | "reserved"
  /** Batches were required, but this system has none. */
  | "no_batches"
  /** Something else; the message says what. */
  | "other";

/** The message says what was attempted and what is wrong. */
export class ListenError extends Error {
  override readonly name = "ListenError";
  /** The address and port to open; 0 stands for any. */
  readonly address: Ipv4Address;
  readonly port: number;
  readonly obstacle: ListenObstacle;

  /** @param cause the error of the system */
  constructor(address: Ipv4Address, port: number, cause: unknown) {
    const obstacle = obstacleOf(cause);
    super(describe(`${formatIpv4(address)}:${port}`, obstacle, cause), { cause });
    this.address = address;
    this.port = port;
    this.obstacle = obstacle;
  }
}

function describe(place: string, obstacle: ListenObstacle, cause: unknown): string {
  const reason = reasonOf(cause);
  switch (obstacle) {
    case "in_use":
      return `Cannot listen on UDP ${place}: another program has the port`;
    case "not_local":
      return `Cannot listen on UDP ${place}: this host does not have the address`;
    case "denied":
      return `Cannot listen on UDP ${place}: ports below 1024 need a permission`;
    case "reserved":
      return `Cannot listen on UDP ${place}: the system keeps the port, or another program has it`;
    case "no_batches":
      return `Cannot move UDP datagrams in batches: ${reason}`;
    case "other":
      return `Cannot listen on UDP ${place}: ${reason}`;
  }
}

function obstacleOf(cause: unknown): ListenObstacle {
  if (cause instanceof BatchingUnavailable) return "no_batches";
  if (cause instanceof Deno.errors.AddrInUse) return "in_use";
  if (cause instanceof Deno.errors.AddrNotAvailable) return "not_local";
  if (cause instanceof Deno.errors.PermissionDenied) {
    return platform.reservedPorts === undefined ? "denied" : "reserved";
  }
  return cause instanceof SystemError ? OBSTACLES[cause.code] ?? "other" : "other";
}

const OBSTACLES: Readonly<Record<string, ListenObstacle>> = {
  EADDRINUSE: "in_use",
  EADDRNOTAVAIL: "not_local",
  EACCES: "denied",
};
