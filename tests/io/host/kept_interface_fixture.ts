/**
 * An interface that is kept as it should be, on a kernel that is played.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import {
  type Interface,
  InterfaceGone,
  Ipv6SwitchedOff,
  type Prefix,
} from "../../../ffi/interface.ts";
import type { RouteAnswer } from "../../../ffi/route.ts";
import { KeptInterface } from "../../../io/host/kept_interface.ts";
import { clientState, DEFAULT_ROUTE } from "../../../io/host/wanted_state.ts";
import { openLog } from "../../../cli/process/open_log.ts";
import { formatIpv6, parseIpv6 } from "../../../wire/ipv6_address.ts";
import { FakeClock } from "../fakes.ts";

/** Addresses of a client, one after the other. */
export const ONE = parseIpv6("2001:0:5301:101:1:2:3:4")!;
export const OTHER = parseIpv6("2001:0:5301:101:5:6:7:8")!;
/** The interface's index. */
export const OWN = 7;
/** What a client's interface has when it is qualified with the address {@linkcode ONE}. */
export const ADDRESS = "2001:0:5301:101:1:2:3:4/128";
export const ROUTES = ["2001::/32 1024", "::/0 1029"];

/** An interface of a kernel that keeps what it is given, as the real one does. */
class FakeInterface implements Interface {
  isUp = false;
  mtu = 1500;
  hasIpv6 = true;
  dropped = 0;
  isGone = false;
  otherName: string | undefined;
  /** Whether settings below /proc can be changed. */
  mayEnable = true;
  readonly has = new Set<string>();
  /** Changes, not those that change nothing. */
  readonly calls: string[] = [];

  readLink() {
    if (this.isGone) throw new InterfaceGone("it is gone");
    const { isUp, mtu, hasIpv6, dropped } = this;
    return { isUp, mtu, hasIpv6, dropped };
  }

  restoreName(): string | undefined {
    const name = this.otherName;
    this.otherName = undefined;
    return name;
  }

  setQueueLength(): void {}

  enableIpv6(): void {
    if (!this.mayEnable) throw new Ipv6SwitchedOff("IPv6 is switched off: switch it on");
    this.hasIpv6 = true;
    this.calls.push("ipv6");
  }

  setMtu(octets: number): void {
    this.mtu = octets;
    this.calls.push(`mtu ${octets}`);
  }

  bringUp(): void {
    this.isUp = true;
    this.calls.push("up");
  }

  takeDown(): void {
    this.isUp = false;
    this.calls.push("down");
  }

  addAddress(address: Uint8Array, length: number): boolean {
    return this.#add(`${formatIpv6(address)}/${length}`);
  }

  removeAddress(address: Uint8Array, length: number): void {
    this.#remove(`${formatIpv6(address)}/${length}`);
  }

  addRoute({ address, length }: Prefix, metric?: number): boolean {
    return this.#add(`${formatIpv6(address)}/${length} ${metric}`);
  }

  removeRoute({ address, length }: Prefix, metric?: number): void {
    this.#remove(`${formatIpv6(address)}/${length} ${metric}`);
  }

  close(): void {}

  /** What happens when IPv6 is switched off, or the link goes down. */
  lose(): void {
    this.has.clear();
  }

  #add(what: string): boolean {
    if (this.has.has(what)) return false;
    this.has.add(what);
    this.calls.push(`+ ${what}`);
    return true;
  }

  #remove(what: string): void {
    if (this.has.delete(what)) this.calls.push(`- ${what}`);
  }
}

/** An interface that nothing was wanted of yet. */
export function make() {
  const lines: string[] = [];
  const fake = new FakeInterface();
  const clock = new FakeClock();
  /** How the kernel would send to the IPv6 Internet; all else goes through our own interface. */
  const native: { way: RouteAnswer } = { way: way(OWN, ONE) };
  const kept = new KeptInterface({
    name: "teredo",
    index: OWN,
    configuration: fake,
    endOf: (obstacle) => obstacle instanceof InterfaceGone ? obstacle : undefined,
    routeAdvice: (to) => `with "ip -6 route get ${to}" and "ip -6 rule"`,
    findRoute: (to) => to === DEFAULT_ROUTE.example ? native.way : way(OWN, ONE),
    log: openLog("info", (line) => lines.push(line.slice(line.indexOf(" ") + 1).trim())),
    clock,
  });
  const logged = () => lines.splice(0).map((line) => line.replace(/^\S+ +/, ""));
  return { fake, clock, kept, native, logged, calls: fake.calls };
}

/** The way of packets through an interface, from an address. */
export function way(interfaceIndex: number, source: Uint8Array): RouteAnswer {
  return { interfaceIndex, interfaceName: "wg0", source, gateway: undefined };
}

/** What a client wants. */
export function client(address: Uint8Array | undefined, mtu = 1280, hasDefaultRoute = true) {
  return clientState({ address, mtu, hasDefaultRoute });
}

/** Qualified, and everything about it forgotten. */
export function makeQualified() {
  const all = make();
  all.kept.want(client(ONE));
  all.calls.length = 0;
  assertEquals(all.logged(), []);
  all.clock.moveTo(all.clock.time + 1_000);
  return all;
}
