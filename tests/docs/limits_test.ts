/** Holds docs/limits.md to the code. */
import { assertEquals } from "@std/assert";
import { hyphenated } from "../../cli/text/hyphenated.ts";
import { CLIENT_LIMITS } from "../../client/client_limits.ts";
import { RELAY_LIMITS } from "../../relay/relay_limits.ts";
import { SERVER_LIMITS } from "../../server/server_limits.ts";

const DOCUMENT = await Deno.readTextFile(new URL("../../docs/limits.md", import.meta.url));

/** A row of the table of limits: name, key, rate. */
const ROW = /^\| `([a-z-]+)` +\| [^|]+ \| +([\d,]+|off) \|/gm;

const LIMITS = { ...SERVER_LIMITS, ...RELAY_LIMITS };
const ALL = { ...LIMITS, ...CLIENT_LIMITS };

Deno.test("limits.md: each limit has the rate that it says", () => {
  const told = [...DOCUMENT.matchAll(ROW)].map(([, name, rate]) => [name, rate!.replace(",", "")]);
  const real = Object.entries(ALL).map(([limit, rate]) => {
    return [hyphenated(limit), rate === undefined ? "off" : String(rate.perSecond)];
  });
  assertEquals(told, real);
});

Deno.test("limits.md: a burst is what the rate of a server or relay allows in two seconds", () => {
  for (const [limit, rate] of Object.entries(LIMITS)) {
    assertEquals(rate?.burst, rate && 2 * rate.perSecond, limit);
  }
});
