import { assertEquals, assertNotEquals } from "@std/assert";
import { inputFilterTable } from "../../../../ffi/linux/input_filter.ts";
import { parseAttributes } from "../../../../ffi/linux/netlink/netlink_message.ts";
import { nameAttribute } from "../../../../ffi/linux/nf_tables/attributes.ts";
import { NfTablesNetlink } from "../../../../ffi/linux/nf_tables/nf_tables_netlink.ts";
import { MESSAGE, RULE } from "../../../../ffi/linux/nf_tables/numbers.ts";
import { openTable } from "../../../../ffi/linux/nf_tables/open_table.ts";
import type { Table } from "../../../../ffi/linux/nf_tables/table.ts";
import { sourceNatTable } from "../../../../ffi/linux/source_nat.ts";
import { namespaceTest, run } from "../../namespace.ts";
import "../../open_libc.ts";
import { prefix } from "../nat_lab.ts";

const { url } = import.meta;

const NAT = {
  table: "made",
  interface: "inner",
  sources: prefix("2001::/32"),
  refused: {
    private_destination: [prefix("fc00::/7"), prefix("2001:db8::1/128")],
    any_destination: [prefix("::/0")],
  },
  limits: [],
  turnsAround: false,
  admitsUnsolicited: false,
  services: [],
};

const SERVICES = [{ protocol: "tcp", port: 22 }, { protocol: "udp", port: 5353 }] as const;

/** What tables mean, in the words of the program `nft`. Counters and comments are left out. */
const TABLES: readonly [name: string, table: Table, meaning: string][] = [
  [
    "a strict source NAT on a host that did not forward",
    sourceNatTable(NAT, false),
    `
    chain forward {
      type filter hook forward priority filter; policy accept;
      iifname "inner" goto leaving
      oifname "inner" goto entering
      counter name "other_interfaces" drop
    }
    chain leaving {
      ct state established,related accept
      ct state != new counter name "no_connection" drop
      ip6 saddr != 2001::/32 counter name "foreign_source" drop
      oifname "inner" counter name "turned_around" drop
      ct status dnat counter name "own_service" drop
      ip6 daddr fc00::/7 counter name "private_destination" drop
      ip6 daddr 2001:db8::1 counter name "private_destination" drop
      ip6 daddr ::/0 counter name "any_destination" drop
    }
    chain entering {
      ct state established,related accept
      counter name "unsolicited" drop
    }
    chain input {
      type filter hook input priority filter; policy accept;
      iifname "inner" goto admitted
    }
    chain admitted {
      ct state established,related accept
      icmpv6 type <= echo-request accept
      counter name "own_service" drop
    }
    chain postrouting {
      type nat hook postrouting priority srcnat; policy accept;
      iifname "inner" ip6 saddr 2001::/32 counter name "connections" masquerade
    }`,
  ],
  [
    "a generous source NAT on a host that forwards",
    sourceNatTable({
      ...NAT,
      refused: {},
      turnsAround: true,
      admitsUnsolicited: true,
      services: SERVICES,
    }, true),
    `
    chain forward {
      type filter hook forward priority filter; policy accept;
      iifname "inner" goto leaving
      oifname "inner" goto entering
    }
    chain leaving {
      ct state established,related accept
      ct state != new counter name "no_connection" drop
      ip6 saddr != 2001::/32 counter name "foreign_source" drop
      oifname "inner" accept
      ct status dnat counter name "own_service" drop
    }
    chain entering {
      ct state established,related accept
      ct state == new ip6 daddr 2001::/32 accept
      counter name "unsolicited" drop
    }
    chain input {
      type filter hook input priority filter; policy accept;
      iifname "inner" goto admitted
    }
    chain admitted {
      ct state established,related accept
      icmpv6 type <= echo-request accept
      tcp dport 22 accept
      udp dport 5353 accept
      counter name "own_service" drop
    }
    chain postrouting {
      type nat hook postrouting priority srcnat; policy accept;
      iifname "inner" ip6 saddr 2001::/32 counter name "connections" masquerade
    }`,
  ],
  [
    "a source NAT that lets tests of other servers pass",
    sourceNatTable({ ...NAT, refused: {}, turnsAround: true, admitsTests: true }, false),
    `
    chain forward {
      type filter hook forward priority filter; policy accept;
      iifname "inner" goto leaving
      oifname "inner" goto entering
      ip6 saddr 2001::/32 goto leaving_tests
      counter name "other_interfaces" drop
    }
    chain leaving {
      ct state established,related accept
      ct state != new counter name "no_connection" drop
      ip6 saddr != 2001::/32 counter name "foreign_source" drop
      oifname "inner" accept
      ct status dnat counter name "own_service" drop
    }
    chain leaving_tests {
      icmpv6 type echo-request accept
      counter name "other_interfaces" drop
    }
    chain entering {
      ct state established,related accept
      counter name "unsolicited" drop
    }
    chain input {
      type filter hook input priority filter; policy accept;
      iifname "inner" goto admitted
    }
    chain admitted {
      ct state established,related accept
      icmpv6 type <= echo-request accept
      counter name "own_service" drop
    }
    chain postrouting {
      type nat hook postrouting priority srcnat; policy accept;
      iifname "inner" ip6 saddr 2001::/32 counter name "connections" masquerade
      ip6 saddr 2001::/32 icmpv6 type echo-request counter name "connections" masquerade
    }`,
  ],
  [
    "a source NAT with limits",
    sourceNatTable({
      ...NAT,
      refused: { private_destination: [prefix("fc00::/7")] },
      limits: [
        { name: "client_flows", octets: 6, atMost: 1024 },
        { name: "address_flows", octets: 4, atMost: 8192 },
      ],
      turnsAround: true,
      admitsTests: true,
    }, true),
    `
    set client_flows { type ipv6_addr; size 65536; flags dynamic; }
    set address_flows { type ipv6_addr; size 65536; flags dynamic; }
    chain forward {
      type filter hook forward priority filter; policy accept;
      iifname "inner" goto leaving
      oifname "inner" goto entering
      ip6 saddr 2001::/32 goto leaving_tests
    }
    chain leaving {
      ct state established,related accept
      ct state != new counter name "no_connection" drop
      ip6 saddr != 2001::/32 counter name "foreign_source" drop
      oifname "inner" goto beginning
      ct status dnat counter name "own_service" drop
      ip6 daddr fc00::/7 counter name "private_destination" drop
      goto beginning
    }
    chain leaving_tests {
      ip6 daddr fc00::/7 counter name "private_destination" drop
      icmpv6 type echo-request goto beginning
    }
    chain entering {
      ct state established,related accept
      counter name "unsolicited" drop
    }
    chain input {
      type filter hook input priority filter; policy accept;
      iifname "inner" goto admitted
    }
    chain admitted {
      ct state established,related accept
      icmpv6 type <= echo-request goto beginning
      counter name "own_service" drop
    }
    chain beginning {
      add @client_flows { ip6 saddr & ::ffff:ffff:ffff ct count over 1024 } counter name "client_flows" drop
      add @address_flows { ip6 saddr & ::ffff:ffff ct count over 8192 } counter name "address_flows" drop
    }
    chain postrouting {
      type nat hook postrouting priority srcnat; policy accept;
      iifname "inner" ip6 saddr 2001::/32 counter name "connections" masquerade
      ip6 saddr 2001::/32 icmpv6 type echo-request counter name "connections" masquerade
    }`,
  ],
  [
    "an input filter",
    inputFilterTable({ table: "made", interface: "inner", services: SERVICES }),
    `
    chain input {
      type filter hook input priority filter; policy accept;
      iifname "inner" goto admitted
    }
    chain admitted {
      ct state established,related accept
      icmpv6 type <= echo-request accept
      tcp dport 22 accept
      udp dport 5353 accept
      counter name "refused" drop
    }`,
  ],
];

for (const [name, table, meaning] of TABLES) {
  namespaceTest(
    url,
    `nf_tables: the kernel lists ${name} as it lists what nft made`,
    ["nft"],
    () => {
      using _made = openTable(table);
      const counters = table.counters.map((counter) => `counter ${counter} { }`).join("\n");
      loadWithNft(`table ip6 read {\n${counters}\n${meaning}\n}`);
      assertEquals(listing("made"), listing("read"));
      const made = rulesOf("made");
      assertNotEquals(made.length, 0);
      assertEquals(made, rulesOf("read"));
    },
  );
}

function loadWithNft(text: string): void {
  const file = Deno.makeTempFileSync();
  try {
    Deno.writeTextFileSync(file, text);
    run("nft", "-f", file);
  } finally {
    Deno.removeSync(file);
  }
}

/** What `nft` shows of a table, without its name, its owner and our comments. */
function listing(table: string): string {
  return run("nft", "list", "table", "ip6", table)
    .replace(/^table .*\n/, "").replace(/\tflags owner\n\n?/, "").replaceAll(
      ' comment "made by teredo"',
      "",
    );
}

/** The octets of each rule as the kernel lists them: its chain and its expressions. */
function rulesOf(table: string): [chain: string, expressions: string][] {
  const netlink = new NfTablesNetlink();
  try {
    return netlink.list(MESSAGE.GET_RULE, [nameAttribute(RULE.TABLE, table)]).map((rule) => {
      const attributes = parseAttributes(rule);
      const chain = new TextDecoder().decode(attributes.get(RULE.CHAIN));
      return [chain, attributes.get(RULE.EXPRESSIONS)!.toHex()];
    });
  } finally {
    netlink.close();
  }
}
