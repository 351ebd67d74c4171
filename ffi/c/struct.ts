/**
 * Structures of C, declared once: the fields in order, and their offsets by C's own rule.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { i16, i32, struct } from "./struct.ts";
 *
 * const POLLFD = struct({ fd: i32, events: i16, revents: i16 });
 *
 * const bytes = POLLFD.encode({ fd: 3, events: 1 });
 * assertEquals(bytes.length, 8);
 * assertEquals(POLLFD.offset.revents, 6);
 * assertEquals(POLLFD.fields.events.read(bytes, POLLFD.offset.events), 1);
 * assertEquals(POLLFD.decode(bytes), { fd: 3, events: 1, revents: 0 });
 * ```
 *
 * @module
 */

/** How a field is laid out in memory. */
interface FieldType<Value> {
  /** Its length in octets. */
  readonly size: number;
  /** Its offset is a multiple of this. */
  readonly alignment: number;
  /** Its value at `offset` of `bytes`. */
  read(bytes: Uint8Array, offset: number): Value;
  /** Writes `value` at `offset` of `bytes`. */
  write(bytes: Uint8Array, offset: number, value: Value): void;
}

/** Fields by name, in the order of the C declaration. */
type Fields = Record<string, FieldType<unknown>>;

/** The values of all fields. */
type Values<F extends Fields> = {
  [Name in keyof F]: F[Name] extends FieldType<infer Value> ? Value : never;
};

/** A structure whose fields and offsets are known. */
interface Struct<F extends Fields> {
  /** Its length in octets, with the padding at the end. */
  readonly size: number;
  /** The fields as declared. */
  readonly fields: F;
  /** The offset of each field in octets. */
  readonly offset: { readonly [Name in keyof F]: number };
  /** A new structure. Fields that are not named are zero. */
  encode(values: Partial<Values<F>>): Uint8Array<ArrayBuffer>;
  /** Writes the named fields at `start` of `bytes` and leaves the others as they are. */
  write(bytes: Uint8Array, start: number, values: Partial<Values<F>>): void;
  /** The values of all fields of the structure at `start` of `bytes`. */
  decode(bytes: Uint8Array, start?: number): Values<F>;
}

/** Declares a structure. */
export function struct<F extends Fields>(fields: F): Struct<F> {
  const { size, offset } = layOut(fields);
  const write = (bytes: Uint8Array, start: number, values: Partial<Values<F>>) => {
    for (const name in values) {
      fields[name]!.write(bytes, start + offset[name], values[name]);
    }
  };
  return {
    size,
    fields,
    offset,
    write,
    encode: (values) => {
      const bytes = allocate(size);
      write(bytes, 0, values);
      return bytes;
    },
    decode: (bytes, start = 0) => {
      const values: Partial<Values<F>> = {};
      for (const name in fields) {
        values[name] = fields[name]!.read(bytes, start + offset[name]) as Values<F>[typeof name];
      }
      return values as Values<F>;
    },
  };
}

/**
 * Zeroed memory that C may write to.
 *
 * V8 keeps small typed arrays inside its own heap, where the collector moves them. An array over an
 * ArrayBuffer is outside the heap and stays in its place, even while a call on another thread uses
 * it.
 */
export function allocate(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(size));
}

function layOut<F extends Fields>(fields: F): { size: number; offset: Record<keyof F, number> } {
  const offset: Partial<Record<keyof F, number>> = {};
  let end = 0;
  let alignment = 1;
  for (const name in fields) {
    const field = fields[name]!;
    offset[name] = roundUp(end, field.alignment);
    end = offset[name]! + field.size;
    alignment = Math.max(alignment, field.alignment);
  }
  return { size: roundUp(end, alignment), offset: offset as Record<keyof F, number> };
}

/** The smallest multiple of `step` that is not below `value`. */
export function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

/** Deno only runs on little-endian machines: this is the host's order. */
const HOST_ORDER = true;
const NETWORK_ORDER = false;

/** The methods of DataView that come in pairs `getX` and `setX` over a plain number. */
type NumberKind = "Uint16" | "Int16" | "Uint32" | "Int32";

function number(kind: NumberKind, size: number, littleEndian: boolean): FieldType<number> {
  const [get, set] = [`get${kind}`, `set${kind}`] as const;
  return {
    size,
    alignment: size,
    read: (bytes, offset) => view(bytes)[get](offset, littleEndian),
    write: (bytes, offset, value) => view(bytes)[set](offset, value, littleEndian),
  };
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** `unsigned char`. */
export const u8: FieldType<number> = {
  size: 1,
  alignment: 1,
  read: (bytes, offset) => bytes[offset]!,
  write: (bytes, offset, value) => {
    bytes[offset] = value;
  },
};

/** `unsigned short`. */
export const u16: FieldType<number> = number("Uint16", 2, HOST_ORDER);

/** `short`. */
export const i16: FieldType<number> = number("Int16", 2, HOST_ORDER);

/** `unsigned int`. */
export const u32: FieldType<number> = number("Uint32", 4, HOST_ORDER);

/** `int`. */
export const i32: FieldType<number> = number("Int32", 4, HOST_ORDER);

/** `unsigned long`, or a pointer as a number. */
export const u64: FieldType<bigint> = {
  size: 8,
  alignment: 8,
  read: (bytes, offset) => view(bytes).getBigUint64(offset, HOST_ORDER),
  write: (bytes, offset, value) => view(bytes).setBigUint64(offset, value, HOST_ORDER),
};

/** `__be16`: 16 bits in network order. */
export const be16: FieldType<number> = number("Uint16", 2, NETWORK_ORDER);

/** `__be32`: 32 bits in network order. */
export const be32: FieldType<number> = number("Uint32", 4, NETWORK_ORDER);

/** `__be64`: 64 bits in network order. */
export const be64: FieldType<bigint> = {
  size: 8,
  alignment: 8,
  read: (bytes, offset) => view(bytes).getBigUint64(offset, NETWORK_ORDER),
  write: (bytes, offset, value) => view(bytes).setBigUint64(offset, value, NETWORK_ORDER),
};

/**
 * `unsigned char[length]`. Reading gives a view; writing copies, and leaves what it does not write.
 */
export function octets(length: number): FieldType<Uint8Array> {
  return {
    size: length,
    alignment: 1,
    read: (bytes, offset) => bytes.subarray(offset, offset + length),
    write: (bytes, offset, value) => bytes.set(value.subarray(0, length), offset),
  };
}

/**
 * `char[length]` holding a string that ends at the first NUL. A string that is too long is
 * truncated.
 */
export function text(length: number): FieldType<string> {
  return {
    size: length,
    alignment: 1,
    read: (bytes, offset) => {
      const all = bytes.subarray(offset, offset + length);
      const end = all.indexOf(0);
      return new TextDecoder().decode(end < 0 ? all : all.subarray(0, end));
    },
    write: (bytes, offset, value) => {
      const field = bytes.subarray(offset, offset + length).fill(0);
      new TextEncoder().encodeInto(value, field.subarray(0, length - 1));
    },
  };
}

/** A NUL-terminated string for a `const char *` parameter. */
export function cString(value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${value}\0`);
}
