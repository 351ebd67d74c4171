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
import { lockAbstractName } from "./abstract_lock.ts";
import { type Change, ForwardingNote } from "./forwarding_note.ts";
import { readSysctl, writeSysctl } from "./kernel/sysctl.ts";

const CONF = "net/ipv6/conf";
const ALL = `${CONF}/all/forwarding`;

/** One process of a network namespace at a time changes settings and puts them back. */
const LOCK = "teredo-forwarding";

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
 * Makes this process the one that may change the settings, and puts back what a process that was
 * killed has left changed.
 *
 * @returns What switches forwarding on; to be closed after all that this has changed.
 * @throws {SystemError} The system gives no lock.
 */
export function openForwarding(note: ForwardingNote): Forwarding {
  const lock = lockAbstractName(LOCK);
  // Another process has the settings, and puts them back.
  if (lock === undefined) {
    return { wasLeft: false, enable: enableForwarding, [Symbol.dispose]() {} };
  }
  using stack = new DisposableStack();
  stack.use(lock);
  const left = note.read();
  const wasLeft = left.some(({ name, after }) => readSysctl(name) === after);
  left.toReversed().forEach(restore);
  note.remove();
  const parts = stack.move();
  return {
    wasLeft,
    enable: () => enableForwarding(note),
    [Symbol.dispose]: () => parts.dispose(),
  };
}

/** The settings, in the hands of this process. */
interface Forwarding extends Disposable {
  /** Whether a process that was killed had left them changed. */
  readonly wasLeft: boolean;
  /**
   * Switches forwarding on.
   *
   * @returns What puts back all that was changed.
   * @throws {ForwardingRefused} It is off and cannot be switched on here.
   */
  enable(): Disposable;
}

/**
 * Switches forwarding on.
 *
 * @returns What puts back all that was changed.
 * @throws {ForwardingRefused} It is off and cannot be switched on here.
 */
export function enableForwarding(note: ForwardingNote = new ForwardingNote(undefined)): Disposable {
  using stack = new DisposableStack();
  if (readSysctl(ALL) !== "1") {
    const listening = keepListening();
    const routers = routersAlready();
    const general = { name: ALL, before: "0", after: "1" };
    note.write([...listening, ...routers, general]);
    stack.defer(() => note.remove());
    // In the end this goes last: an interface must not be a host's that listens to no router.
    for (const change of listening) apply(change, stack);
    // Writing the general setting writes that of every interface.
    for (const change of routers) stack.defer(() => restore(change));
    apply(general, stack);
    insistOnForwarding();
  }
  return stack.move();
}

function insistOnForwarding(): void {
  if (readSysctl(ALL) !== "1") throw new ForwardingRefused();
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
