/**
 * The addresses in the lab. They look public, because Teredo demands that, and lead nowhere: the
 * lab's namespaces have no way out.
 *
 *     83.1.1.1, 83.1.1.2   server             2a00:1::5   its native IPv6
 *     83.1.3.1             relay              2a00:1::1   its native IPv6
 *     83.1.2.N             the N-th site      2a00:1::2   a host with native IPv6 only
 *     192.168.N.0/24       its inside
 *
 * @module
 */

/** Addresses of the machines that every lab has. */
export const ADDRESS = {
  serverPrimary: "83.1.1.1",
  serverSecondary: "83.1.1.2",
  serverNative: "2a00:1::5",
  relay: "83.1.3.1",
  relayNative: "2a00:1::1",
  native: "2a00:1::2",
  /** Of a relay that a test may add. */
  secondRelay: "83.1.3.2",
  secondRelayNative: "2a00:1::6",
} as const;

/** Addresses of a site: a client, and the router that it is behind. */
export interface SitePlan {
  /** Where the site is seen from outside: the NAT's address, or without a NAT the client's own. */
  readonly external: string;
  /** The router's own address on the Internet, where its NAT has one for itself. */
  readonly router: string;
  /** The router's address on the inside. */
  readonly gateway: string;
  /** The client's address behind a NAT. */
  readonly client: string;
  /** The address of a second client there. */
  readonly neighbour: string;
}

/** The addresses of the N-th site, counted from 1. */
export function sitePlan(number: number): SitePlan {
  return {
    external: `83.1.2.${number}`,
    router: `83.1.250.${number}`,
    gateway: `192.168.${number}.1`,
    client: `192.168.${number}.10`,
    neighbour: `192.168.${number}.11`,
  };
}
