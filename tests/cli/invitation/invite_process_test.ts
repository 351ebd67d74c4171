/** `teredo invite` beside a server in another namespace of processes, as in a container. */
import { assertEquals } from "@std/assert";
import { FRESH_NAMESPACE, requires } from "../../capabilities.ts";
import { HOST, inFreshNamespace } from "../fresh_namespace.ts";

const needs = requires(...FRESH_NAMESPACE, "root", "unshare");

/**
 * A namespace of processes in which the command is process 2. In the host's, that is a thread of the
 * kernel, which no signal does any harm.
 */
const APART = `unshare --pid --fork --kill-child sh -c '"$@"; true' -`;

/** A server, perhaps in a namespace of its own, an invitation, and whether the server heard of it. */
function invited(serverIn: string, inviteIn: string): string {
  return `${HOST}; mount -t tmpfs none /mnt; echo "alice: one" >/mnt/secrets.yaml
    says() { soon grep -q "$1" /mnt/log; }
    # "unshare" ends only by SIGKILL, and its namespace with it.
    ${serverIn} $teredo server --primary 83.1.1.1 --user root \\
      --secrets /mnt/secrets.yaml 2>/mnt/log & job=$!
    says "Serving on 83"
    ${inviteIn} $teredo invite bob --host 83.1.1.1 --secrets /mnt/secrets.yaml 2>&1 >/dev/null |
      sed "s/ [0-9]*)/)/; s|at /[^ ,]*|at SOCKET|"
    ${inviteIn === "" ? "says" : "sleep 0.2; ! grep -q"} "read again" /mnt/log || exit 97
    kill -KILL $job; wait $job; true`;
}

const TOLD = "The server that runs here (process) reads its secrets again\n";

const CASES: Readonly<Record<string, readonly [script: string, said: string]>> = {
  "a server beside it is told": [invited("", ""), TOLD],
  "a server in a container is told by its number here": [invited(APART, ""), TOLD],
  "a server that can't be seen is not told, nor is any other process": [
    invited("", APART),
    "Send SIGHUP to the server that answers at SOCKET, or restart it: then it knows the client. " +
    "Its process can't be seen from here, as if it were in a container or had just ended\n",
  ],
};

for (const [what, [script, said]] of Object.entries(CASES)) {
  Deno.test({
    name: needs.title(`invite: ${what}`),
    ignore: needs.ignore,
    fn: async () => {
      const { code, stdout, stderr } = await inFreshNamespace(script);
      assertEquals([code, stdout], [0, said], stderr);
    },
  });
}
