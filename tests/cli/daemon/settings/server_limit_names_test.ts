import { assertEquals } from "@std/assert";
import { serverLimits } from "../../../../cli/daemon/settings/server_limit_names.ts";
import { SERVER_LIMITS } from "../../../../server/server_limits.ts";

Deno.test("a server's limits are the defaults, but for those that are given", () => {
  assertEquals(serverLimits(), SERVER_LIMITS);
  assertEquals(serverLimits("off"), "off");
  assertEquals(serverLimits(new Map([["bubbles-per-source", 7], ["to-host", undefined]])), {
    ...SERVER_LIMITS,
    bubblesPerSource: { perSecond: 7, burst: 14 },
    toHost: undefined,
  });
});
