import { assert, assertEquals } from "@std/assert";
import { openLinuxInputFilter } from "../../../ffi/linux/input_filter.ts";
import { namespaceTest, run } from "../namespace.ts";
import "../open_libc.ts";
import { acceptAll, attempt, buildNatLab, CLIENT, GATEWAY, sh, tcp } from "./nat_lab.ts";

namespaceTest(
  import.meta.url,
  "input filter: answers, pings and the ports named come in, nothing else",
  ["ip", "nft", "ping"],
  async () => {
    buildNatLab(64);
    using chosen = Deno.listen({ hostname: "::", port: 1001 });
    using other = Deno.listen({ hostname: "::", port: 1002 });
    const accepted = [chosen, other].map((listener) => acceptAll(listener));
    assert(tcp(GATEWAY, 1002, "client"), "without the filter it does");

    const services = [{ protocol: "tcp", port: 1001 }] as const;
    const filter = openLinuxInputFilter({ table: "test-filter", interface: "inner", services });
    assertEquals(filter.counts().refused, { packets: 0, octets: 0 });
    assert(tcp(GATEWAY, 1001, "client"));
    assert(!tcp(GATEWAY, 1002, "client"));
    assert(filter.counts().refused!.packets > 0);
    assert(attempt(`ping -c1 -W1 ${GATEWAY}`, "client").ok);
    assert(attempt(`ping -c1 -W1 ${CLIENT}`).ok, "an answer comes in");
    assert(tcp(GATEWAY, 1002, "router"), "other interfaces are not affected");

    // An error about what this host has sent comes in too.
    sh(
      `nft 'table ip6 deaf { chain c { type filter hook input priority 0; udp dport 9 reject; }; }'`,
      "client",
    );
    const socket = Deno.listenDatagram({ transport: "udp", hostname: "::", port: 0 });
    const before = errorsReceived();
    await socket.send(Uint8Array.of(1), { transport: "udp", hostname: CLIENT, port: 9 });
    assertEquals(errorsReceived(), before + 1);
    socket.close();

    filter.close();
    assert(tcp(GATEWAY, 1002, "client"));
    assertEquals(run("nft", "list", "ruleset"), "");
    chosen.close();
    other.close();
    await Promise.all(accepted);
  },
);

/** How many ICMPv6 "unreachable" messages the kernel has processed. */
function errorsReceived(): number {
  return Number(/Icmp6InDestUnreachs\s+(\d+)/.exec(run("cat", "/proc/net/snmp6"))![1]);
}
