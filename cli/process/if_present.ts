/**
 * What is known of something that need not be there.
 *
 * @module
 */

/**
 * What `look` finds; undefined if there is no such file.
 *
 * @throws {Error} the system refuses
 */
export function ifPresent<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
