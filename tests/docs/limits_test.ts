/** Holds docs/limits.md to the code. */
import { assertEquals } from "@std/assert";
import { hyphenated } from "../../cli/text/hyphenated.ts";
import {
  ANSWER_RATE,
  ANSWER_RATE_PER_ADDRESS,
  ANSWER_RATE_PER_PLACE,
  CHALLENGE_RATE,
  CHALLENGE_RATE_PER_SERVER,
  INDUCED_TEST_RATE,
  NATIVE_STRANGERS_RATE,
  NATIVE_STRANGERS_RATE_PER_RELAY,
  STRANGERS_RATE,
  TEST_RATE,
} from "../../client/timing.ts";
import { RELAY_LIMITS } from "../../relay/relay_limits.ts";
import { SERVER_LIMITS } from "../../server/server_limits.ts";

const DOCUMENT = await Deno.readTextFile(new URL("../../docs/limits.md", import.meta.url));

/** A row of the table of limits: name, key, rate. */
const ROW = /^\| `([a-z-]+)` +\| [^|]+ \| +([\d,]+|off) \|/gm;

/** A row of the table of the client's limits, which have no names to set them by. */
const CLIENT_ROW = /^\| ([a-z][a-z ]+[a-z]) +\| [^|]+ \| +([\d,]+) \|/gm;

const LIMITS = { ...SERVER_LIMITS, ...RELAY_LIMITS };

Deno.test("limits.md: each limit of server and relay has the rate that it says", () => {
  const told = [...DOCUMENT.matchAll(ROW)].map(([, name, rate]) => [name, rate!.replace(",", "")]);
  const real = Object.entries(LIMITS).map(([limit, rate]) => {
    return [hyphenated(limit), rate === undefined ? "off" : String(rate.perSecond)];
  });
  assertEquals(told, real);
});

Deno.test("limits.md: each limit of a client has the rate that it says", () => {
  const told = [...DOCUMENT.matchAll(CLIENT_ROW)].map(([, name, rate]) => {
    return [name, Number(rate!.replace(",", ""))];
  });
  assertEquals(told, [
    ["answers per peer", ANSWER_RATE.perSecond],
    ["answers per port", ANSWER_RATE_PER_PLACE.perSecond],
    ["answers per address", ANSWER_RATE_PER_ADDRESS.perSecond],
    ["challenges per peer", CHALLENGE_RATE.perSecond],
    ["challenges per server", CHALLENGE_RATE_PER_SERVER.perSecond],
    ["new clients", STRANGERS_RATE.perSecond],
    ["new native hosts per relay", NATIVE_STRANGERS_RATE_PER_RELAY.perSecond],
    ["new native hosts", NATIVE_STRANGERS_RATE.perSecond],
    ["tests for native hosts", INDUCED_TEST_RATE.perSecond],
    ["tests for the host", TEST_RATE.perSecond],
  ]);
});

Deno.test("limits.md: a burst is what the rate allows in two seconds", () => {
  for (const [limit, rate] of Object.entries(LIMITS)) {
    assertEquals(rate?.burst, rate && 2 * rate.perSecond, limit);
  }
});
