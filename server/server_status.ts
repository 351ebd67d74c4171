/**
 * What a server reports about itself.
 *
 * @module
 */

import type { Ipv4Address } from "../wire/ipv4_address.ts";
import type { ServerLimit } from "./server_limits.ts";

/** A snapshot of a server's state. Counts begin with the machine. */
export interface ServerStatus {
  readonly role: "server";
  readonly primary: Ipv4Address;
  readonly secondary: Ipv4Address | undefined;
  readonly port: number;
  /** The MTU that is advertised in octets, if any. */
  readonly advertisedMtu: number | undefined;
  /** Whether clients must authenticate. */
  readonly secure: boolean;
  /** Router Solicitations answered. */
  readonly solicitationsAnswered: number;
  /** Bubbles forwarded. */
  readonly bubblesForwarded: number;
  /** ICMPv6 echo messages forwarded, to native hosts and to Teredo clients. */
  readonly echoesForwarded: number;
  /** How many packets each limit has refused; limits that refused none are left out. */
  readonly refused: ReadonlyMap<ServerLimit, number>;
}
