/**
 * What ends a role that was at work, in its own words: an interface that somebody deletes under it.
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FRESH_NAMESPACE, requires } from "../capabilities.ts";
import { HOST, inFreshNamespace } from "./fresh_namespace.ts";

const needs = requires(...FRESH_NAMESPACE, "tun");
const needsTerminal = requires(...FRESH_NAMESPACE, "script");

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

Deno.test({
  name: needsTerminal.title(
    "log: a role whose terminal nobody reads works, answers, counts lines, and ends when it is told to",
  ),
  ignore: needsTerminal.ignore,
  fn: async () => {
    const { code, stdout } = await inFreshNamespace(`${HOST}
      SHELL=/bin/bash script -qfc 'echo $$ >/run/pid; exec $teredo server --primary 83.1.1.1' \\
        /run/typescript >/run/shown & terminal=$!
      soon grep -q "Serving on" /run/typescript
      answers() { timeout 10 $teredo status --json >/run/status; }
      soon answers; role=$(cat /run/pid)
      kill -STOP $terminal
      # As in an ssh session whose peer sleeps.
      shown=$(readlink /proc/$role/fd/2)
      put() { head -c $1 /dev/zero | dd of=$shown oflag=nonblock bs=$1 2>/dev/null; }
      put 12000
      # Also with room for less than a line.
      while put 1; do kill -HUP $role; done
      # There may have been no room from the beginning.
      kill -HUP $role; answers && kill -HUP $role && answers && echo answers
      kill -CONT $terminal
      counts() { kill -HUP $role; grep -q "lines missing here, because nobody read" /run/typescript; }
      soon counts
      kill -STOP $terminal; while put 4096; do :; done
      kill -TERM $role; soon grep -q "State:.Z" /proc/$role/status; echo ended
      kill -CONT $terminal; wait $terminal; echo "with $?"`);
    assertEquals(code, 0, stdout);
    assertEquals(stdout, "answers\nended\nwith 0\n");
  },
});

Deno.test({
  name: needs.title(
    "log: a server and a client whose output nobody reads work under traffic, count lines, and end",
  ),
  ignore: needs.ignore,
  fn: async () => {
    const { code, stdout, stderr } = await inFreshNamespace(`${HOST}
      mkfifo /run/server /run/client; exec 3<>/run/server 4<>/run/client
      fill() { head -c 65536 /dev/zero >&$1; }
      traffic() {
        for i in $(seq 200); do
          echo hostile >/dev/udp/83.1.1.1/3544
          echo packet >/dev/udp/2001:0:5301:101::$i/9
        done
      }
      is_qualified() { $teredo status --json | grep -q '"qualified"'; }
      ended() {
        local start=$(date +%s%N)
        kill -TERM $1; wait $1; local code=$?
        echo "ended with $code, in time: $(( $(date +%s%N) - start < 1000000000 ))"
      }
      fill 3; fill 4
      $teredo server --primary 83.1.1.1 --log-level debug >/run/server 2>&1 & server=$!
      soon listens 83.1.1.1:3544
      $teredo client 83.1.1.1 --force --log-level debug >/run/client 2>&1 & client=$!
      soon is_qualified
      traffic; soon is_qualified
      # Somebody reads again, in time for the last lines.
      head -c 65536 <&3 >/dev/null; head -c 65536 <&4 >/dev/null
      ended $client; ended $server
      for log in 3 4; do timeout 0.2 cat <&$log | grep -o "lines missing here, because nobody read the log"; done`);
    assertEquals(code, 0, stderr);
    const ended = "ended with 0, in time: 1\n";
    const missing = "lines missing here, because nobody read the log\n";
    assertEquals(stdout, ended + ended + missing + missing);
  },
});
