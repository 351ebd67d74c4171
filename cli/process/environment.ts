/**
 * The environment variables of the process.
 *
 * @module
 */

/** The environment: the value of a variable, if it is set. */
export type Environment = (name: string) => string | undefined;

/** The environment of this process. */
export const processEnvironment: Environment = (name) => Deno.env.get(name);

/** The names of all variables of this process. */
export function variableNames(): string[] {
  return Object.keys(Deno.env.toObject());
}
