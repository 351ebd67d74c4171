/**
 * Opening UDP sockets, with messages for what can go wrong.
 *
 * @module
 */

import { clearDontFragment, setReceiveBuffer } from "../ffi/socket_options.ts";
import type { Counters } from "../io/counters.ts";
import { openDenoUdp } from "../io/deno_udp.ts";
import type { UdpSocket } from "../io/udp.ts";
import { formatIpv4, type Ipv4Address } from "../wire/ipv4_address.ts";
import { CliError } from "./cli_error.ts";
import { ExitCode } from "./exit_code.ts";

/** Room for a burst of packets, octets. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;

/**
 * Opens a UDP socket on `address` and `port`; 0 stands for any address, and for a port that the
 * system picks.
 *
 * @throws {CliError} with the remedy
 */
export function openSocket(address: Ipv4Address, port: number, counters: Counters): UdpSocket {
  try {
    return openDenoUdp({ address, port, counters, prepare });
  } catch (error) {
    throw explain(error, address, port);
  }
}

function prepare(address: string, port: number): void {
  clearDontFragment(address, port);
  setReceiveBuffer(address, port, RECEIVE_BUFFER);
}

function explain(error: unknown, address: Ipv4Address, port: number): CliError {
  const attempt = `Cannot listen on UDP ${formatIpv4(address)}:${port}`;
  if (error instanceof Deno.errors.AddrInUse) {
    return new CliError(
      `${attempt}: another program has the port. ` +
        `Stop it ("ss -lunp sport = :${port}" names it), or choose another port with --port`,
    );
  }
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return new CliError(`${attempt}: this host does not have the address`);
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return new CliError(
      `${attempt}: ports below 1024 need a permission. Choose a higher one with --port, ` +
        "run as root, or give the program the capability CAP_NET_BIND_SERVICE",
      ExitCode.PERMISSION,
    );
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new CliError(`${attempt}: ${reason}`);
}
