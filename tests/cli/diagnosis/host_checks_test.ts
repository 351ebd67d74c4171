/** What the facts of a host mean. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { diagnosisText, failures } from "../../../cli/diagnosis/diagnosis_text.ts";
import { droppingChains } from "../../../cli/diagnosis/firewall.ts";
import { type ClientOnHost, hostChecks } from "../../../cli/diagnosis/host_checks.ts";
import type { HostFacts } from "../../../cli/diagnosis/host_facts.ts";
import type { Route } from "../../../ffi/route.ts";

function through(interfaceName: string): Route {
  return { interfaceIndex: 2, interfaceName, source: undefined, gateway: undefined };
}

const FACTS: HostFacts = {
  versions: "teredo 1.0.0, kernel 6.1",
  ways: { ipv4: through("eth0"), teredo: through("teredo"), native: through("teredo") },
  ipv6Off: [],
  mtu: 1280,
  firewall: { chains: [] },
  nameOrder: undefined,
  clock: Date.UTC(2026, 1),
};

const CLIENT: ClientOnHost = { interface: "teredo", state: "qualified", mtu: 1280 };

const CASES: readonly (readonly [
  facts: Partial<HostFacts>,
  check: string,
  result: string,
  ...words: string[],
])[] = [
  [{ ways: { ...FACTS.ways, ipv4: "none" } }, "IPv4", "FAIL", "default route"],
  [{ ipv6Off: ["teredo"] }, "IPv6", "FAIL", "sysctl net.ipv6.conf.teredo.disable_ipv6=0"],
  [{ ipv6Off: ["all"] }, "IPv6", "PASS", "Switched on"],
  [{ ways: { ...FACTS.ways, teredo: through("wg0") } }, "route to clients", "FAIL", "wg0", "VPN"],
  [{ ways: { ...FACTS.ways, teredo: "none" } }, "route to clients", "FAIL", "unreachable route"],
  [{ ways: { ...FACTS.ways, native: through("wg0") } }, "route to native", "NOTE", "wg0"],
  [{ ways: { ...FACTS.ways, native: "none" } }, "route to native", "NOTE", "--no-default-route"],
  [{ mtu: 1400 }, "MTU", "FAIL", "ip link set teredo mtu 1280"],
  [{ firewall: { unknown: "nft is not installed" } }, "firewall", "SKIP", "nft is not installed"],
  [
    { firewall: { chains: [{ hook: "input", name: "inet filter input" }] } },
    "firewall",
    "NOTE",
    "inet filter input",
    "established",
  ],
  [{ nameOrder: "precedence 2001::/32 100" }, "name order", "PASS", "gai.conf"],
  [{ clock: 0 }, "clock", "NOTE", "1970"],
];

for (const [changes, check, result, ...words] of CASES) {
  Deno.test(`diagnose: ${check} ${result}, ${words[0]}`, () => {
    const checks = hostChecks({ ...FACTS, ...changes }, CLIENT);
    const found = checks.find((each) => each.check === check)!;
    assertEquals(found.result, result);
    for (const word of words) assertStringIncludes(`${found.detail} ${found.remedy}`, word);
    // Nothing else is blamed.
    assertEquals(failures(checks), result === "FAIL" ? 1 : 0);
  });
}

Deno.test("diagnose: without a client, switched-off IPv6 is named by what a new interface takes over", () => {
  const [, , ipv6] = hostChecks({ ...FACTS, ipv6Off: ["all", "default"] }, undefined);
  assertEquals(ipv6!.result, "FAIL");
  assertStringIncludes(ipv6!.remedy!, "net.ipv6.conf.default.disable_ipv6=0");
});

Deno.test("diagnose: the text fits the terminal, and counts what failed", () => {
  const checks = hostChecks({ ...FACTS, mtu: 1400 }, CLIENT);
  const rest = {
    schema: 1,
    version: "1",
    made: "",
    ping: null,
    probe: null,
    client: null,
  } as const;
  const text = diagnosisText({ ...rest, checks }, 80);
  assertEquals(text.split("\n").filter((line) => line.length > 80), []);
  assertStringIncludes(text, `1 of ${checks.length} checks failed`);
});

Deno.test("diagnose: of nft's chains, those count that drop what comes in or goes out", () => {
  const chain = (hook: string, policy: string) => ({
    chain: { family: "inet", table: "filter", name: hook, hook, policy },
  });
  const nftables = [
    { metainfo: {} },
    chain("input", "drop"),
    chain("output", "accept"),
    chain("forward", "drop"),
    { chain: { family: "inet", table: "filter", name: "mine" } },
  ];
  assertEquals(droppingChains({ nftables }), [{ hook: "input", name: "inet filter input" }]);
  assertEquals([droppingChains({}), droppingChains("x"), droppingChains(null)], [[], [], []]);
});
