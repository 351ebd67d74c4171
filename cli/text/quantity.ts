/**
 * Quantities in words.
 *
 * @module
 */

const UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB"];

/** Octets in words: "0 B", "1023 B", "1.5 KiB", "12 MiB". */
export function formatBytes(octets: number): string {
  if (octets < 1024) return `${octets} B`;
  let value = octets;
  let unit = -1;
  do {
    value /= 1024;
    unit++;
  } while (value >= 1023.5 && unit < UNITS.length - 1);
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${UNITS[unit]}`;
}
