/**
 * Kinds of values that only a probe takes.
 *
 * @module
 */

import { HOST, remedyForHosts, type ValueKind } from "./value_kind.ts";

/** The longest time to wait for an answer, in seconds. */
const LONGEST_TIMEOUT = 60;

/** A time to wait for an answer, in seconds; the value is in milliseconds. */
export const TIMEOUT_SECONDS: ValueKind<number> = {
  placeholder: "SECONDS",
  expected: `a number of seconds from 1 to ${LONGEST_TIMEOUT}`,
  parse(given) {
    const seconds = /^\d{1,2}$/.test(given) ? Number(given) : 0;
    return seconds >= 1 && seconds <= LONGEST_TIMEOUT ? seconds * 1000 : undefined;
  },
};

/** A server by its primary address, with a comma and its secondary one behind it if need be. */
export const SERVER: ValueKind<string> = {
  placeholder: "SERVER",
  expected: "a host name or IPv4 address, or two separated by a comma",
  parse(given) {
    const hosts = given.split(",");
    const isRight = hosts.length <= 2 && hosts.every((host) => HOST.parse(host) !== undefined);
    return isRight ? given : undefined;
  },
  remedy: remedyForHosts,
};
