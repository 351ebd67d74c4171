/**
 * A packet as a row of fields.
 *
 * @module
 */

/** Some octets of a packet, and what they say. */
export interface Field {
  /** Where they start in the packet. */
  readonly offset: number;
  /** The octets in hexadecimal digits. */
  readonly octets: string;
  readonly name: string;
  /** What the octets mean; empty if the name says it all. */
  readonly meaning: string;
}

/** Explains the octets at `offset`. */
export type Meaning = (bytes: Uint8Array, offset: number) => string;

/** Cuts a packet into fields, one after the other, without gaps. */
export class FieldReader {
  readonly fields: Field[] = [];
  readonly #bytes: Uint8Array;
  #offset = 0;
  /** Where the part ends that is being read. */
  #end: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  /** The packet, up to the end of the part that is being read. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#end);
  }

  /** Where the next field starts. */
  get offset(): number {
    return this.#offset;
  }

  /** How many octets are left. */
  get left(): number {
    return this.#end - this.#offset;
  }

  /** Hides what follows `end` from `read`, because it belongs to another part of the packet. */
  within(end: number, read: () => void): void {
    const outer = this.#end;
    this.#end = Math.max(this.#offset, Math.min(outer, end));
    read();
    this.#end = outer;
  }

  /**
   * Reads a field; an empty one is left out. If the packet ends too early, the rest of it becomes
   * the field.
   *
   * @returns whether the whole field was there
   */
  read(name: string, length: number, meaning: Meaning | string = ""): boolean {
    const isWhole = length <= this.left;
    const end = this.#offset + Math.min(length, this.left);
    if (end > this.#offset) {
      this.fields.push({
        offset: this.#offset,
        octets: this.#bytes.subarray(this.#offset, end).toHex(),
        name,
        meaning: isWhole
          ? typeof meaning === "string" ? meaning : meaning(this.bytes, this.#offset)
          : `cut off: ${length - this.left} of ${length} octets are missing`,
      });
    }
    this.#offset = end;
    return isWhole;
  }

  /** Everything up to `end`, or all that is left, as one field. */
  readTo(end: number, name: string, meaning: Meaning | string = ""): void {
    this.read(name, Math.min(end, this.#end) - this.#offset, meaning);
  }
}
