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
  [0x70736575, 0x736f6d65],
  [0x6e646f6d, 0x646f7261],
  [0x6e657261, 0x6c796765],
  [0x79746573, 0x74656462],
] as const;

/** Where the four words of the state begin. */
const V0 = 0;
const V1 = 2;
const V2 = 4;
const V3 = 6;

/**
 * The hash of a message, 8 octets.
 *
 * @param key 16 octets
 * @throws {RangeError} the key has another length
 */
export function sipHash(key: Uint8Array, message: Uint8Array): Uint8Array<ArrayBuffer> {
  if (key.length !== SIP_KEY_LENGTH) {
    throw new RangeError(`A key has ${SIP_KEY_LENGTH} octets, not ${key.length}`);
  }
  const state = initialState(viewOf(key));
  const words = viewOf(padded(message));
  for (let at = 0; at < words.byteLength; at += 8) {
    const low = words.getInt32(at, true);
    const high = words.getInt32(at + 4, true);
    xorWith(state, V3, low, high);
    mix(state, 2);
    xorWith(state, V0, low, high);
  }
  xorWith(state, V2, 0xff, 0);
  mix(state, 4);
  const hash = new Uint8Array(8);
  for (const half of [0, 1]) {
    const value = state[V0 + half]! ^ state[V1 + half]! ^ state[V2 + half]! ^ state[V3 + half]!;
    viewOf(hash).setInt32(4 * half, value, true);
  }
  return hash;
}

function initialState(key: DataView): Int32Array {
  const state = new Int32Array(8);
  INITIAL.forEach(([low, high], word) => {
    const half = 8 * (word % 2);
    state[2 * word] = low ^ key.getInt32(half, true);
    state[2 * word + 1] = high ^ key.getInt32(half + 4, true);
  });
  return state;
}

/** The message in whole words; the last octet is the message's length, modulo 256. */
function padded(message: Uint8Array): Uint8Array {
  const octets = new Uint8Array(8 * Math.floor(message.length / 8) + 8);
  octets.set(message);
  octets[octets.length - 1] = message.length;
  return octets;
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
  xorWith(state, to, state[from]!, state[from + 1]!);
}

function xorWith(state: Int32Array, to: number, low: number, high: number): void {
  state[to]! ^= low;
  state[to + 1]! ^= high;
}

function viewOf(octets: Uint8Array): DataView {
  return new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
}
