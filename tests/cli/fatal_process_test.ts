/**
 * What ends a role that was at work, in its own words: an interface that somebody deletes under it.
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { requires } from "../capabilities.ts";
import { HOST, inFreshNamespace } from "./fresh_namespace.ts";

const needs = requires("linux", "namespaces", "ip", "bash", "tun");

const ROLES = [
  ["client", "client 83.1.1.9", "Asking server"],
  ["relay", "relay", "Relaying between"],
  ["server with a relay", "server --primary 83.1.1.1 --relay", "Serving on"],
] as const;

const DELETED =
  'Cannot read from interface "teredo": File descriptor in bad state (read: EBADFD). Somebody deleted the interface';

for (const [role, command, ready] of ROLES) {
  Deno.test({
    name: needs.title(`fatal: a ${role} whose interface is deleted says so, and nothing else`),
    ignore: needs.ignore,
    fn: async () => {
      const { code, stdout } = await inFreshNamespace(`${HOST}
        $teredo ${command} 2>/run/log & role=$!
        soon grep -q "${ready}" /run/log
        ip link del teredo
        wait $role; code=$?; cat /run/log; exit $code`);
      assertEquals(code, 1, stdout);
      const lines = stdout.trimEnd().split("\n");
      assertEquals(lines.at(-1), `teredo: ${DELETED}`);
      assertEquals(lines.filter((line) => /suppressed|Closing failed/.test(line)), []);
    },
  });
}

for (const [role, command, ready] of ROLES) {
  Deno.test({
    name: needs.title(`fatal: a ${role} whose interface is moved to another namespace says so`),
    ignore: needs.ignore,
    fn: async () => {
      const { code, stdout } = await inFreshNamespace(`${HOST}
        $teredo ${command} 2>/run/log & role=$!
        soon grep -q "${ready}" /run/log
        unshare -n sleep 30 & other=$!
        is_apart() { [ "$(readlink /proc/$other/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; }
        soon is_apart
        ip link set teredo netns $other
        timeout 5 tail --pid=$role -f /dev/null || { echo "still at work"; kill $role; }
        wait $role; code=$?; kill $other; cat /run/log; exit $code`);
      assertEquals(code, 1, stdout);
      assertEquals(
        stdout.trimEnd().split("\n").at(-1),
        'teredo: Interface "teredo" is gone: somebody moved it to another network namespace',
      );
    },
  });
}

Deno.test({
  name: needs.title("fatal: with --log-level debug a relay shows where the failure comes from"),
  ignore: needs.ignore,
  fn: async () => {
    const { code, stdout } = await inFreshNamespace(`${HOST}
      TEREDO_LOG_LEVEL=debug $teredo relay --log-format json 2>/run/log & role=$!
      soon grep -q "Relaying between" /run/log
      ip link del teredo
      wait $role; code=$?; cat /run/log; exit $code`);
    assertEquals(code, 1, stdout);
    const lines = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(lines.at(-1).message, DELETED);
    const { level, message } = lines.at(-2);
    assertEquals(level, "debug");
    assertStringIncludes(message, `SystemError: ${DELETED}`);
    assertMatch(message, /\n +at /);
  },
});

Deno.test({
  name: needs.title(
    "log: a role whose log nobody reads works, answers, and ends when it is told to",
  ),
  ignore: needs.ignore,
  fn: async () => {
    const { code, stdout } = await inFreshNamespace(`${HOST}
      mkfifo /run/log; exec 3<>/run/log
      # The pipe is full before the role begins.
      head -c 65536 /dev/zero >&3
      $teredo server --primary 83.1.1.1 --log-level debug 2>/run/log & role=$!
      soon listens 83.1.1.1:3544
      soon $teredo status --json >/run/status
      kill -TERM $role; wait $role; echo "ended with $?"
      kill -0 $role 2>/dev/null || echo gone`);
    assertEquals(code, 0, stdout);
    assertEquals(stdout, "ended with 0\ngone\n");
  },
});
