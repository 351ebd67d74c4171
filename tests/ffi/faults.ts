/**
 * Makes calls of the C library fail.
 *
 * @module
 */

import { constants } from "node:os";
import { failWith, type Libc, libc } from "../../ffi/c/libc.ts";

/** The name of an error that a call can fail with. */
export type FaultCode = keyof typeof constants.errno;

/** Says how call number `call`, counted from 0, is to fail; undefined lets it through. */
export type Fault = (call: number, args: readonly unknown[]) => FaultCode | undefined;

/** The first so many calls fail. */
export function first(count: number, code: FaultCode): Fault {
  return (call) => call < count ? code : undefined;
}

/** Every call fails. */
export function always(code: FaultCode): Fault {
  return () => code;
}

/** The faults at work, until disposed of. */
export interface Faults extends Disposable {
  /** How many calls failed so far. */
  readonly failed: number;
}

/** Makes calls of {@linkcode libc} fail as told. What fails is not called. */
export function injectFaults(faults: { readonly [Name in keyof Libc]?: Fault }): Faults {
  const table = libc() as unknown as Record<string, (...args: unknown[]) => unknown>;
  const originals: typeof table = {};
  const injected = { failed: 0, [Symbol.dispose]: () => void Object.assign(table, originals) };
  for (const [name, fault] of Object.entries(faults)) {
    const original = originals[name] = table[name]!;
    let call = 0;
    table[name] = (...args) => {
      const code = fault(call++, args);
      if (code === undefined) return original(...args);
      injected.failed++;
      const result = failWith(constants.errno[code]);
      if (name === "pollOnThread") return Promise.resolve(result);
      // The one call that shows a failure by 0.
      return name === "interfaceIndex" ? 0 : result;
    };
  }
  return injected;
}
