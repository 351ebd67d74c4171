/** The system's own ping, next to the client's. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { hostPing } from "../../../cli/diagnosis/host_ping.ts";
import { DARWIN_FACTS } from "../../../ffi/darwin/facts.ts";
import { WINDOWS_FACTS } from "../../../ffi/windows/facts.ts";

/** How small and large requests end, and what failed. */
const CASES = [
  ["answered", "answered", "this host's ping PASS"],
  ["answered", "silent", "this host's ping PASS, large packets FAIL"],
  ["silent", "silent", "this host's ping FAIL"],
  ["unavailable", "silent", "this host's ping SKIP"],
] as const;

for (const [small, large, expected] of CASES) {
  Deno.test(`diagnose: ${small} small and ${large} large packets`, async () => {
    const sizes: number[] = [];
    const checks = await hostPing({
      address: "2001:db8::1",
      mtu: 1280,
      ping: (_, octets) => {
        sizes.push(octets);
        return Promise.resolve(octets === 1280 ? large : small);
      },
    });
    assertEquals(checks.map(({ check, result }) => `${check} ${result}`).join(", "), expected);
    assertEquals(sizes, small === "answered" ? [104, 1280] : [104]);
  });
}

for (const system of [DARWIN_FACTS, WINDOWS_FACTS]) {
  Deno.test(`diagnose: on ${system.name}, whose ping has other options, nothing is blamed`, async () => {
    const [check, ...more] = await hostPing({ address: "::1", mtu: 1280, system });
    assertEquals([check!.result, more], ["SKIP", []]);
    assertStringIncludes(check!.detail, system.name);
  });
}
