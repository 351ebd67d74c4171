/**
 * Where the programs of a user have their sockets.
 *
 * @module
 */

/**
 * The folder for the control sockets of a user's programs.
 *
 * @param given the folder that the system made for this user, if it did
 */
export function userRuntime(given: string | undefined, uid: number | null): string {
  return given ? `${given}/teredo` : `/tmp/teredo-${uid}`;
}
