/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed hash of short messages. Nobody without the key
 * can tell its output from random octets, and unlike the HMACs of WebCrypto it is synchronous, which
 * a machine needs.
 *
 * JavaScript has no 64-bit integers that are fast, so a word is two elements of an array: its lower
 * half, then its upper half.
 *
 * @module
 */

/** The length of a key in octets. */
export const SIP_KEY_LENGTH = 16;

/** "somepseudorandomlygeneratedbytes", which makes the words of the state differ. */
const INITIAL = [
  ...[0x70736575, 0x736f6d65, 0x6e646f6d, 0x646f7261],
  ...[0x6e657261, 0x6c796765, 0x79746573, 0x74656462],
];

/** Where the four words of the state begin. */
const V0 = 0;
const V1 = 2;
const V2 = 4;
const V3 = 6;

/** SipHash-2-4 with one key. */
export class SipHash {
  /** The state before any message. */
  readonly #initial: Int32Array;
  readonly #state = new Int32Array(8);

  /**
   * @param key 16 octets
   * @throws {RangeError} the key has another length
   */
  constructor(key: Uint8Array) {
    if (key.length !== SIP_KEY_LENGTH) {
      throw new RangeError(`A key has ${SIP_KEY_LENGTH} octets, not ${key.length}`);
    }
    this.#initial = Int32Array.from(INITIAL, (word, i) => word ^ getI32(key, 4 * (i % 4)));
  }

  /** The hash of a message, 8 octets. */
  of(message: Uint8Array): Uint8Array<ArrayBuffer> {
    const state = this.#state;
    state.set(this.#initial);
    const whole = message.length & ~7;
    for (let at = 0; at < whole; at += 8) {
      compress(state, getI32(message, at), getI32(message, at + 4));
    }
    // The last word is what is left, and the length modulo 256.
    const last = new Uint8Array(8);
    for (let at = whole; at < message.length; at++) last[at - whole] = message[at]!;
    last[7] = message.length;
    compress(state, getI32(last, 0), getI32(last, 4));
    state[V2]! ^= 0xff;
    mix(state, 4);
    setI32(last, 0, state[V0]! ^ state[V1]! ^ state[V2]! ^ state[V3]!);
    setI32(last, 4, state[V0 + 1]! ^ state[V1 + 1]! ^ state[V2 + 1]! ^ state[V3 + 1]!);
    return last;
  }
}

function compress(state: Int32Array, low: number, high: number): void {
  state[V3]! ^= low;
  state[V3 + 1]! ^= high;
  mix(state, 2);
  state[V0]! ^= low;
  state[V0 + 1]! ^= high;
}

function mix(state: Int32Array, rounds: number): void {
  for (let i = 0; i < rounds; i++) {
    add(state, V0, V1);
    rotate(state, V1, 13);
    xor(state, V1, V0);
    swap(state, V0);
    add(state, V2, V3);
    rotate(state, V3, 16);
    xor(state, V3, V2);
    add(state, V0, V3);
    rotate(state, V3, 21);
    xor(state, V3, V0);
    add(state, V2, V1);
    rotate(state, V1, 17);
    xor(state, V1, V2);
    swap(state, V2);
  }
}

function add(state: Int32Array, to: number, from: number): void {
  const low = (state[to]! >>> 0) + (state[from]! >>> 0);
  const carry = low > 0xffffffff ? 1 : 0;
  state[to] = low;
  state[to + 1] = state[to + 1]! + state[from + 1]! + carry;
}

/** Rotates a word to the left by `bits`, fewer than 32. */
function rotate(state: Int32Array, word: number, bits: number): void {
  const low = state[word]!;
  const high = state[word + 1]!;
  state[word] = (low << bits) | (high >>> (32 - bits));
  state[word + 1] = (high << bits) | (low >>> (32 - bits));
}

/** Rotates a word by 32 bits. */
function swap(state: Int32Array, word: number): void {
  const low = state[word]!;
  state[word] = state[word + 1]!;
  state[word + 1] = low;
}

function xor(state: Int32Array, to: number, from: number): void {
  state[to]! ^= state[from]!;
  state[to + 1]! ^= state[from + 1]!;
}

/** The little-endian 32-bit integer at `offset`. */
function getI32(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! | bytes[offset + 1]! << 8 | bytes[offset + 2]! << 16 |
    bytes[offset + 3]! << 24;
}

function setI32(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value;
  bytes[offset + 1] = value >>> 8;
  bytes[offset + 2] = value >>> 16;
  bytes[offset + 3] = value >>> 24;
}
