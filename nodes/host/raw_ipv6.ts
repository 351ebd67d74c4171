/**
 * A server's way to the native IPv6 Internet.
 *
 * @module
 */

import { openRawIpv6 } from "../../ffi/open.ts";
import { RawLink } from "../../io/host/raw_link.ts";
import type { HostSide, Opener } from "../node_context.ts";

/**
 * Sends packets from clients to native hosts along this host's own routes. It needs `--allow-ffi`,
 * and on Linux CAP_NET_RAW. On macOS and Windows, an interface of this program takes the packets,
 * and the host must forward IPv6.
 *
 * @throws {SystemError} (when the opener is called) the kernel refuses; the message says what to do
 */
export function rawIpv6(): Opener<HostSide> {
  return ({ errors }) => {
    const socket = openRawIpv6();
    return { link: new RawLink(socket, errors), [Symbol.dispose]: () => socket.close() };
  };
}
