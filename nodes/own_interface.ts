/**
 * Our own interface in others' hands: whoever takes it down, takes address and routes from it too.
 *
 * @module
 */

import type { OwnNews } from "../ffi/link_monitor.ts";
import type { Log } from "../io/log.ts";
import { formatIpv6 } from "../wire/ipv6_address.ts";

/** An interface that knows what it should have. */
export interface Restorable {
  /** Whether the address (16 octets) is one that it should have. */
  needs(address: Uint8Array): boolean;
  /** Gives it all that it should have. */
  restore(): void;
}

/** A listener that gives the interface back what it lost, and says so. While it is down, it stays so. */
export function restorer(
  name: string,
  network: Restorable,
  log: Log,
): (news: OwnNews) => void {
  return (news) => {
    switch (news.type) {
      case "down":
        log.warn(`Somebody took interface ${name} down: nothing passes until it is up again`);
        return;
      case "up":
        network.restore();
        log.info(`Interface ${name} is up again, with address and routes as before`);
        return;
      case "address_lost":
        if (!network.needs(news.address)) return;
        network.restore();
        log.warn(
          `Somebody took ${formatIpv6(news.address)} from interface ${name}: it is given back`,
        );
    }
  };
}
