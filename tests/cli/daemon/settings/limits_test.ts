import { assertEquals } from "@std/assert";
import { CLIENT_LIMITS } from "../../../../client/client_limits.ts";
import { clientLimits, relayLimits, serverLimits } from "../../../../cli/daemon/settings/limits.ts";
import { RELAY_LIMITS } from "../../../../relay/relay_limits.ts";
import { SERVER_LIMITS } from "../../../../server/server_limits.ts";

Deno.test("a server's limits are the defaults, but for those that are given", () => {
  assertEquals(serverLimits(), SERVER_LIMITS);
  assertEquals(serverLimits(new Map([["bubbles-per-source", 7], ["to-host", undefined]])), {
    ...SERVER_LIMITS,
    bubblesPerSource: { perSecond: 7, burst: 14 },
    toHost: undefined,
  });
});

Deno.test("a relay's limits too, whatever else is given for the server next to it", () => {
  const given = new Map([["bubbles-per-source", 7], ["new-clients-per-site", 9]]);
  assertEquals(relayLimits(given), {
    ...RELAY_LIMITS,
    newClientsPerSite: { perSecond: 9, burst: 18 },
  });
});

Deno.test("a client's limits too", () => {
  assertEquals(clientLimits(new Map([["new-clients", undefined], ["tests-for-host", 50]])), {
    ...CLIENT_LIMITS,
    newClients: undefined,
    testsForHost: { perSecond: 50, burst: 100 },
  });
});

Deno.test("limits that are off leave none", () => {
  for (const limits of [serverLimits("off"), relayLimits("off"), clientLimits("off")]) {
    for (const rate of Object.values(limits)) assertEquals(rate, undefined);
  }
});
