import { assertEquals, assertStringIncludes } from "@std/assert";
import { AddressWatch } from "../../../cli/daemon/address_watch.ts";
import { openLog } from "../../../cli/process/open_log.ts";
import { parseIpv4 } from "../../../wire/ipv4_address.ts";

const [ONE, OTHER] = [parseIpv4("83.1.1.1")!, parseIpv4("83.1.1.2")!];

Deno.test("address watch: an address that goes is said once, and so is its return", () => {
  const lines: string[] = [];
  const watch = new AddressWatch([ONE, OTHER], openLog("debug", (line) => lines.push(line)));
  watch.look([ONE, OTHER]);
  assertEquals([lines, watch.faults], [[], []]);
  for (let i = 0; i < 3; i++) watch.look([OTHER]);
  assertEquals(lines.length, 1);
  assertStringIncludes(
    lines.shift()!,
    "warn  This host has lost the address 83.1.1.1: clients are",
  );
  assertEquals(watch.faults.length, 1);
  assertStringIncludes(watch.faults[0]!.message, "lost the address 83.1.1.1");
  for (let i = 0; i < 3; i++) watch.look([ONE, OTHER]);
  assertEquals(watch.faults, []);
  assertEquals(lines.length, 1);
  assertStringIncludes(lines.shift()!, "info  83.1.1.1 is back");
  watch.look([]);
  assertEquals(lines.length, 2);
});
