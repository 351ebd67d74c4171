import { assert, assertEquals, assertMatch } from "@std/assert";
import { openLinuxSourceNat } from "../../../ffi/linux/source_nat.ts";
import type { SourceNat, SourceNatOptions } from "../../../ffi/source_nat.ts";
import { namespaceTest, run } from "../namespace.ts";
import "../open_libc.ts";
import {
  acceptAll,
  attempt,
  buildNatLab,
  CLIENT,
  GATEWAY,
  listen,
  MAC,
  NATIVE,
  prefix,
  SECOND_CLIENT,
  sh,
  tcp,
  waitForSilence,
} from "./nat_lab.ts";

const { url } = import.meta;

const OPTIONS: SourceNatOptions = {
  table: "test-nat",
  interface: "inner",
  sources: prefix("2001::/32"),
  refused: {
    private_destination: [prefix("fc00::/7"), prefix("fe80::/10")],
    teredo_destination: [prefix("2001::/32")],
  },
  limits: [],
  turnsAround: false,
  admitsUnsolicited: false,
  services: [],
};

/** A way from the native host to clients, which nobody has unless 2001::/32 is announced. */
const ANNOUNCEMENT = "ip -n native route add 2001::/32 via 2001:db8:2::ffff && " +
  `ip -n router route add 2001::/32 via ${GATEWAY}`;

function natTest(name: string, needs: "iperf3"[], body: () => void | Promise<void>): void {
  namespaceTest(url, `source NAT: ${name}`, ["ip", "nft", "ping", ...needs], async () => {
    buildNatLab(64);
    await body();
  });
}

for (const length of [128, 64] as const) {
  namespaceTest(
    url,
    `source NAT: a native host sees the gateway's address, which is a /${length}, and answers`,
    ["ip", "nft", "ping"],
    () => {
      buildNatLab(length);
      assert(!attempt(`ping -c1 -W1 ${NATIVE}`, "client").ok);
      const seen = countSources("native");
      using nat = open();
      sh(`ping -c2 -i0.2 -W2 ${NATIVE}`, "client");
      assertEquals(seen(), { gateway: 2, clients: 0, others: 0 });
      assertEquals(refusals(nat), {});
      assertEquals(nat.counts().connections!.packets, 1);
    },
  );
}

natTest("TCP works both ways, and the peer sees the gateway", ["iperf3"], () => {
  using _nat = open();
  // What the client has sent is more than fits into the buffers on the way. What the server has
  // received of it is not yet counted when it reports.
  for (const [direction, sum] of [["", "sum_sent"], ["-R", "sum_received"]]) {
    listen("native");
    const report = sh(`iperf3 -6 -J -n 16M ${direction} -c ${NATIVE}`, "client");
    assert(JSON.parse(report).end[sum!].bytes > 15_000_000, report);
    assert(
      sh("cat /run/iperf3", "native").includes(
        `"accepted_connection":\t{\n\t\t\t"host":\t"${GATEWAY}"`,
      ),
    );
  }
});

natTest("the error of a router beyond the gateway comes back, with the path's MTU", [], () => {
  sh("ip link set inner mtu 1500");
  using nat = open();
  const { ok, output } = attempt(`ping -c2 -i0.2 -W1 -M do -s 1400 ${NATIVE}`, "client");
  assert(!ok);
  assertMatch(output, /From 2001:db8:1::1 icmp_seq=1 Packet too big: mtu=1280/);
  assert(attempt(`ping -c1 -W1 -M do -s 1232 ${NATIVE}`, "client").ok);
  assertMatch(attempt(`ping -c1 -W1 -t2 ${NATIVE}`, "client").output, /Time exceeded: Hop limit/);
  assertEquals(refusals(nat), {});
});

natTest("a native host hears that its packet is too big for the client's link", ["iperf3"], () => {
  // The client's segments would fit the link in between by their MSS.
  sh("ip -n router link set eth1 mtu 1500");
  using nat = open();
  listen("native");
  const report = sh(`iperf3 -6 -J -n 16M -R -c ${NATIVE}`, "client");
  assert(JSON.parse(report).end.sum_received.bytes > 8_000_000, report);
  assertMatch(sh(`ip -6 route get ${GATEWAY}`, "native"), /mtu 1280/);
  assertEquals(refusals(nat), {});
});

natTest("no native host reaches a client that did not begin", ["iperf3"], () => {
  sh(ANNOUNCEMENT);
  sh("sysctl -qw net.ipv6.conf.all.forwarding=1");
  listen("client");
  assert(tcp(CLIENT, 5201, "native"), "without the filter it does");
  listen("client");
  // What closes that connection must not count below.
  for (const namespace of ["client", "native"]) waitForSilence(namespace);
  const seen = countSources("client");
  using nat = open();
  assert(!tcp(CLIENT, 5201, "native"));
  assert(!attempt(`ping -c1 -W1 ${CLIENT}`, "native").ok);
  sh(`echo scan >/dev/udp/${CLIENT}/5201`, "native");
  assertEquals(seen(), { gateway: 0, clients: 0, others: 0 });
  assertEquals(Object.keys(refusals(nat)), ["unsolicited"]);
});

natTest("a scan of the gateway's ports reaches no client, not even by a mapping", [], () => {
  sh("ip -n native addr add 2001:db8:2::2/64 dev eth0 nodad");
  using nat = open();
  // A mapping that is alive: from port 40000 to port 7 of the native host.
  sh(udp(CLIENT, 40000, NATIVE, 7), "client");
  const seen = countSources("client");
  sh(udp("2001:db8:2::2", 7, GATEWAY, 40000), "native");
  sh(udp(NATIVE, 8, GATEWAY, 40000), "native");
  sh(
    `for port in $(seq 39980 40020) 22 80 443 3544; do echo >/dev/udp/${GATEWAY}/$port; done`,
    "native",
  );
  assertEquals(seen(), { gateway: 0, clients: 0, others: 0 });
  sh(udp(NATIVE, 7, GATEWAY, 40000), "native");
  assertEquals(seen().others, 1, "the peer of the mapping itself gets through");
  assertEquals(refusals(nat), {});
});

natTest(
  "where the prefix is announced, native hosts may begin and see the client",
  ["iperf3"],
  () => {
    sh(ANNOUNCEMENT);
    using nat = open({ admitsUnsolicited: true });
    const seen = countSources("native");
    listen("client");
    assert(tcp(CLIENT, 5201, "native"));
    assert(attempt(`ping -c1 -W1 ${CLIENT}`, "native").ok);
    assertEquals(seen().gateway, 0);
    assertEquals(nat.counts().connections!.packets, 0);
    assert(attempt(`ping -c1 -W1 ${NATIVE}`, "client").ok);
    assertEquals(seen().gateway, 1);
    assertEquals(refusals(nat), {});
  },
);

natTest("refused destinations are counted under their names", [], () => {
  sh("ip addr add fd00::1/64 dev uplink && ip -n router addr add fd00::2/64 dev eth0");
  sh("ip route add 2001:0:1::/48 via fe80::1 dev uplink");
  using nat = open();
  assert(!attempt("ping -c1 -W1 fd00::2", "client").ok);
  assert(!attempt("ping -c2 -i0.2 -W1 2001:0:1::1", "client").ok);
  assertEquals(refusals(nat), { private_destination: 1, teredo_destination: 2 });
});

natTest("only clients' sources leave", [], () => {
  sh("ip -n client addr add 2001:db8:9::1/128 dev eth0 nodad");
  using nat = open();
  assert(!attempt(`ping -c1 -W1 -I 2001:db8:9::1 ${NATIVE}`, "client").ok);
  assertEquals(refusals(nat), { foreign_source: 1 });
});

natTest("an error about a packet that nobody sent goes nowhere", [], () => {
  using nat = open();
  // A "port unreachable" out of nothing.
  sh(
    `nft 'table ip6 forge { chain c { type filter hook output priority 0; icmpv6 type 128 icmpv6 type set 1; }; }'`,
    "client",
  );
  assert(!attempt(`ping -c1 -W1 ${NATIVE}`, "client").ok);
  assertEquals(refusals(nat), { no_connection: 1 });
});

natTest("of the gateway itself clients reach pings and the services named", [], async () => {
  using open1 = Deno.listen({ hostname: "::", port: 1001 });
  using open2 = Deno.listen({ hostname: "::", port: 1002 });
  const accepted = [open1, open2].map((listener) => acceptAll(listener));
  assert(tcp(GATEWAY, 1002, "client"), "without the filter it does");
  using nat = open({ services: [{ protocol: "tcp", port: 1001 }] });
  assert(tcp(GATEWAY, 1001, "client"));
  assert(!tcp(GATEWAY, 1002, "client"));
  assert(attempt(`ping -c1 -W1 ${GATEWAY}`, "client").ok);
  assert(tcp(GATEWAY, 1002, "native"), "others are not affected");
  assertEquals(Object.keys(refusals(nat)), ["own_service"]);
  open1.close();
  open2.close();
  await Promise.all(accepted);
});

natTest("a port that the gateway publishes for a container is its own service too", [], () => {
  sh(`nft 'table ip6 publish {
    chain c {
      type nat hook prerouting priority dstnat;
      tcp dport 8080 dnat to [${NATIVE}]:5201
    }
  }'`);
  using nat = open();
  assert(!tcp(GATEWAY, 8080, "client"));
  assertEquals(Object.keys(refusals(nat)), ["own_service"]);
});

/** Sources with the same last six octets are one client, those with the same last four share too. */
const LIMITS = [
  { name: "client_flows", octets: 6, atMost: 50 },
  { name: "address_flows", octets: 4, atMost: 80 },
] as const;

/** Sends a datagram to each of so many ports of the native host. */
function beginFlows(source: string, count: number): void {
  sh(
    `ip -6 route replace ${NATIVE} via fe80::1 dev eth0 src ${source}
    for port in $(seq 1 ${count}); do echo >/dev/udp/${NATIVE}/$port; done`,
    "client",
  );
}

natTest("a client that opens many connections doesn't keep others from opening some", [], () => {
  // The flags and the server of its address differ, which a client may choose.
  const disguised = "2001:0:5301:7:1234::1";
  const neighbour = "2001:0:5301:1::77:0:1";
  for (const address of [disguised, neighbour]) {
    sh(`ip -n client addr add ${address}/128 dev eth0 nodad
      ip neigh add ${address} lladdr ${MAC.client} dev inner`);
  }
  using nat = open({ limits: LIMITS });
  beginFlows(CLIENT, 200);
  assertEquals(refusals(nat), { client_flows: 150 });
  beginFlows(disguised, 50);
  assertEquals(refusals(nat), { client_flows: 200 }, "another address, the same client");
  beginFlows(neighbour, 50);
  assertEquals(refusals(nat), { client_flows: 200, address_flows: 20 }, "the same IPv4 address");
  sh("sysctl -qw net.netfilter.nf_conntrack_udp_timeout=1");
  beginFlows(SECOND_CLIENT, 50);
  assertEquals(refusals(nat), { client_flows: 200, address_flows: 20 });
  assertEquals(nat.counts().connections!.packets, 130);
  assert(!attempt(`ping -c1 -W1 -I ${SECOND_CLIENT} ${NATIVE}`, "client").ok);
  // Connections that are over make room.
  sh("sleep 2");
  assert(attempt(`ping -c1 -W1 -I ${SECOND_CLIENT} ${NATIVE}`, "client").ok);
});

natTest("packets in fragments pass both ways", [], () => {
  for (const name of ["client", "native"]) sh(`ip -n ${name} link set eth0 mtu 1280`);
  using nat = open();
  assert(attempt(`ping -c1 -W1 -s 3000 ${NATIVE}`, "client").ok);
  assertEquals(refusals(nat), {});
});

natTest("a firewall of the host that stops what is forwarded is named", [], () => {
  sh(`nft '
    table ip6 filter { chain FORWARD { type filter hook forward priority 0; policy drop; }; }
    table inet wall { chain routed { type filter hook forward priority 10; policy drop; }; }
    table inet open { chain routed { type filter hook forward priority 20; policy accept; }; }
    table ip6 other { chain in { type filter hook input priority 0; policy drop; accept; }; }
    table ip four { chain FORWARD { type filter hook forward priority 0; policy drop; }; }
  '`);
  using nat = open();
  assert(!attempt(`ping -c1 -W1 ${NATIVE}`, "client").ok);
  const obstacles = nat.obstacles();
  assertEquals(obstacles, [
    { family: "inet", table: "wall", chain: "routed" },
    { family: "ip6", table: "filter", chain: "FORWARD" },
  ]);
  for (const { family, table, chain } of obstacles) {
    sh(`nft insert rule ${family} ${table} ${chain} iifname inner accept`);
    sh(
      `nft insert rule ${family} ${table} ${chain} oifname inner ct state established,related accept`,
    );
  }
  assert(attempt(`ping -c1 -W1 ${NATIVE}`, "client").ok);
  nat.close();
  assertEquals(nat.obstacles(), []);
});

for (const turnsAround of [true, false]) {
  natTest(
    `two clients ${turnsAround ? "meet through" : "do not meet through"} the gateway`,
    [],
    () => {
      // The second client is a namespace that is reached by the same interface.
      sh(`
      ip -n client addr del ${SECOND_CLIENT}/128 dev eth0
      ip netns add second && ip -n second link set lo up
      ip -n client link add eth1 type veth peer name eth0 netns second
      ip -n client link set eth1 up && ip -n second link set eth0 up
      ip netns exec client sysctl -qw net.ipv6.conf.all.forwarding=1
      ip -n client addr add fe80::1/64 dev eth1 nodad
      ip -n second addr add ${SECOND_CLIENT}/128 dev eth0 nodad
      ip -n second route add default via fe80::1 dev eth0
      ip -n client route add ${SECOND_CLIENT}/128 dev eth1
      ip -n client rule add iif eth1 lookup 7 && ip -n client -6 rule add iif eth1 lookup 7
      ip -n client -6 route add default via fe80::1 dev eth0 table 7
      ip -n client -6 rule add from ${CLIENT} to ${SECOND_CLIENT} iif lo lookup 7
    `);
      using nat = open({ turnsAround });
      const seen = countSources("second");
      assertEquals(
        attempt(`ping -c2 -i0.2 -W1 -I ${CLIENT} ${SECOND_CLIENT}`, "client").ok,
        turnsAround,
      );
      assertEquals(
        seen(),
        turnsAround ? { gateway: 2, clients: 0, others: 0 } : { gateway: 0, clients: 0, others: 0 },
      );
      assertEquals(refusals(nat), turnsAround ? {} : { turned_around: 2 });
    },
  );
}

natTest("a host that did not forward forwards nothing else, one that did goes on", [], () => {
  const through = `ping -c1 -W1 -I fd01::2 ${NATIVE}`;
  sh(`
    ip netns add lan && ip link add lan type veth peer name eth0 netns lan
    ip link set lan up && ip -n lan link set eth0 up
    ip addr add fd01::1/64 dev lan && ip -n lan addr add fd01::2/64 dev eth0 nodad
    ip -n lan route add default via fd01::1
    ip -n router route add fd01::/64 via ${GATEWAY}
  `);
  {
    using nat = open();
    assert(!attempt(through, "lan").ok);
    assertEquals(refusals(nat), { other_interfaces: 1 });
  }
  sh("sysctl -qw net.ipv6.conf.all.forwarding=1");
  assert(attempt(through, "lan").ok);
  using nat = open();
  assert(attempt(through, "lan").ok);
  assertEquals(refusals(nat), {});
});

natTest("nothing is left when it is closed", [], () => {
  const before = sh("sysctl -a 2>/dev/null | grep -E 'forwarding|accept_ra '");
  const nat = open();
  assert(attempt(`ping -c1 -W1 ${NATIVE}`, "client").ok);
  nat.close();
  nat.close();
  assertEquals(run("nft", "list", "ruleset"), "");
  assertEquals(sh("sysctl -a 2>/dev/null | grep -E 'forwarding|accept_ra '"), before);
  assert(!attempt(`ping -c1 -W1 ${NATIVE}`, "client").ok);
});

function open(options: Partial<SourceNatOptions> = {}): SourceNat & Disposable {
  const nat = openLinuxSourceNat({ ...OPTIONS, ...options });
  return { ...nat, [Symbol.dispose]: () => nat.close() };
}

/** Packets refused, by the counters that have counted any. */
function refusals(nat: SourceNat): Record<string, number> {
  return Object.fromEntries(
    Object.entries(nat.counts()).filter(([name, { packets }]) =>
      name !== "connections" && packets > 0
    ).map(([name, { packets }]) => [name, packets]),
  );
}

/**
 * Counts what comes in there, except neighbor discovery: from the gateway, from clients, and in
 * all.
 */
function countSources(namespace: string): () => Record<string, number> {
  sh(
    `nft 'table ip6 count {
      counter gateway { }
      counter clients { }
      counter others { }
      chain c {
        type filter hook prerouting priority -400;
        icmpv6 type { 130-137, 143 } accept
        ip6 saddr ${GATEWAY} counter name gateway accept
        ip6 saddr 2001::/32 counter name clients accept
        counter name others
      }
    }'`,
    namespace,
  );
  return () => {
    const { nftables } = JSON.parse(sh("nft -j list counters table ip6 count", namespace));
    const counters = (nftables as { counter?: { name: string; packets: number } }[])
      .flatMap(({ counter }) => counter === undefined ? [] : [counter]);
    return Object.fromEntries(counters.map(({ name, packets }) => [name, packets]));
  };
}

/** A script that sends a datagram from one address and port to another. */
function udp(from: string, fromPort: number, to: string, toPort: number): string {
  const script = new URL("fixtures/send_datagram.ts", url).pathname;
  const program = `${Deno.execPath()} run --allow-net --unstable-net --no-check ${script}`;
  return `${program} ${from} ${fromPort} ${to} ${toPort}`;
}
