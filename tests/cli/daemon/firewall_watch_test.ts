import { assertEquals, assertStringIncludes } from "@std/assert";
import { FirewallWatch } from "../../../cli/daemon/firewall_watch.ts";
import { openLog } from "../../../cli/process/open_log.ts";
import type { DroppingChain } from "../../../ffi/packet_filter.ts";

const DOCKER: DroppingChain = { family: "ip6", table: "filter", chain: "FORWARD" };
const OTHER: DroppingChain = { family: "inet", table: "fw", chain: "forward" };

Deno.test("firewall watch: each chain that drops is said once, whenever it comes", () => {
  const lines: string[] = [];
  let chains: DroppingChain[] = [];
  const forwarder = { name: "teredo", obstacles: () => chains };
  const watch = new FirewallWatch(forwarder, openLog("debug", (line) => lines.push(line)));
  watch.look();
  assertEquals(lines, []);
  chains = [OTHER];
  for (let i = 0; i < 3; i++) watch.look();
  chains = [OTHER, DOCKER];
  for (let i = 0; i < 3; i++) watch.look();
  assertEquals(lines.length, 2);
  assertStringIncludes(lines[0]!, "warn  The firewall of this host drops forwarded packets: ");
  assertStringIncludes(
    lines[1]!,
    "chain FORWARD of table ip6 filter needs rules that accept those of interface teredo",
  );
  chains = [];
  watch.look();
  chains = [DOCKER];
  watch.look();
  assertEquals(lines.length, 3);
});
