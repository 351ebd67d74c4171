/**
 * What a gateway says when it cannot start, as a process on a real kernel: one message, and nothing
 * is left.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Capability, FRESH_NAMESPACE, requires } from "../capabilities.ts";
import { HOST, inFreshNamespace } from "./fresh_namespace.ts";

/** A way to begin a gateway that cannot work. */
interface Mistake {
  readonly what: string;
  /** What makes the host so that it cannot work. */
  readonly prepare?: string;
  readonly script: string;
  readonly code: number;
  readonly says: string;
  readonly needs?: readonly Capability[];
}

const GATEWAY = "$teredo server --gateway --gateway-for all --primary 83.1.1.1";

const MISTAKES: readonly Mistake[] = [
  {
    what: "no capability",
    script: `setpriv --bounding-set -net_admin --inh-caps -net_admin --no-new-privs ${GATEWAY}`,
    code: 77,
    says: "Run as root, or give the program the capability CAP_NET_ADMIN",
    needs: ["setpriv"],
  },
  {
    what: "a container that refuses forwarding",
    prepare: "mount --bind /proc/sys /proc/sys; mount -o remount,ro,bind /proc/sys",
    script: GATEWAY,
    code: 1,
    says: "Cannot switch on the forwarding of IPv6 packets: the sysctl " +
      "net.ipv6.conf.all.forwarding is not writable here. Run " +
      '"sysctl -w net.ipv6.conf.all.forwarding=1" on the host',
  },
  {
    what: "somebody else's table",
    script:
      `nft add table ip6 teredo; ${GATEWAY}; code=$?; nft delete table ip6 teredo; (exit $code)`,
    code: 1,
    says: 'there is a table "teredo" that this program did not make. Look at it with ' +
      '"nft list table ip6 teredo"',
  },
  {
    what: "an address to bind that is another host's",
    script: `${GATEWAY} --bind 10.9.9.9`,
    code: 1,
    says: "Cannot bind 10.9.9.9: it is not an address of this host",
  },
  {
    what: "a public address that is also the private one",
    script: `${GATEWAY} --bind 83.1.1.1`,
    code: 78,
    says: "Leave out --bind if this host has the public address itself",
  },
  {
    what: "two public addresses and one private",
    script: `${GATEWAY} --secondary 83.1.1.2 --bind 83.1.1.1`,
    code: 78,
    says: "Give --bind the two addresses in the same order",
  },
  {
    what: "a public address of a 1:1 NAT without --bind",
    prepare: "ip -4 addr flush dev lo; ip addr add 10.0.0.5/32 dev lo",
    script: GATEWAY,
    code: 1,
    says: "add --bind 10.0.0.5",
  },
];

/** Everything that a gateway makes, outside of itself. */
const STATE = "ip -o link; ip -6 -o addr; ip -6 route show table all; nft list tables; " +
  "cat /proc/sys/net/ipv6/conf/*/{forwarding,accept_ra}";

for (const { what, prepare = "true", script, code, says, needs = [] } of MISTAKES) {
  const wanted = requires(...FRESH_NAMESPACE, "tun", "nft", ...needs);
  Deno.test({
    name: wanted.title(`gateway mistakes: ${what}`),
    ignore: wanted.ignore,
    fn: async () => {
      const ended = await inFreshNamespace(
        `${HOST}; ${prepare}; { ${STATE}; } >/run/before; ${script}; code=$?; { ${STATE}; } >/run/after
        diff /run/before /run/after; exit $code`,
      );
      assertStringIncludes(ended.stderr, says);
      // The executable also lists the commands that give it a right, each indented.
      const messages = ended.stderr.trim().split("\n").filter((line) => !line.startsWith("  "));
      assertEquals(messages.length, 1, ended.stderr);
      assertEquals([ended.code, ended.stdout], [code, ""]);
    },
  });
}

const wanted = requires(...FRESH_NAMESPACE, "tun");

Deno.test({
  name: wanted.title(
    "gateway mistakes: without native IPv6 it serves, and says what is out of reach",
  ),
  ignore: wanted.ignore,
  fn: async () => {
    const { code, stderr } = await inFreshNamespace(
      `${HOST}; ${GATEWAY} & gateway=$!; soon is_up teredo; soon listens 83.1.1.1:3544
      kill $gateway; wait $gateway`,
    );
    assertEquals(code, 0, stderr);
    assertStringIncludes(
      stderr,
      "This host has no native IPv6: clients reach one another, but no native hosts",
    );
  },
});
