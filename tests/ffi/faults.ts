/**
 * A C library that fails: any of its calls, by any error, whenever a test says so.
 *
 * @module
 */

import { constants } from "node:os";
import { errno, failedResult, failWith, type Libc, libc } from "../../ffi/c/libc.ts";
import { COLD_SYMBOLS, HOT_SYMBOLS } from "../../ffi/c/libc_symbols.ts";

/** The name of an error that a call can fail with. */
export type FaultCode = keyof typeof constants.errno;

/**
 * What becomes of a call: it fails by an error; it fails and leaves the error number of an earlier
 * call (`stale`); or it does less than it was asked for (`short`).
 */
export type Mischief = FaultCode | "stale" | "short";

/** Says what becomes of call number `call`, counted from 0; undefined lets it through. */
export type Fault = (call: number, args: readonly unknown[]) => Mischief | undefined;

/** A function of {@linkcode libc}. */
export type CallName = keyof Libc;

/** The first so many calls fail. */
export function first(count: number, mischief: Mischief): Fault {
  return (call) => call < count ? mischief : undefined;
}

/** Every call fails. */
export function always(mischief: Mischief): Fault {
  return () => mischief;
}

/** The faults at work, until disposed of. */
export interface Faults extends Disposable {
  /** How many calls there were so far, of those that may fail. */
  readonly calls: number;
  /** How many calls failed so far. */
  readonly failed: number;
  /** How many failed, by the name of the call and what became of it. */
  readonly kinds: ReadonlyMap<string, number>;
}

const SYMBOLS: Readonly<Record<CallName, Deno.ForeignFunction>> = {
  ...HOT_SYMBOLS,
  ...COLD_SYMBOLS,
};

type AnyCall = (...args: unknown[]) => unknown;

/** Makes calls of {@linkcode libc} fail as told. What fails is not called, except for `close`. */
export function injectFaults(faults: { readonly [Name in CallName]?: Fault }): Faults {
  const table = libc() as unknown as Record<string, AnyCall>;
  const originals: Record<string, AnyCall> = {};
  const kinds = new Map<string, number>();
  const injected = {
    calls: 0,
    failed: 0,
    kinds,
    [Symbol.dispose]: () => void Object.assign(table, originals),
  };
  for (const [name, fault] of Object.entries(faults)) {
    const original = originals[name] = table[name]!;
    let call = 0;
    table[name] = (...args) => {
      injected.calls++;
      const mischief = fault(call++, args);
      if (mischief === undefined) return original(...args);
      injected.failed++;
      const kind = `${name} ${mischief}`;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      // Linux closes a file even if it says that something went wrong.
      if (name === "close") original(...args);
      if (mischief === "short") return shorten(name, original, args);
      failWith(mischief === "stale" ? errno() : constants.errno[mischief]);
      const result = failedResult(SYMBOLS[name as CallName]);
      return name === "pollOnThread" ? Promise.resolve(result) : result;
    };
  }
  return injected;
}

/** Has a call do less: one message instead of many, a part of the octets. */
function shorten(name: string, original: AnyCall, args: readonly unknown[]): unknown {
  const [fd, buffer, count, ...rest] = args;
  switch (name) {
    case "sendmmsg":
    case "recvmmsg":
      return original(fd, buffer, Math.min(1, count as number), ...rest);
    case "read":
    case "write": {
      const result = original(...args) as number;
      return result > 0 ? result >> 1 : result;
    }
    default:
      return original(...args);
  }
}

/** Counts calls while `body` runs, and lets them through. */
export async function callsOf(body: () => Promise<void>): Promise<Set<CallName>> {
  const called = new Set<CallName>();
  const names = Object.keys(libc()) as CallName[];
  const watch = (name: CallName): Fault => () => {
    called.add(name);
    return undefined;
  };
  using _ = injectFaults(Object.fromEntries(names.map((name) => [name, watch(name)])));
  await body();
  return called;
}
