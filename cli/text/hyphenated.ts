/**
 * Names of properties as people read them.
 *
 * @module
 */

/** `logLevel` in words with hyphens: `log-level`. */
export function hyphenated(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
