import { assertEquals } from "@std/assert";
import { Counters } from "../../../io/counters.ts";
import { lossCounter } from "../../../io/udp/loss_counter.ts";

Deno.test("loss counter: losses are counted one by one, by their reason", () => {
  const counters = new Counters();
  const { lost, unreceived } = lossCounter(counters);
  lost(3, "EAGAIN");
  lost(2, "ENETUNREACH");
  unreceived("ECONNREFUSED");
  assertEquals(Object.fromEntries(counters.drops()), {
    send_backlog: 3,
    send_failed: 2,
    receive_failed: 1,
  });
});
