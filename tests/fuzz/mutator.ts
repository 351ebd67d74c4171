/**
 * Mutations: inputs that are nearly like others.
 *
 * @module
 */

import type { Below } from "../hostile/hostile_datagrams.ts";

/** Octets at the edges of what parsers compare with. */
const EDGES: readonly number[] = [0x00, 0x01, 0x0a, 0x20, 0x7f, 0x80, 0xfe, 0xff];

/** The most changes to one input. */
const MAX_CHANGES = 6;

/** What the mutations are made of. */
interface Material {
  /** Inputs to change. */
  readonly parents: readonly Uint8Array[];
  readonly words: readonly Uint8Array[];
  readonly maxLength: number;
}

/** Makes inputs, the same ones for the same numbers. Each is valid until the next one. */
export class Mutator {
  readonly #below: Below;
  readonly #material: Material;
  readonly #buffer: Uint8Array;
  #length = 0;

  constructor(below: Below, material: Material) {
    this.#below = below;
    this.#material = material;
    this.#buffer = new Uint8Array(material.maxLength);
  }

  /** The next input. One in sixteen is noise, and another one words alone. */
  next(): Uint8Array {
    const below = this.#below;
    this.#length = 0;
    const kind = below(16);
    if (kind === 0) this.#append(this.#noise(below(64)));
    else if (kind > 1) this.#append(this.#parent());
    else for (let count = below(4); count >= 0; count--) this.#append(this.#word());
    if (kind === 1 && below(2) === 0) return this.#buffer.subarray(0, this.#length);
    for (let changes = below(MAX_CHANGES); changes > 0; changes--) this.#change();
    return this.#buffer.subarray(0, this.#length);
  }

  /** An input of up to `length` octets, most of which repeat: slow code shows itself. */
  stress(length: number): Uint8Array {
    const below = this.#below;
    const input = new Uint8Array(length);
    const parent = this.#parent();
    const head = below(2) === 0 ? parent.subarray(0, below(parent.length + 1)) : this.#word();
    const tail = below(2) === 0 ? parent.subarray(below(parent.length + 1)) : this.#word();
    const piece = below(3) === 0 ? this.#slice(this.#parent()) : this.#word();
    const space = Math.max(0, length - tail.length);
    let end = Math.min(head.length, space);
    input.set(head.subarray(0, end));
    while (piece.length > 0 && end + piece.length <= space) {
      input.set(piece, end);
      end += piece.length;
    }
    input.set(tail.subarray(0, length - end), end);
    return input.subarray(0, Math.min(length, end + tail.length));
  }

  #change(): void {
    const below = this.#below;
    const at = below(this.#length + 1);
    switch (below(14)) {
      case 0:
        return this.#set(at, this.#buffer[at]! ^ (1 << below(8)));
      case 1:
        return this.#set(at, below(256));
      case 2:
        return this.#set(at, EDGES[below(EDGES.length)]!);
      case 3:
        return this.#set(at, this.#buffer[at]! + below(9) - 4);
      case 4:
        this.#length = at;
        return;
      case 5:
        return this.#append(this.#noise(below(20)));
      case 6:
        return this.#lieAboutLength(at);
      case 7:
        return this.#replace(at, below(Math.min(32, this.#length - at) + 1), new Uint8Array(0));
      case 8:
        return this.#replace(at, 0, this.#slice(this.#buffer.slice(0, this.#length)));
      case 9:
        return this.#replace(at, this.#length - at, this.#slice(this.#parent()));
      case 10:
        return this.#replace(at, 0, this.#slice(this.#parent()));
      case 11:
        return this.#replace(at, 0, this.#word());
      case 12: {
        const word = this.#word();
        return this.#replace(at, word.length, word);
      }
      case 13:
        return this.#replace(at, 0, new Uint8Array(below(64)).fill(below(256)));
    }
  }

  /** Writes a number that a length may be, as one, two or four octets in either order. */
  #lieAboutLength(at: number): void {
    const below = this.#below;
    const left = this.#length - at;
    const lies = [0, 1, left, left - 1, left + 1, this.#length, 0x7fff, 0x8000, 0xffff, 0xffffffff];
    const lie = lies[below(lies.length)]!;
    const size = [1, 2, 2, 4][below(4)]!;
    const isLittle = below(4) === 0;
    for (let i = 0; i < size; i++) this.#set(at + i, lie >>> (8 * (isLittle ? i : size - 1 - i)));
  }

  #set(at: number, octet: number): void {
    if (at < this.#length) this.#buffer[at] = octet;
  }

  #replace(at: number, length: number, octets: Uint8Array): void {
    const rest = this.#buffer.slice(Math.min(at + length, this.#length), this.#length);
    this.#length = at;
    this.#append(octets);
    this.#append(rest);
  }

  #append(octets: Uint8Array): void {
    const room = this.#buffer.length - this.#length;
    const taken = octets.length > room ? octets.subarray(0, room) : octets;
    this.#buffer.set(taken, this.#length);
    this.#length += taken.length;
  }

  #noise(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#below(256));
  }

  #slice(octets: Uint8Array): Uint8Array {
    const start = this.#below(octets.length + 1);
    return octets.subarray(start, start + this.#below(Math.min(64, octets.length - start) + 1));
  }

  #parent(): Uint8Array {
    const { parents } = this.#material;
    return parents[this.#below(parents.length)]!;
  }

  #word(): Uint8Array {
    const { words } = this.#material;
    return words.length === 0 ? this.#noise(1 + this.#below(2)) : words[this.#below(words.length)]!;
  }
}
