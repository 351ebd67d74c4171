/** Files that are streams, such as `<(command)` of a shell: they can be read only once, and may never end. */
import { assertEquals } from "@std/assert";
import { FRESH_NAMESPACE, requires } from "../capabilities.ts";
import { HOST, inFreshNamespace } from "./fresh_namespace.ts";

const needs = requires(...FRESH_NAMESPACE);

const SECRETS = `<(echo 'alice: correct horse battery staple')`;

/** What a role needs that is started and told to read its files again. */
function reloaded(command: string): string {
  return `${HOST}
    $teredo ${command} 2>/run/log & role=$!
    soon grep -q "Serving on" /run/log
    kill -HUP $role; soon grep -q "again" /run/log
    kill $role; wait $role; code=$?
    grep -E "warn|error|teredo:" /run/log; exit $code`;
}

const RUNS = {
  "server --secrets": reloaded(`server --primary 83.1.1.1 --secrets ${SECRETS}`),
  "server --config": reloaded("server --config <(echo 'primary: 83.1.1.1')"),
  "server, both": reloaded(
    `server --config <(echo 'primary: 83.1.1.1') --secrets ${SECRETS}`,
  ),
  "check": `${HOST}
    $teredo check --role server <(echo 'primary: 83.1.1.1') >/run/log 2>&1 || cat /run/log`,
  "check, /dev/stdin": `${HOST}
    echo 'primary: 83.1.1.1' | $teredo check --role server /dev/stdin >/run/log 2>&1 || cat /run/log`,
};

for (const [what, script] of Object.entries(RUNS)) {
  Deno.test({
    name: needs.title(`stream: ${what} takes one, and reads it once`),
    ignore: needs.ignore,
    fn: async () =>
      assertEquals(await inFreshNamespace(script), { code: 0, stdout: "", stderr: "" }),
  });
}

/** Commands that read a pipe. */
const READING = {
  "check": "check --role server /dev/fd/9",
  "join": "join /dev/fd/9",
  "server --config": "server --config /dev/fd/9",
  "server --secrets": "server --primary 83.1.1.1 --secrets /dev/fd/9",
};

for (const [what, command] of Object.entries(READING)) {
  Deno.test({
    name: needs.title(`stream: ${what} ends at SIGTERM while nobody writes to it`),
    ignore: needs.ignore,
    fn: async () => {
      // The writer is silent, and stays until the end.
      const script = `${HOST}; mkfifo /run/silent
        sleep 60 >/run/silent 9>&- & exec 9</run/silent
        $teredo ${command} >/run/log 2>&1 & program=$!
        # It has opened the pipe once more.
        reads() { [ "$(readlink /proc/$program/fd/* | grep -c /run/silent)" -gt 1 ]; }
        soon reads
        kill -TERM $program; wait $program; echo "ended with $?"`;
      const { code, stdout, stderr } = await inFreshNamespace(script);
      assertEquals({ code, stdout, stderr }, { code: 0, stdout: "ended with 143\n", stderr: "" });
    },
  });
}

Deno.test({
  name: needs.title("stream: decode ends at SIGTERM in the middle of a long dump"),
  ignore: needs.ignore,
  fn: async () => {
    const { code, stdout } = await inFreshNamespace(`
      yes "0000  00 11" | head -c 2000000 >/run/dump
      $teredo decode - </run/dump >/run/shown & program=$!
      soon [ -s /run/shown ]
      kill -TERM $program; start=$(date +%s%N); wait $program; echo "ended with $?"
      [ $(( $(date +%s%N) - start )) -lt 1000000000 ] && echo "in time"`);
    assertEquals({ code, stdout }, { code: 0, stdout: "ended with 143\nin time\n" });
  },
});
