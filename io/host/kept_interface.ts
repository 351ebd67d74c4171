/**
 * An interface that is kept as it should be: up, with its MTU, address and routes.
 *
 *      want ──┐                       ┌── restored ──► log
 *      news ──┼──► compare, restore ──┤
 *      time ──┘                       └── refused, or another way wins ──► faults, log, again in a second
 *
 * Everything it has vanishes with the TUN, however the process ends.
 *
 * @module
 */

import type { Interface, Prefix } from "../../ffi/interface.ts";
import type { RouteAnswer } from "../../ffi/route.ts";
import { reasonOf } from "../../reason.ts";
import { formatIpv6, isSameIpv6 } from "../../wire/ipv6_address.ts";
import { isNative } from "../../wire/teredo_address.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { Log } from "../log.ts";
import { Contest } from "./contest.ts";
import { type Condition, KeptCondition } from "./kept_condition.ts";
import type { InterfaceFault, OwnInterface } from "./own_interface.ts";
import type { WantedRoute, WantedState } from "./wanted_state.ts";

/**
 * The client's address is that of a host, not of a subnet: everything else is behind the tunnel.
 */
const ADDRESS_LENGTH = 128;

/** The least MTU of a link with IPv6, RFC 8200 §5. */
const LEAST_MTU = 1280;

/**
 * Checks are this far apart at least, in milliseconds: some other program may undo what we restore,
 * again and again.
 */
const CHECK_SPACING = 200;

/** While something is wrong, the next check comes after this many milliseconds. */
const RETRY_INTERVAL = 1_000;

/** The same message is repeated after this many milliseconds at the earliest. */
const LOG_SPACING = 60_000;

/** Messages that are remembered for this. */
const MAX_MESSAGES = 100;

/** What an interface is kept by. */
interface KeptInterfaceOptions {
  readonly name: string;
  readonly index: number;
  /** Changes the interface, and belongs to the caller. */
  readonly configuration: Interface;
  /** Why the interface is gone, if an error of the kernel shows that it is. */
  readonly endOf: (obstacle: unknown) => unknown;
  /** Asks the kernel how it would send to an IPv6 address. */
  readonly findRoute: (destination: Uint8Array) => RouteAnswer;
  /** How a person finds what wins over our route to a destination, to be read after "look for it". */
  readonly routeAdvice: (destination: string) => string;
  readonly log: Log;
  readonly clock?: Clock | undefined;
}

/** See {@linkcode OwnInterface}. */
export class KeptInterface implements OwnInterface {
  readonly name: string;
  readonly index: number;
  readonly #configuration: Interface;
  readonly #endOf: (obstacle: unknown) => unknown;
  readonly #findRoute: (destination: Uint8Array) => RouteAnswer;
  readonly #routeAdvice: (destination: string) => string;
  readonly #log: Log;
  readonly #clock: Clock;
  #wanted: WantedState | undefined;
  /** What it was given earlier, and should no longer have. */
  #surplusRoutes: readonly WantedRoute[] = [];
  #surplusAddresses: readonly Uint8Array[] = [];
  #obstacle: unknown;
  readonly #gone = Promise.withResolvers<unknown>();
  #faults: readonly InterfaceFault[] = [];
  /** Whether there were faults of the interface, and of its conditions, since all was well. */
  #hadOwnFaults = false;
  #hadOtherFaults = false;
  /** When the next check may come, when one is due, and what cancels that. */
  #nextCheck = -Infinity;
  #dueAt = Infinity;
  #cancel: (() => void) | undefined;
  readonly #contest = new Contest();
  readonly #conditions: KeptCondition[] = [];
  #needsLooks = false;
  /** When messages were logged. */
  readonly #loggedAt = new Map<string, number>();
  #dropped = 0;

  constructor(options: KeptInterfaceOptions) {
    this.name = options.name;
    this.index = options.index;
    this.#configuration = options.configuration;
    this.#endOf = options.endOf;
    this.#findRoute = options.findRoute;
    this.#routeAdvice = options.routeAdvice;
    this.#log = options.log;
    this.#clock = options.clock ?? systemClock;
  }

  get faults(): readonly InterfaceFault[] {
    return this.#faults;
  }

  get gone(): Promise<unknown> {
    return this.#gone.promise;
  }

  /**
   * What keeps the interface from having all it should, if something does: an error of
   * {@linkcode Interface}.
   */
  get obstacle(): unknown {
    return this.#obstacle;
  }

  /** Packets of the host that the kernel dropped because they were not read in time. */
  get dropped(): number {
    try {
      this.#dropped = this.#configuration.readLink().dropped;
    } catch {
      // The interface is gone, and the last number is the final one.
    }
    return this.#dropped;
  }

  /** From now on it should be like this, at once. */
  want(wanted: WantedState): void {
    const previous = this.#wanted;
    this.#wanted = wanted;
    this.#release(previous, wanted);
    this.#restore(wanted);
    this.#look(wanted);
  }

  get needsLooks(): boolean {
    return this.#needsLooks;
  }

  /** From now on, a condition is checked and put right together with the interface. */
  require(condition: Condition): void {
    this.#needsLooks ||= !condition.isReported;
    this.#conditions.push(new KeptCondition(condition, (message) => this.#warn(message)));
  }

  check(): void {
    const wanted = this.#wanted;
    if (wanted === undefined) return;
    const delay = this.#nextCheck - this.#clock.now();
    if (delay > 0) return this.#checkIn(delay);
    const restored = this.#restore(wanted);
    const end = this.#endOf(this.#obstacle);
    if (end !== undefined) {
      this.#gone.resolve(end);
      return this.close();
    }
    if (restored.length > 0 && this.#obstacle === undefined) {
      this.#warn(`Something changed interface ${this.name}. Restored: ${restored.join(", ")}`);
      this.#contest.note(this.#clock.now());
    }
    this.#look(wanted);
  }

  /** Ends the checks. The interface stays as it is. May be repeated. */
  close(): void {
    if (this.#wanted === undefined) return;
    this.#wanted = undefined;
    // The last chance to count drops.
    void this.dropped;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Remembers what it has and should no longer have. */
  #release(previous: WantedState | undefined, wanted: WantedState): void {
    const routes = [...this.#surplusRoutes, ...previous?.routes ?? []];
    this.#surplusRoutes = routes.filter((route) =>
      !wanted.routes.some((each) => isSameRoute(each, route))
    );
    const addresses = [...this.#surplusAddresses, ...previous?.address ? [previous.address] : []];
    this.#surplusAddresses = addresses.filter((each) =>
      wanted.address === undefined || !isSameIpv6(each, 0, wanted.address)
    );
  }

  /**
   * Makes the interface as it should be, and says what was missing. What the kernel refuses is the
   * obstacle.
   */
  #restore(wanted: WantedState): string[] {
    const missing: string[] = [];
    this.#obstacle = undefined;
    try {
      this.#restoreLink(wanted, missing);
      // A new address comes first, so that the routes are never without one.
      this.#restoreAddress(wanted, missing);
      this.#restoreRoutes(wanted, missing);
      this.#removeSurplus();
    } catch (error) {
      this.#obstacle = error;
    }
    return missing;
  }

  #restoreLink({ mtu, forwards }: WantedState, missing: string[]): void {
    // The firewall, and everything that people set up, goes by the name.
    const otherName = this.#configuration.restoreName?.();
    if (otherName !== undefined) missing.push(`its name was "${otherName}"`);
    let { isUp, hasIpv6, ...link } = this.#configuration.readLink();
    if (!isUp) missing.push("the link was down");
    if (link.mtu !== mtu) {
      // With less than 1280 octets, the interface has lost IPv6 and all its settings. The kernel
      // would give it a link-local address as soon as it gets IPv6 back while it is up.
      if (isUp && link.mtu < LEAST_MTU) {
        this.#configuration.takeDown();
        isUp = false;
      }
      this.#configuration.setMtu(mtu);
      missing.push(`the MTU was ${link.mtu}`);
      ({ hasIpv6 } = this.#configuration.readLink());
    }
    if (!hasIpv6) {
      this.#configuration.enableIpv6();
      missing.push("IPv6 was switched off");
    }
    if (!isUp) this.#configuration.bringUp(forwards);
  }

  #restoreAddress({ address }: WantedState, missing: string[]): void {
    if (address === undefined) return;
    if (this.#configuration.addAddress(address, ADDRESS_LENGTH)) {
      missing.push(`the address ${formatIpv6(address)} was missing`);
    }
  }

  #restoreRoutes({ routes }: WantedState, missing: string[]): void {
    for (const { prefix, metric, isCrowded } of routes) {
      if (this.#configuration.addRoute(prefix, metric, isCrowded)) {
        missing.push(`the route ${formatPrefix(prefix)} was missing`);
      }
    }
  }

  #removeSurplus(): void {
    for (const { prefix, metric } of this.#surplusRoutes) {
      this.#configuration.removeRoute(prefix, metric);
    }
    this.#surplusRoutes = [];
    for (const address of this.#surplusAddresses) {
      this.#configuration.removeAddress(address, ADDRESS_LENGTH);
    }
    this.#surplusAddresses = [];
  }

  /** Looks for faults, reports those that are new, and plans the next check. */
  #look(wanted: WantedState): void {
    this.#nextCheck = this.#clock.now() + CHECK_SPACING;
    const before = this.#faults;
    const own: InterfaceFault[] = this.#obstacle === undefined
      ? [...this.#contests(), ...this.#detours(wanted)]
      : [{ type: "incomplete", message: reasonOf(this.#obstacle) }];
    const time = this.#clock.now();
    const others = this.#conditions.flatMap((condition) => condition.check(time));
    this.#hadOwnFaults ||= own.length > 0;
    this.#hadOtherFaults ||= others.length > 0;
    const now = [...own, ...others];
    if (now.length > 0) this.#checkIn(RETRY_INTERVAL);
    const news = now.filter(({ message }) => before.every((fault) => fault.message !== message));
    // The list stays the same as long as it says the same.
    if (news.length === 0 && now.length === before.length) return;
    this.#faults = now;
    for (const { message } of news) this.#warn(message);
    if (now.length === 0) this.#reportWell();
  }

  #reportWell(): void {
    const again = "is as it should be again";
    if (this.#hadOwnFaults) this.#log.info(`Interface ${this.name} ${again}`);
    if (this.#hadOtherFaults) {
      this.#log.info(`What interface ${this.name} needs of this host ${again}`);
    }
    this.#hadOwnFaults = this.#hadOtherFaults = false;
  }

  /** Another program that takes again and again what we restore. */
  #contests(): InterfaceFault[] {
    if (!this.#contest.isOn(this.#clock.now())) return [];
    const message = `Another program keeps changing interface ${this.name}. Leave the interface ` +
      `out of its settings; for NetworkManager: "nmcli device set ${this.name} managed no"`;
    return [{ type: "incomplete", message }];
  }

  #detours({ routes }: WantedState): InterfaceFault[] {
    return routes.flatMap((route) => {
      const message = this.#detour(route);
      return message === undefined ? [] : [{ type: "detour", message }];
    });
  }

  /** What wins over one of our routes, in words; undefined if nothing does. */
  #detour({ example, target, yieldsToNative }: WantedRoute): string | undefined {
    const way = this.#wayTo(example);
    if (way === "unknown") return undefined;
    const advice = "Another route or rule of this host wins over ours: look for it " +
      this.#routeAdvice(formatIpv6(example));
    if (way === "none") return `Packets to ${target} cannot leave this host. ${advice}`;
    if (way.interfaceIndex === this.index) return undefined;
    if (yieldsToNative && way.source !== undefined && isNative(way.source)) return undefined;
    return `Packets to ${target} leave through interface ${way.interfaceName}, not ${this.name}. ` +
      advice;
  }

  #wayTo(destination: Uint8Array): RouteAnswer {
    try {
      return this.#findRoute(destination);
    } catch {
      // As when the process has too many open files: the next check may find out.
      return "unknown";
    }
  }

  /** The next check comes no later than this. */
  #checkIn(delay: number): void {
    const at = this.#clock.now() + delay;
    if (this.#cancel !== undefined && this.#dueAt <= at) return;
    this.#cancel?.();
    this.#dueAt = at;
    this.#cancel = this.#clock.after(delay, () => {
      this.#cancel = undefined;
      this.check();
    });
  }

  /**
   * The same message comes rarely, should some other program undo again and again what is restored.
   */
  #warn(message: string): void {
    const now = this.#clock.now();
    if (now - (this.#loggedAt.get(message) ?? -Infinity) < LOG_SPACING) {
      return this.#log.debug(message);
    }
    if (this.#loggedAt.size >= MAX_MESSAGES) this.#loggedAt.clear();
    this.#loggedAt.set(message, now);
    this.#log.warn(message);
  }
}

/** To the kernel, routes of one interface are the same if these are. */
function isSameRoute(one: WantedRoute, other: WantedRoute): boolean {
  return one.metric === other.metric && one.prefix.length === other.prefix.length &&
    isSameIpv6(one.prefix.address, 0, other.prefix.address);
}

function formatPrefix({ address, length }: Prefix): string {
  return `${formatIpv6(address)}/${length}`;
}
