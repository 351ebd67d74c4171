/** A gateway whose host others keep from forwarding, as a process on a real kernel. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { requires } from "../capabilities.ts";
import { HOST, inFreshNamespace } from "./fresh_namespace.ts";

const needs = requires("linux", "namespaces", "ip", "bash", "tun", "nft");

const SETTING = "net/ipv6/conf/all/forwarding";

/** How a gateway begins, its log in a file, and how it ends. */
const BEGIN = `${HOST}
  mount -t tmpfs none /mnt
  ready() { $teredo status --json 2>/dev/null | grep -q "\\"ready\\": *$1"; }
  forwards() { grep -q "$1" /proc/sys/${SETTING}; }
  logs() { grep -q "$1" /mnt/log; }
  $teredo server --gateway --gateway-for all --primary 83.1.1.1 2>/mnt/log & gateway=$!
  soon ready true`;
const END = "kill $gateway; wait $gateway; code=$?; cat /mnt/log; forwards 0 && exit $code";

Deno.test({
  name: needs.title("process: a gateway switches forwarding on again, and off in the end"),
  ignore: needs.ignore,
  fn: async () => {
    const { code, stdout, stderr } = await inFreshNamespace(`${BEGIN}
      forwards 1 || exit 90
      echo 0 >/proc/sys/${SETTING}
      soon forwards 1
      soon logs "It is on again"
      ready true || exit 91
      ${END}`);
    assertEquals(code, 0, stdout + stderr);
    assertStringIncludes(
      stdout,
      "warn  Something switched off the forwarding of IPv6 packets. It is on again",
    );
  },
});

Deno.test({
  name: needs.title("process: a gateway that cannot switch forwarding on again is not ready"),
  ignore: needs.ignore,
  fn: async () => {
    const { code, stdout, stderr } = await inFreshNamespace(`${BEGIN}
      mkdir /mnt/settings; mount --bind /proc/sys /mnt/settings
      mount --bind /proc/sys /proc/sys; mount -o remount,ro,bind /proc/sys
      echo 0 >/mnt/settings/${SETTING}
      soon ready false
      soon logs "Cannot switch on the forwarding"
      umount /proc/sys
      soon ready true
      soon logs "as it should be again"
      forwards 1 || exit 90
      ${END}`);
    assertEquals(code, 0, stdout + stderr);
  },
});

Deno.test({
  name: needs.title("process: a gateway leaves forwarding to the host that had it on before"),
  ignore: needs.ignore,
  fn: async () => {
    const { code, stdout, stderr } = await inFreshNamespace(`echo 1 >/proc/sys/${SETTING}; ${BEGIN}
      echo 0 >/proc/sys/${SETTING}
      soon ready false
      soon logs "Someone has switched off the forwarding"
      forwards 0 || exit 90
      echo 1 >/proc/sys/${SETTING}
      soon ready true
      echo 0 >/proc/sys/${SETTING}
      ${END}`);
    assertEquals(code, 0, stdout + stderr);
  },
});

Deno.test({
  name: needs.title(
    "process: a gateway warns of a firewall that drops what it forwards, whenever it starts",
  ),
  ignore: needs.ignore,
  fn: async () => {
    const { code, stdout, stderr } = await inFreshNamespace(`${BEGIN}
      nft 'table ip6 filter { chain FORWARD { type filter hook forward priority 0; policy drop; }; }'
      ip link add docker0 type bridge
      soon logs "chain FORWARD of table ip6 filter"
      nft delete table ip6 filter; ${END}`);
    assertEquals(code, 0, stdout + stderr);
  },
});
