/**
 * A relay, alone or with a server, on a host that lacks what it needs, such as native IPv6 or
 * forwarding: it says so and is not ready.
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FRESH_NAMESPACE, requires } from "../capabilities.ts";
import { HOST, inFreshNamespace } from "./fresh_namespace.ts";

const needs = requires(...FRESH_NAMESPACE, "tun");

const FORWARDING = "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding";

const ROLES = ["relay --bind 83.1.1.1", "server --primary 83.1.1.1 --relay"];

for (const role of ROLES) {
  Deno.test({
    name: needs.title(
      `process: teredo ${role} without native IPv6 warns and is not ready, until there is some`,
    ),
    ignore: needs.ignore,
    fn: async () => {
      const { code, stdout, stderr } = await inFreshNamespace(`${HOST}
        ${FORWARDING}
        mount -t tmpfs none /mnt; exec 2>/mnt/log
        ready() { $teredo status --json 2>/dev/null | grep -q "\\"ready\\": *$1"; }
        again() { [ "$(grep -c "no native IPv6 address" /mnt/log)" = 2 ]; }
        $teredo ${role} & role=$!
        soon grep -q "no native IPv6" /mnt/log
        soon ready false
        $teredo status >/mnt/status 2>/dev/null
        ip addr add 2a00::1/128 dev lo
        soon grep -q "has again" /mnt/log
        soon ready true
        ip addr del 2a00::1/128 dev lo
        soon again
        kill $role; wait $role; code=$?; cat /mnt/log /mnt/status; exit $code`);
      assertEquals(code, 0, stdout + stderr);
      assertEquals(
        stdout.match(/warn {2}This host has no native IPv6 address/g)?.length,
        2,
        stdout,
      );
      assertMatch(stdout, /info {2}This host has again what the relay needs\n/);
      assertStringIncludes(stdout.replace(/\s+/g, " "), "no hosts to relay for");
    },
  });
}

for (const role of ROLES) {
  Deno.test({
    name: needs.title(
      `process: teredo ${role} notices that forwarding is switched off, and on again`,
    ),
    ignore: needs.ignore,
    fn: async () => {
      const { code, stdout, stderr } = await inFreshNamespace(`${HOST}
        ${FORWARDING}
        mount -t tmpfs none /mnt; exec 2>/mnt/log
        ready() { $teredo status --json 2>/dev/null | grep -q "\\"ready\\": *$1"; }
        $teredo ${role} --prefix 2001:db8::/32 & role=$!
        soon ready true
        echo 0 >/proc/sys/net/ipv6/conf/all/forwarding
        soon grep -q "does not forward IPv6" /mnt/log
        soon ready false
        echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
        soon grep -q "has again" /mnt/log
        soon ready true
        kill $role; wait $role; code=$?; cat /mnt/log; exit $code`);
      assertEquals(code, 0, stdout + stderr);
      assertMatch(stdout, /warn {2}This host does not forward IPv6.*sysctl -w net\.ipv6/);
    },
  });
}

for (const role of [...ROLES, "relay --bind 83.1.1.1 --gateway --gateway-for all"]) {
  const isGateway = role.includes("--gateway");
  const options = isGateway ? "" : "--prefix 2001:db8::/32";
  Deno.test({
    name: needs.title(`process: teredo ${role} ${options} needs no native IPv6`),
    ignore: needs.ignore,
    fn: async () => {
      const { code, stdout } = await inFreshNamespace(`${HOST}
        ${isGateway ? "" : FORWARDING}
        $teredo ${role} ${options} 2>/dev/null & role=$!
        ready() { $teredo status --json 2>/dev/null | grep -q '"ready": *true'; }
        soon ready
        kill $role; wait $role`);
      assertEquals(code, 0, stdout);
    },
  });
}
