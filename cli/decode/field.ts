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
  /** What the octets say; empty where the name tells it all. */
  readonly meaning: string;
}

/** Says what the octets at `offset` mean. */
export type Meaning = (bytes: Uint8Array, offset: number) => string;

/** Cuts a packet into fields, one behind the other, without gaps. */
export class FieldReader {
  readonly fields: Field[] = [];
  readonly #bytes: Uint8Array;
  #offset = 0;
  /** Where what is read at present ends. */
  #end: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  /** The packet, up to where what is read at present ends. */
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

  /** Lets `read` see nothing behind `end`: that is not its part of the packet. */
  within(end: number, read: () => void): void {
    const outer = this.#end;
    this.#end = Math.max(this.#offset, Math.min(outer, end));
    read();
    this.#end = outer;
  }

  /**
   * Reads a field; one of no octets is left out. Where the packet ends too early, what is left of it
   * becomes the field.
   *
   * @returns whether it was there in full
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

  /** All that is left, or up to `end`, as one field. */
  readTo(end: number, name: string, meaning: Meaning | string = ""): void {
    this.read(name, Math.min(end, this.#end) - this.#offset, meaning);
  }
}
