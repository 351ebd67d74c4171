/** The clock of a router. */
import { assertEquals } from "@std/assert";
import { RouterEpoch } from "../../portmap/router_epoch.ts";

/** Whether the second of two looks, `elapsed` seconds apart, shows a restart. */
function restarts(first: number, second: number, elapsed: number): boolean {
  const epoch = new RouterEpoch();
  assertEquals(epoch.hasRestarted(first, 5000), false);
  return epoch.hasRestarted(second, 5000 + 1000 * elapsed);
}

Deno.test("epoch: a clock that keeps pace with ours is that of a router that runs on", () => {
  assertEquals(restarts(1000, 1600, 600), false);
  assertEquals(restarts(1000, 1000, 1), false);
  assertEquals(restarts(1000, 999, 0), false, "datagrams that overtook each other");
  assertEquals(restarts(1000, 1565, 600), false, "a sixteenth slower");
});

Deno.test("epoch: a clock that goes back or loses time is that of a router that restarted", () => {
  assertEquals(restarts(1000, 5, 600), true);
  assertEquals(restarts(1000, 998, 0), true);
  assertEquals(restarts(10, 60, 600), true, "it restarted and runs for longer than before");
  assertEquals(restarts(1000, 3000, 600), true, "a clock that ran ahead cannot be trusted");
});
