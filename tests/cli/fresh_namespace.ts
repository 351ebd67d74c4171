/**
 * Runs the program in a script of its own, in a fresh network namespace.
 *
 * @module
 */
import { inNamespace } from "../capabilities.ts";
import { prepareTeredo, teredo } from "../netns/teredo.ts";

/** Addresses of a server's host, on the loopback interface. */
export const HOST =
  "ip link set lo up; ip addr add 83.1.1.1/32 dev lo; ip addr add 83.1.1.2/32 dev lo";

/** Longer than any of the scripts takes, in milliseconds. */
const TIMEOUT = 30_000;

/** Words for the scripts: they wait for what must come true soon, and leave no process behind. */
const PRELUDE = `
  mount -t tmpfs tmpfs /run; : >/run/log
  trap 'kill -KILL $(jobs -p) 2>/dev/null' EXIT
  soon() {
    for _ in $(seq 500); do "$@" && return; sleep 0.02; done
    echo "This never came true: $*" >&2; exit 99
  }
  listens() { ss -lunH | grep -q "$1"; }
  is_up() { ip link show "$1" up 2>/dev/null | grep -q UP; }
`;

/** What a process left behind. */
interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script of bash in a namespace; `$teredo` in it is the program. */
export async function inFreshNamespace(script: string): Promise<Ended> {
  await prepared();
  const [command, ...words] = inNamespace();
  const { code, stdout, stderr } = await new Deno.Command(command!, {
    args: [...words, "bash", "-c", `${PRELUDE}\n${script}`],
    env: { teredo: teredo().join(" ") },
    stdin: "null",
    signal: AbortSignal.timeout(TIMEOUT),
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** The namespaces have no network to load packages from. */
const prepared = (() => {
  let preparing: Promise<void> | undefined;
  return () => preparing ??= prepareTeredo();
})();
