/**
 * A server's way to the native IPv6 Internet.
 *
 * @module
 */

import { openRawIpv6 } from "../ffi/open.ts";
import { RawLink } from "../io/host/raw_link.ts";
import type { HostSide, Opener } from "./node_context.ts";

/**
 * Sends what clients have for native hosts by this host's own routes. That needs Linux, CAP_NET_RAW and
 * `--allow-ffi`.
 *
 * @throws {SystemError} (when it is opened) the kernel refuses; the message says what to do
 */
export function rawIpv6(): Opener<HostSide> {
  return () => {
    const socket = openRawIpv6();
    return { link: new RawLink(socket), [Symbol.dispose]: () => socket.close() };
  };
}
