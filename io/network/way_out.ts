/**
 * The way by which this host's IPv4 packets leave, and whether it is another one now.
 *
 * Most changes of a network do not matter: containers come and go with their virtual interfaces. A
 * client asks its server again only when its packets leave by another way, or when something
 * happened to the interface that they leave through: the same address there may be one of another
 * network.
 *
 * @module
 */

import type { NetworkNews } from "../../ffi/link_monitor.ts";
import type { RouteAnswer } from "../../ffi/route.ts";
import { type Ipv4Address, parseIpv4 } from "../../wire/ipv4_address.ts";

/**
 * Somewhere on the Internet: a.root-servers.net. It is sent nothing; the kernel is asked the way.
 */
export const ELSEWHERE: Ipv4Address = parseIpv4("198.41.0.4")!;

/** The ways to some destinations. */
interface Ways {
  /** All there is to say about them, to be compared. Undefined where the kernel cannot be asked. */
  readonly text: string | undefined;
  /** The interfaces that they lead through. */
  readonly interfaces: ReadonlySet<number>;
}

/** Remembers the way out. */
export class WayOut {
  readonly #findRoute: (destination: Uint8Array) => RouteAnswer;
  #known: Ways | undefined;

  /** @param findRoute asks the kernel how it would send to an IPv4 address of 4 octets */
  constructor(findRoute: (destination: Uint8Array) => RouteAnswer) {
    this.#findRoute = findRoute;
  }

  /** Remembers the ways to these destinations and to the rest of the Internet. */
  look(destinations: readonly Ipv4Address[]): void {
    this.#known = this.#waysTo(destinations);
  }

  /**
   * Looks again after some news. True if packets leave by another way now, if the news is about an
   * interface that they leave through, or if nobody knows.
   */
  hasChanged(destinations: readonly Ipv4Address[], news: NetworkNews): boolean {
    const before = this.#known;
    const now = this.#known = this.#waysTo(destinations);
    if (news.isVague || before?.text === undefined || before.text !== now.text) return true;
    return !before.interfaces.isDisjointFrom(news.interfaces);
  }

  #waysTo(destinations: readonly Ipv4Address[]): Ways {
    const answers = [ELSEWHERE, ...destinations].map((each) => this.#wayTo(each));
    const routes = answers.flatMap((answer) => typeof answer === "string" ? [] : answer);
    return {
      text: answers.includes("unknown") ? undefined : answers.map(describe).join("\n"),
      interfaces: new Set(routes.map(({ interfaceIndex }) => interfaceIndex)),
    };
  }

  #wayTo(destination: Ipv4Address): RouteAnswer {
    try {
      return this.#findRoute(octetsOf(destination));
    } catch {
      // As when the process has too many open files: then any change may be one of the way out.
      return "unknown";
    }
  }
}

function describe(answer: RouteAnswer): string {
  if (typeof answer === "string") return answer;
  const { interfaceIndex, source, gateway } = answer;
  return `${interfaceIndex} ${source?.toHex() ?? ""} ${gateway?.toHex() ?? ""}`;
}

/** The four octets of an address, as the kernel is asked with them. */
export function octetsOf(address: Ipv4Address): Uint8Array {
  return Uint8Array.of(address >>> 24, address >>> 16, address >>> 8, address);
}
