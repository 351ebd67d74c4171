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
import { holderOfName, lockAbstractName } from "./abstract_lock.ts";
import { type Change, ForwardingNote } from "./forwarding_note.ts";
import { readSysctl, writeSysctl } from "./kernel/sysctl.ts";

const CONF = "net/ipv6/conf";
const ALL = `${CONF}/all/forwarding`;

/** The change that matters. */
const GENERAL: Change = { name: ALL, before: "0", after: "1" };

/** What someone has switched off that was on before. */
const SWITCHED_OFF =
  "Someone has switched off the forwarding of IPv6 packets, so nothing passes between this gateway's " +
  "clients and the IPv6 Internet. It was on before the gateway started, so the gateway leaves it alone. " +
  'Run "sysctl -w net.ipv6.conf.all.forwarding=1", or start the gateway again';

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

/** The settings, as one process changes them and puts them back when it is disposed of. */
export class Forwarding implements Disposable {
  /** Whether a process that was killed had left them changed. They were put back then. */
  readonly wasLeft: boolean;
  /**
   * Whether a process that is neither root's nor this user's keeps others from taking the lock. The
   * note is used all the same.
   */
  readonly isLockForeign: boolean;
  /** Whether another process holds the lock, and the kernel doesn't say whose. No note is used then. */
  readonly isLockHidden: boolean;
  readonly #note: ForwardingNote;
  /** What is closed in the end, even if not all can be put back. */
  readonly #parts: Disposable;
  /** What was changed, in this order, before the general setting. */
  #listening: readonly Change[] = [];
  #routers: readonly Change[] = [];
  /** Whether this has switched forwarding on. */
  #isOurs = false;

  /**
   * One process of a network namespace at a time notes what it changes, and puts back what a process
   * that was killed has left changed. Another one beside it changes settings without a note. Every
   * user may take the name of the lock, but only root and this user keep a note from being used. So
   * does a holder that can't be told from them: the note may be that of a process at work.
   *
   * @throws {SystemError} The system gives no lock, or refuses to put back what was left.
   */
  constructor(note: ForwardingNote = new ForwardingNote(undefined)) {
    using stack = new DisposableStack();
    const lock = stack.use(lockAbstractName(LOCK));
    const holder = lock === undefined ? holderOfName(LOCK) : undefined;
    this.isLockHidden = holder === "unknown";
    this.isLockForeign = lock === undefined && !this.isLockHidden && holder !== 0 &&
      holder !== Deno.uid();
    const isBeside = lock === undefined && !this.isLockForeign;
    this.#note = stack.use(isBeside ? new ForwardingNote(undefined) : note);
    const left = this.#note.read();
    this.wasLeft = left.some(({ name, after }) => readSysctl(name) === after);
    left.toReversed().forEach(putBack);
    this.#note.remove();
    this.#parts = stack.move();
  }

  /**
   * Switches forwarding on, unless it is. What was changed stays so until {@linkcode disable}.
   *
   * @throws {ForwardingRefused} It is off and cannot be switched on here.
   */
  enable(): void {
    if (readSysctl(ALL) !== "1") this.#switchOn();
  }

  /**
   * Switches forwarding on again if someone has switched it off. What was on before, this leaves to
   * others: no rule here keeps such a host from forwarding between its other interfaces.
   *
   * @returns whether it was off
   * @throws {ForwardingRefused} It stays off.
   */
  restore(): boolean {
    if (this.#isOurs ? readSysctl(ALL) === "1" : isForwarding()) return false;
    if (!this.#isOurs) throw new ForwardingRefused(SWITCHED_OFF);
    this.#switchOn();
    return true;
  }

  /**
   * Puts back all that was changed. May be repeated.
   *
   * @throws {SystemError} The system refuses. Then the note stays for the next start.
   */
  disable(): void {
    // The general setting goes first: an interface must not be a host's that listens to no router.
    this.#changes.toReversed().forEach(putBack);
    this.#isOurs = false;
    this.#note.remove();
  }

  [Symbol.dispose](): void {
    using _ = this.#parts;
    this.disable();
  }

  get #changes(): Change[] {
    return this.#isOurs ? [...this.#listening, ...this.#routers, GENERAL] : [];
  }

  #switchOn(): void {
    const listening = additions(this.#listening, keepListening());
    // Writing the general setting writes that of every interface.
    const routers = additions(this.#routers, routersAlready());
    const isNew = !this.#isOurs || listening.length + routers.length > 0;
    this.#isOurs = true;
    this.#listening = [...this.#listening, ...listening];
    this.#routers = [...this.#routers, ...routers];
    if (isNew) this.#note.write(this.#changes);
    for (const { name, after } of [...keepListening(), GENERAL]) writeSysctl(name, after);
    if (readSysctl(ALL) !== "1") throw new ForwardingRefused();
  }
}

/** What `found` has that is not among `known`. */
function additions(known: readonly Change[], found: readonly Change[]): Change[] {
  return found.filter(({ name }) => known.every((change) => change.name !== name));
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

/** Leaves alone what someone else has set to another value since. */
function putBack({ name, before, after }: Change): void {
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
