/**
 * Text as Windows has it: UTF-16 with a zero at the end.
 *
 * @module
 */

/** A text for a parameter of type `LPCWSTR`. */
export function wideText(text: string): Uint8Array<ArrayBuffer> {
  const units = new Uint16Array(text.length + 1);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return new Uint8Array(units.buffer);
}

/** The text at an address, up to a zero. */
export function readWideText(address: Deno.PointerObject): string {
  const view = new Deno.UnsafePointerView(address);
  const units: number[] = [];
  for (let i = 0;; i++) {
    const unit = view.getUint16(2 * i);
    if (unit === 0) return String.fromCharCode(...units);
    units.push(unit);
  }
}

/** The text in an array, up to a zero. */
export function wideTextIn(bytes: Uint8Array): string {
  const text = new TextDecoder("utf-16le").decode(bytes);
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}
