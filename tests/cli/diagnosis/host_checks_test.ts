/** What the facts of a host mean. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { diagnosisText, failures } from "../../../cli/diagnosis/diagnosis_text.ts";
import { type DroppingChain, droppingChains } from "../../../cli/diagnosis/firewall.ts";
import { type ClientOnHost, hostChecks } from "../../../cli/diagnosis/host_checks.ts";
import { type HostFacts, nameOrder, ownRoutes } from "../../../cli/diagnosis/host_facts.ts";
import { DARWIN_FACTS } from "../../../ffi/darwin/facts.ts";
import { LINUX_FACTS } from "../../../ffi/linux/facts.ts";
import { WINDOWS_FACTS } from "../../../ffi/windows/facts.ts";
import type { Route } from "../../../ffi/route.ts";
import { parseIpv6 } from "../../../wire/ipv6_address.ts";

function through(interfaceName: string, source?: string): Route {
  const octets = source === undefined ? undefined : parseIpv6(source);
  return { interfaceIndex: 2, interfaceName, source: octets, gateway: undefined };
}

const FACTS: HostFacts = {
  versions: "teredo 1.0.0, kernel 6.1",
  ways: { ipv4: through("eth0"), teredo: through("teredo"), native: through("teredo") },
  ownRoutes: { teredo: true, native: true },
  ipv6Off: [],
  mtu: 1280,
  firewall: { chains: [] },
  nameOrder: "",
  clock: Date.UTC(2026, 1),
};

const CLIENT: ClientOnHost = { interface: "teredo", state: "qualified", mtu: 1280 };

/** A firewall with one chain that drops something. */
function chain(hook: DroppingChain["hook"], drops: DroppingChain["drops"]): Partial<HostFacts> {
  return { firewall: { chains: [{ hook, name: `inet filter ${hook}`, drops }] } };
}

const CASES: readonly (readonly [
  facts: Partial<HostFacts>,
  check: string,
  result: string,
  ...words: string[],
])[] = [
  [{ ways: { ...FACTS.ways, ipv4: "none" } }, "IPv4", "FAIL", "default route"],
  [{ ipv6Off: ["teredo"] }, "IPv6", "FAIL", "sysctl net.ipv6.conf.teredo.disable_ipv6=0"],
  [{ ipv6Off: ["all"] }, "IPv6", "PASS", "Switched on"],
  [{ ipv6Off: undefined }, "IPv6", "SKIP", "cannot be seen"],
  [{ ways: { ...FACTS.ways, teredo: through("wg0") } }, "route to clients", "FAIL", "wg0", "VPN"],
  [{ ways: { ...FACTS.ways, teredo: "none" } }, "route to clients", "FAIL", "cannot leave"],
  [
    { ways: { ...FACTS.ways, teredo: "none" }, ownRoutes: { teredo: false, native: true } },
    "route to clients",
    "FAIL",
    "another program removed it",
    "nmcli device set teredo managed no",
  ],
  [
    { ways: { ...FACTS.ways, native: through("wg0", "fd00::7") } },
    "route to native",
    "FAIL",
    "wg0",
    "VPN",
  ],
  [
    { ways: { ...FACTS.ways, native: through("eth0", "2a00:1::7") } },
    "route to native",
    "NOTE",
    "native IPv6",
  ],
  [
    { ways: { ...FACTS.ways, native: "none" }, ownRoutes: { teredo: true, native: false } },
    "route to native",
    "NOTE",
    "--no-default-route",
  ],
  [{ ways: { ...FACTS.ways, native: "none" } }, "route to native", "FAIL", "cannot leave"],
  [{ mtu: 1400 }, "MTU", "FAIL", "ip link set teredo mtu 1280"],
  [{ firewall: { unknown: "nft is not installed" } }, "firewall", "SKIP", "nft is not installed"],
  [chain("input", "new"), "firewall", "NOTE", "inet filter input", "Answers get in"],
  [chain("input", "all"), "firewall", "NOTE", "no rule accepts answers", "established"],
  [chain("input", "interface"), "firewall", "FAIL", "comes in by interface teredo", "established"],
  [chain("output", "interface"), "firewall", "FAIL", "leaves by interface teredo"],
  [chain("output", "service"), "firewall", "NOTE", "UDP to port 3544"],
  [{ nameOrder: "precedence 2001::/32 100" }, "name order", "NOTE", "gai.conf", "remove the line"],
  [{ nameOrder: "" }, "name order", "PASS", "IPv4 comes before Teredo"],
  [{ nameOrder: undefined }, "name order", "SKIP", "cannot be seen"],
  [{ clock: 0 }, "clock", "NOTE", "1970"],
];

for (const [changes, check, result, ...words] of CASES) {
  Deno.test(`diagnose: ${check} ${result}, ${words[0]}`, () => {
    const checks = hostChecks({ ...FACTS, ...changes }, CLIENT, true);
    const found = checks.find((each) => each.check === check)!;
    assertEquals(found.result, result);
    for (const word of words) assertStringIncludes(`${found.detail} ${found.remedy}`, word);
    // Nothing else is blamed.
    assertEquals(failures(checks), result === "FAIL" ? 1 : 0);
  });
}

Deno.test("diagnose: without a client, switched-off IPv6 is named by what a new interface takes over", () => {
  const [, , ipv6] = hostChecks({ ...FACTS, ipv6Off: ["all", "default"] }, undefined, true);
  assertEquals(ipv6!.result, "FAIL");
  assertStringIncludes(ipv6!.remedy!, "net.ipv6.conf.default.disable_ipv6=0");
});

Deno.test("diagnose: the text fits the terminal, and counts what failed", () => {
  const checks = hostChecks({ ...FACTS, mtu: 1400 }, CLIENT, true);
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

Deno.test("diagnose: a firewall is to blame for silence if it lets no answers in, or nothing out", () => {
  for (
    const [changes, word] of [[chain("input", "all"), "established"], [
      chain("output", "service"),
      "out",
    ]] as const
  ) {
    const [found] = hostChecks({ ...FACTS, ...changes }, undefined, false)
      .filter(({ result }) => result === "FAIL");
    assertEquals(found?.check, "firewall");
    assertStringIncludes(found!.remedy!, word);
  }
});

const ESTABLISHED = {
  match: { op: "in", left: { ct: { key: "state" } }, right: ["established", "related"] },
};
const ACCEPT = { accept: null };
const DROP = { drop: null };

function by(key: string, right: unknown) {
  return { match: { op: "==", left: { meta: { key } }, right } };
}

function udp(field: string, right: unknown) {
  return { match: { op: "==", left: { payload: { protocol: "udp", field } }, right } };
}

const OURS = by("iifname", "teredo");

/** Chains as nft lists them: rules of the chain itself, and of one that is named "more". */
const LISTINGS: readonly (readonly [
  what: string,
  hook: string,
  policy: string,
  drops: string | undefined,
  rules: readonly unknown[][],
  more?: readonly unknown[][],
])[] = [
  ["nothing", "input", "accept", undefined, []],
  ["forwarded packets", "forward", "drop", undefined, []],
  ["whatever comes", "input", "drop", "all", [[by("iifname", "lo"), ACCEPT]]],
  ["what no connection began", "input", "drop", "new", [[ESTABLISHED, ACCEPT]]],
  [
    "what no connection began, by a map",
    "input",
    "drop",
    "new",
    [[{
      vmap: {
        key: { ct: { key: "state" } },
        data: { set: [["invalid", DROP], ["established", ACCEPT]] },
      },
    }]],
  ],
  ["by a last rule", "input", "accept", "all", [[{ counter: {} }, { reject: null }]]],
  ["by a last rule, not answers", "input", "accept", "new", [[ESTABLISHED, ACCEPT], [DROP]]],
  ["our interface", "input", "accept", "interface", [[by("iifname", "tere*"), DROP]]],
  ["our interface, not answers", "input", "accept", undefined, [
    [ESTABLISHED, ACCEPT],
    [by("iifname", "teredo"), DROP],
  ]],
  ["another interface", "input", "accept", undefined, [[by("iifname", "eth0"), DROP]]],
  ["only TCP of ours", "input", "accept", undefined, [
    [by("iifname", "teredo"), by("l4proto", "tcp"), DROP],
  ]],
  ["our interface, in another chain", "input", "accept", "interface", [[{
    jump: { target: "more" },
  }]], [[by("iifname", "teredo"), DROP]]],
  ["nothing, as docs/operating.md recommends", "input", "accept", undefined, [
    [OURS, ESTABLISHED, ACCEPT],
    [OURS, by("l4proto", "ipv6-icmp"), ACCEPT],
    [OURS, DROP],
  ]],
  ["nothing, by the same rules of ip6tables", "input", "accept", undefined, [
    [OURS, { xt: { type: "match", name: "conntrack" } }, ACCEPT],
    [OURS, DROP],
  ]],
  ["nothing, by such rules in another chain", "input", "accept", undefined, [
    [OURS, { jump: { target: "more" } }],
  ], [[ESTABLISHED, ACCEPT], [DROP]]],
  ["our interface, whose own chain has no accept", "input", "accept", "interface", [
    [OURS, { jump: { target: "more" } }],
  ], [[{ counter: {} }, DROP]]],
  ["our interface, but another one's answers", "input", "accept", "interface", [
    [by("iifname", "eth0"), ESTABLISHED, ACCEPT],
    [OURS, DROP],
  ]],
  ["our interface, new connections too", "output", "accept", "interface", [
    [by("oifname", "teredo"), ESTABLISHED, ACCEPT],
    [by("oifname", "teredo"), DROP],
  ]],
  ["our interface, new connections too, after a map", "output", "accept", "interface", [
    [{
      vmap: { key: { ct: { key: "state" } }, data: { set: [["established", ACCEPT]] } },
    }],
    [by("oifname", "teredo"), DROP],
  ]],
  ["our interface, counted and logged", "input", "accept", "interface", [
    [OURS, { counter: {} }, { log: { prefix: "x" } }, DROP],
  ]],
  ["too many packets", "input", "accept", undefined, [
    [OURS, { limit: { rate: 100, burst: 5, per: "second", inv: true } }, DROP],
  ]],
  ["IPv6, but not that of our interface", "input", "accept", undefined, [
    [OURS, ACCEPT],
    [by("nfproto", "ipv6"), DROP],
  ]],
  ["IPv6, by a reject without a match", "input", "accept", "interface", [
    [{ reject: { type: "icmpv6", expr: "port-unreachable" } }],
  ]],
  ["TCP, by a reset", "input", "accept", undefined, [[{ reject: { type: "tcp reset" } }]]],
  ["nothing, because all is accepted before", "input", "drop", undefined, [[ACCEPT], [DROP]]],
  ["whatever comes, after a chain that returns", "input", "drop", "all", [[{
    jump: { target: "more" },
  }]], [[{ return: null }], [ACCEPT]]],
  ["what the rules after a goto drop", "input", "accept", undefined, [
    [{ goto: { target: "more" } }],
    [DROP],
  ]],
  ["UDP, but not to the server's port", "output", "accept", undefined, [
    [udp("dport", 3544), ACCEPT],
    [by("l4proto", "udp"), DROP],
  ]],
  ["what is not from the server's port", "input", "drop", "new", [[udp("sport", 3544), ACCEPT]]],
  ["circles of chains", "input", "accept", undefined, [[{ jump: { target: "more" } }]], [[{
    goto: { target: "more" },
  }]]],
  ["UDP", "output", "accept", "service", [[by("l4proto", "udp"), DROP]]],
  ["the server's port", "output", "accept", "service", [[
    {
      match: {
        op: "==",
        left: { payload: { protocol: "udp", field: "dport" } },
        right: { set: [53, 3544] },
      },
    },
    { reject: null },
  ]]],
];

for (const [what, hook, policy, drops, rules, more = []] of LISTINGS) {
  Deno.test(`diagnose: what a firewall drops: ${what} (${hook}, ${drops})`, () => {
    const place = { family: "inet", table: "filter" };
    const nftables = [
      { metainfo: {} },
      { chain: { ...place, name: hook, hook, policy } },
      { chain: { ...place, name: "more" } },
      ...rules.map((expr) => ({ rule: { ...place, chain: hook, expr } })),
      ...more.map((expr) => ({ rule: { ...place, chain: "more", expr } })),
    ];
    const found = droppingChains({ nftables }, "teredo");
    assertEquals(found, drops === undefined ? [] : [{ hook, name: `inet filter ${hook}`, drops }]);
  });
}

Deno.test("diagnose: without a client, a firewall drops nothing of its interface", () => {
  const place = { family: "inet", table: "filter" };
  const expr = [{ reject: { type: "icmpv6" } }];
  const nftables = [
    { chain: { ...place, name: "in", hook: "input", policy: "accept" } },
    { rule: { ...place, chain: "in", expr } },
  ];
  assertEquals(droppingChains({ nftables }, undefined), []);
  assertEquals(droppingChains({ nftables }, "teredo").length, 1);
});

Deno.test("diagnose: what is not nft's listing shows no chain", () => {
  for (const listing of [{}, "x", null, { nftables: [null, { chain: 1 }, { rule: [] }] }]) {
    assertEquals(droppingChains(listing, "teredo"), []);
  }
});

Deno.test("diagnose: only Linux orders the addresses of names by a file", () => {
  assertEquals([DARWIN_FACTS, WINDOWS_FACTS].map(nameOrder), [undefined, undefined]);
  assertEquals(typeof nameOrder(LINUX_FACTS), "string");
});

Deno.test("diagnose: our routes in the kernel's table", () => {
  const line = (prefix: string, name: string) =>
    `${prefix} ${"0".repeat(32)} 00 ${
      "0".repeat(32)
    } 00000405 00000001 00000000 00000001   ${name}`;
  const [clients, all] = [`20010000${"0".repeat(24)} 20`, `${"0".repeat(32)} 00`];
  const table = [line(clients, "teredo"), line(all, "eth0")].join("\n");
  assertEquals(ownRoutes(table, "teredo"), { teredo: true, native: false });
  assertEquals(ownRoutes(table, "eth0"), { teredo: false, native: true });
  assertEquals(ownRoutes(undefined, "teredo"), undefined);
});
