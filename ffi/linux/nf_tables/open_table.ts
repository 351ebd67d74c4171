/**
 * A table that lasts as long as the process.
 *
 * Since Linux 5.12 a table may belong to the socket that made it: the kernel removes it when the
 * socket closes, however the process ends, and other programs cannot change it. Before, nothing but
 * this program removes it: at its end, or after a KILL at its next start, which recognises the
 * table by the comment of its rules and by a lock that is free.
 *
 * @module
 */

import { errnoName, SystemError } from "../../c/errno.ts";
import type { DroppingChain, FilterCounts } from "../../packet_filter.ts";
import { lockAbstractName } from "../abstract_lock.ts";
import { findDroppingChains, findTable, readCounters, type TableKind } from "./lookup.ts";
import { type BatchRejection, NfTablesNetlink } from "./nf_tables_netlink.ts";
import { MESSAGE } from "./numbers.ts";
import { batchError, questionError } from "./rejection_words.ts";
import { creationOf, deletionOf, type Hook, type Table, type TableMessage } from "./table.ts";

/** A table at work. */
interface OpenTable extends Disposable {
  /** Whether the kernel removes it even if the process is killed. */
  readonly isOwned: boolean;
  /**
   * Makes it again if it was removed, as "nft flush ruleset" does with a table that nobody owns.
   *
   * @returns what was wrong, in a sentence; undefined if nothing was
   * @throws What {@linkcode openTable} throws.
   */
  restore(): string | undefined;
  /** What its counters have counted so far, by their names. */
  counts(): FilterCounts;
  /** Chains of other tables at this place that drop by default. */
  droppingChains(at: Hook["at"]): readonly DroppingChain[];
  /** Removes it. May be repeated. */
  [Symbol.dispose](): void;
}

/**
 * Makes a table with all that is in it, in one step.
 *
 * @param mayOwn whether to make it as a kernel since 5.12 can; otherwise as one before
 * @throws {SystemError} The kernel refuses, or a table of that name is not this program's; the
 * message says what to do.
 */
export function openTable(table: Table, mayOwn = true): OpenTable {
  const attempt = `make the table "${table.name}" of nf_tables`;
  using stack = new DisposableStack();
  const netlink = stack.adopt(openNetlink(attempt), (socket) => socket.close());
  const found = findTable(netlink, table.name);
  if (typeof found !== "string") throw questionError(attempt, found);
  refuseOthers(attempt, table.name, found);
  const remains = found === "ours" ? [deletionOf(table.name)] : [];
  // The process that made it may be running.
  if (found === "ours") stack.use(lock(attempt, table.name));
  const isOwned = mayOwn && makeOwned(netlink, attempt, table, remains);
  if (!isOwned) {
    if (found !== "ours") stack.use(lock(attempt, table.name));
    makeUnowned(netlink, attempt, table, remains);
    stack.defer(() => void netlink.change([deletionOf(table.name)]));
  }
  const parts = stack.move();
  return {
    isOwned,
    restore: () => isOwned || parts.disposed ? undefined : restore(netlink, attempt, table),
    counts: () => parts.disposed ? {} : readCounters(netlink, table.name),
    droppingChains: (at) => parts.disposed ? [] : findDroppingChains(netlink, at),
    [Symbol.dispose]: () => parts.dispose(),
  };
}

function openNetlink(attempt: string): NfTablesNetlink {
  try {
    return new NfTablesNetlink();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    throw questionError(attempt, { ok: false, errno: error.errno, explanation: "" });
  }
}

/** Makes the table as the socket's own. Returns false on a kernel that cannot. */
function makeOwned(
  netlink: NfTablesNetlink,
  attempt: string,
  table: Table,
  remains: TableMessage[],
): boolean {
  const rejection = netlink.change([...remains, ...creationOf(table, true)]);
  if (rejection === undefined) return true;
  if (isUnknownFlag(rejection)) return false;
  throw batchError(attempt, rejection);
}

function makeUnowned(
  netlink: NfTablesNetlink,
  attempt: string,
  table: Table,
  remains: TableMessage[],
): void {
  const rejection = netlink.change([...remains, ...creationOf(table, false)]);
  if (rejection !== undefined) throw batchError(attempt, rejection);
}

function restore(netlink: NfTablesNetlink, attempt: string, table: Table): string | undefined {
  const found = findTable(netlink, table.name);
  if (typeof found !== "string") throw questionError(attempt, found);
  if (found === "ours") return undefined;
  refuseOthers(attempt, table.name, found);
  makeUnowned(netlink, attempt, table, []);
  return `Something removed the table "${table.name}" of nf_tables. It is there again`;
}

/** Takes the lock of a table that only its process removes. */
function lock(attempt: string, name: string): Disposable {
  const taken = lockAbstractName(`teredo-nf-table-${name}`);
  if (taken === undefined) throw heldError(attempt, name);
  return taken;
}

/** Whether a kernel before 5.12 has stumbled over the flag of a table that is owned. */
function isUnknownFlag({ errno, message }: BatchRejection): boolean {
  return message?.type === MESSAGE.NEW_TABLE && ["EINVAL", "EOPNOTSUPP"].includes(errnoName(errno));
}

function refuseOthers(attempt: string, name: string, found: TableKind): void {
  if (found === "owned") throw heldError(attempt, name);
  if (found === "foreign") {
    throw new Error(
      `Cannot ${attempt}: there is a table "${name}" that this program did not make. ` +
        `Look at it with "nft list table ip6 ${name}", and remove it with ` +
        `"nft delete table ip6 ${name}" if nothing needs it`,
    );
  }
}

function heldError(attempt: string, name: string): Error {
  return new Error(
    `Cannot ${attempt}: a program that is running has a table "${name}". Stop it first`,
  );
}
