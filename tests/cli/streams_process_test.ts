/** Files that are streams, such as `<(command)` of a shell: they can be read only once. */
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
