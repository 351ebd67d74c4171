import { assertEquals } from "@std/assert";
import { OperatorService } from "../../../cli/daemon/operator_service.ts";
import { relayPart } from "../../../cli/daemon/status/relay_part.ts";
import { Counters } from "../../../io/counters.ts";
import { SILENT_LOG } from "../../../io/log.ts";
import { RelayFixture } from "../../relay/relay_fixture.ts";
import { ACTORS } from "../../vectors/vectors.ts";

Deno.test("operator service: however many read the metrics, a report that takes long is made once in a while", async () => {
  const folder = await Deno.makeTempDir();
  const options = { control: `${folder}/relay.sock`, metrics: undefined };
  const subject = { role: "relay", events: [], counters: new Counters(), log: SILENT_LOG } as const;
  using service = await OperatorService.open(options, subject);
  const { relay, now } = new RelayFixture();
  let made = 0;
  service.attach({
    part() {
      made++;
      for (const begin = performance.now(); performance.now() - begin < 20;);
      return relayPart(relay.status(now), ACTORS.a, { name: "teredo", faults: [] });
    },
  });
  const report = service.recentReport();
  for (let i = 0; i < 10; i++) assertEquals(service.recentReport(), report);
  service.onEvent({ type: "peer_reached" });
  await Promise.resolve();
  service.recentReport();
  assertEquals(made, 1, "Peers come and go by the dozen");
  service.onEvent({ type: "qualified" });
  await Promise.resolve();
  service.recentReport();
  assertEquals(made, 2, "Other events change what a report says");
  service.report();
  assertEquals(made, 3, "Who may ask the role learns how it is now");
  await Deno.remove(folder, { recursive: true });
});
