/**
 * What a fuzzer can try: code that takes octets which somebody else chose.
 *
 * @module
 */

/** Something to fuzz. It depends on its input alone, so that an input that fails fails again. */
export interface FuzzTarget {
  /** As `--target` takes it, and the name of its corpus. */
  readonly name: string;
  /** Inputs to begin with, most of them good. */
  readonly seeds: readonly Uint8Array[];
  /** What mutations put anywhere: words of the language, octets that mean something. */
  readonly words: readonly Uint8Array[];
  /** Its share of the time: 1 unless given. */
  readonly weight?: number;
  /** The longest input that mutations make, in octets. */
  readonly maxLength: number;
  /** The longest input that is tried for its time, in octets; 0 if none is. */
  readonly stressLength: number;
  /**
   * Takes an input, which is lent for the duration of the call.
   *
   * @throws {Violation} something does not hold that always should; any other error is one too
   */
  run(input: Uint8Array): void | Promise<void>;
}

/** Something does not hold that always should. */
class Violation extends Error {
  override readonly name = "Violation";
}

/** Asserts what always holds. */
export function hold(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Violation(what);
}

/** Asserts that two arrays have the same octets. */
export function holdSame(actual: Uint8Array, expected: Uint8Array, what: string): void {
  const isSame = actual.length === expected.length &&
    actual.every((octet, i) => octet === expected[i]);
  if (!isSame) throw new Violation(`${what}: ${actual.toHex()}, not ${expected.toHex()}`);
}

/** Octets of a text. */
export function octetsOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The octets of several texts. */
export function words(...texts: readonly string[]): Uint8Array[] {
  return texts.map(octetsOf);
}

/** The text that octets spell; what is not UTF-8 becomes U+FFFD. */
export function textOf(octets: Uint8Array): string {
  return new TextDecoder().decode(octets);
}
