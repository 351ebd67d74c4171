import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { clientTun, type ClientTunOptions } from "../../../nodes/host/client_tun.ts";
import { nodeContext } from "../../../nodes/node_context.ts";
import { namespaceTest, run } from "../../ffi/namespace.ts";
import "../../ffi/open_libc.ts";

const { url } = import.meta;

namespaceTest(
  url,
  "client TUN: a firewall comes and goes with the interface",
  ["nft", "tun"],
  () => {
    const side = open({ firewall: [{ protocol: "tcp", port: 22 }] });
    const rules = run("nft", "list", "table", "ip6", "teredo-firewall");
    assertMatch(rules, /iifname "teredo" goto admitted/);
    assertMatch(rules, /tcp dport 22 accept/);
    assertEquals(side.firewall?.counts(), { refused: { packets: 0, octets: 0 } });
    side[Symbol.dispose]();
    assertEquals(run("nft", "list", "ruleset"), "");
  },
);

namespaceTest(url, "client TUN: no firewall unless asked for", ["nft", "tun"], () => {
  const side = open({});
  assertEquals(side.firewall, undefined);
  assertEquals(run("nft", "list", "ruleset"), "");
  side[Symbol.dispose]();
});

namespaceTest(url, "client TUN: no interface without the firewall that was asked for", [
  "ip",
  "nft",
  "tun",
], () => {
  run("nft", "add", "table", "ip6", "teredo-firewall");
  assertThrows(() => open({ firewall: [] }), Error, "this program did not make");
  assert(!run("ip", "link").includes("teredo"));
});

namespaceTest(url, "client TUN: a second role takes the next free name, unless one was asked for", [
  "ip",
  "tun",
], () => {
  const first = open({});
  const second = open({});
  assertEquals([first.name, second.name], ["teredo", "teredo0"]);
  assertThrows(() => open({ name: "teredo" }), Error, "Another program holds the TUN interface");
  second[Symbol.dispose]();
  first[Symbol.dispose]();
});

function open(options: ClientTunOptions) {
  return clientTun(options)(nodeContext({}));
}
