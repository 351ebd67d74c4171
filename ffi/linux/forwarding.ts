/**
 * Whether this host passes packets on between its interfaces.
 *
 * The kernel asks one setting, `net.ipv6.conf.all.forwarding`. The setting of the same name that
 * each interface has does not make it forward anything: it only says whether the interface behaves
 * as a router's. (Linux 6.17 has `force_forwarding` for one interface. It would have to be set for
 * every interface that answers may come in by, so someone has to know the uplinks and follow them,
 * and older kernels need the general setting anyway.)
 *
 * A host that forwards ignores router advertisements, unless `accept_ra` is 2: the kernel removes
 * the default routes that it learned from them at once, and its addresses some time later.
 * Therefore each interface that listens to them now, and the pattern for new interfaces, get a 2
 * first.
 *
 * @module
 */

import { ForwardingRefused } from "../forwarding_refused.ts";
import { readSysctl, writeSysctl } from "./kernel/sysctl.ts";

const CONF = "net/ipv6/conf";
const ALL = `${CONF}/all/forwarding`;

/** A setting that was changed, and what it was. */
interface Change {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** Whether this host forwards IPv6 packets, even if only between some of its interfaces. */
export function isForwarding(): boolean {
  return readSysctl(ALL) === "1" ||
    interfaces().some((name) => readSysctl(`${CONF}/${name}/force_forwarding`) === "1");
}

/** The same, and undefined where that cannot be seen. */
export function forwardsIpv6(): boolean | undefined {
  return readSysctl(ALL) === undefined ? undefined : isForwarding();
}

/**
 * Switches forwarding on.
 *
 * @returns What puts back all that was changed.
 * @throws {ForwardingRefused} It is off and cannot be switched on here.
 */
export function enableForwarding(): Disposable {
  using stack = new DisposableStack();
  if (readSysctl(ALL) !== "1") {
    // In the end this goes last: an interface must not be a host's that listens to no router.
    for (const change of keepListening()) apply(change, stack);
    // Writing the general setting writes that of every interface.
    for (const change of routersAlready()) stack.defer(() => restore(change));
    apply({ name: ALL, before: "0", after: "1" }, stack);
    if (readSysctl(ALL) !== "1") throw new ForwardingRefused();
  }
  return stack.move();
}

/** Changes that keep interfaces listening to routers. */
function keepListening(): Change[] {
  return interfaces()
    .filter((name) =>
      readSysctl(`${CONF}/${name}/accept_ra`) === "1" &&
      readSysctl(`${CONF}/${name}/forwarding`) === "0"
    )
    .map((name) => ({ name: `${CONF}/${name}/accept_ra`, before: "1", after: "2" }));
}

/** Interfaces that already behave as a router's. */
function routersAlready(): Change[] {
  return interfaces()
    .map((name) => `${CONF}/${name}/forwarding`)
    .filter((name) => readSysctl(name) === "1")
    .map((name) => ({ name, before: "1", after: "0" }));
}

function apply(change: Change, stack: DisposableStack): void {
  writeSysctl(change.name, change.after);
  stack.defer(() => restore(change));
}

/** Leaves alone what someone else has set to another value since. */
function restore({ name, before, after }: Change): void {
  if (readSysctl(name) === after) writeSysctl(name, before);
}

/** Interfaces that have settings, and `default`, the pattern for new ones. */
function interfaces(): string[] {
  try {
    return [...Deno.readDirSync(`/proc/sys/${CONF}`)].map(({ name }) => name)
      .filter((name) => name !== "all");
  } catch (error) {
    // Without IPv6 there is no such folder.
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
