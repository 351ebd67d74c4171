/**
 * What to do when a UDP socket cannot be opened.
 *
 * @module
 */

import { platform } from "../../ffi/platform.ts";
import { DISCOVERY_GROUP } from "../../protocol/constants.ts";
import { ListenError } from "../../nodes/listen_error.ts";
import { waysToGet } from "./capability_remedy.ts";
import { CliError } from "../process/failure.ts";
import { ExitCode } from "../process/exit_code.ts";

/** What helps if another program has the port, besides stopping it. */
const ANOTHER_PORT = "choose another port with --port";

/**
 * Starts something that opens sockets.
 *
 * @param instead what to do if another program has the port, besides stopping it
 * @throws {CliError} a socket cannot be opened; the message says what to do
 */
export async function withListenRemedy<T>(
  start: () => Promise<T>,
  instead: string = ANOTHER_PORT,
): Promise<T> {
  try {
    return await start();
  } catch (error) {
    throw error instanceof ListenError ? explain(error, instead) : error;
  }
}

function explain({ message, obstacle, address, port }: ListenError, instead: string): CliError {
  if (address === DISCOVERY_GROUP) {
    return new CliError(
      `${message}. Leave out "--local-discovery", or stop the program that has the port`,
    );
  }
  switch (obstacle) {
    case "in_use":
      return new CliError(
        `${message}. Stop it ("${platform.udpPortOwner(port)}" names it), or ${instead}`,
      );
    case "denied":
      return new CliError(
        `${message}. Choose a higher one with --port, or ${waysToGet("CAP_NET_BIND_SERVICE")}`,
        ExitCode.PERMISSION,
      );
    case "reserved":
      return new CliError(
        `${message}. "${platform.reservedPorts}" lists the ports that the system keeps, and ` +
          `"${platform.udpPortOwner(port)}" names the program. Stop it, or ${instead}`,
      );
    case "no_batches":
      return new CliError(
        `${message}. Leave out "--udp batched" to use what the system has`,
      );
    case "not_local":
      return new CliError(`${message}. Give --bind an address that it has, or leave it out`);
    case "other":
      return new CliError(message);
  }
}
