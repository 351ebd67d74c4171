/**
 * An address and port to listen on by TCP.
 *
 * @module
 */

import { isLoopbackIpv4, parseIpv4 } from "../../../wire/ipv4_address.ts";
import { isLoopback, parseIpv6 } from "../../../wire/ipv6_address.ts";
import { PORT } from "./number_kinds.ts";
import type { ValueKind } from "./value_kind.ts";

/** An address and port. */
export interface ListenAddress {
  readonly hostname: string;
  readonly port: number;
  /** Whether only this host can reach it. */
  readonly isLoopback: boolean;
}

/** `127.0.0.1:9641`, `[::1]:9641`, `localhost:9641`. */
export const LISTEN_ADDRESS: ValueKind<ListenAddress> = {
  placeholder: "ADDRESS:PORT",
  expected: "an address and port such as 127.0.0.1:9641 or [::1]:9641",
  example: "127.0.0.1:9641",
  parse(given) {
    const [, bracketed, plain, digits] = /^(?:\[([0-9a-f:]+)\]|([^:[\]]+)):(\d+)$/i.exec(given) ??
      [];
    const port = PORT.parse(digits ?? "");
    if (port === undefined) return undefined;
    if (bracketed !== undefined) {
      const address = parseIpv6(bracketed);
      if (address === undefined) return undefined;
      return { hostname: bracketed, port, isLoopback: isLoopback(address) };
    }
    if (plain === "localhost") return { hostname: "127.0.0.1", port, isLoopback: true };
    const address = parseIpv4(plain ?? "");
    if (plain === undefined || address === undefined) return undefined;
    return { hostname: plain, port, isLoopback: isLoopbackIpv4(address) };
  },
};

/** The address and port as in a URL. */
export function listenAddressText(
  { hostname, port }: Pick<ListenAddress, "hostname" | "port">,
): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
