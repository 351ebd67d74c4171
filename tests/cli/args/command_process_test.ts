/**
 * Each command as a process of its own, from source or as the executable that `TEREDO_BIN` names:
 * how it goes well, and the mistakes that only show there. What wrong command lines get is in
 * mistakes_test.ts.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Capability, FRESH_NAMESPACE, requires } from "../../capabilities.ts";
import { HOST, inFreshNamespace } from "../fresh_namespace.ts";

/** A script whose exit code is the program's. */
interface Case {
  readonly what: string;
  readonly script: string;
  readonly code: number;
  /** What it says, of a mistake on the standard error stream. */
  readonly says: readonly string[];
  readonly needs?: readonly Capability[];
}

/** A server, which is ended behind whatever comes next. */
const SERVER = `mount -t tmpfs none /run; ${HOST}
  $teredo server --primary 83.1.1.1 2>/dev/null & server=$!
  soon listens 83.1.1.2:3544`;

/** A network where nobody is. */
const SILENCE = `ip link set lo up; ip link add up0 type veth peer name down0
  ip addr add 83.1.1.7/24 dev up0; ip link set up0 up; ip link set down0 up`;

const WELL: readonly Case[] = [
  { what: "--version", script: "$teredo --version", code: 0, says: ["teredo ", "Deno"] },
  { what: "help", script: "$teredo help client", code: 0, says: ["TEREDO_SERVER", "Examples:"] },
  {
    what: "decode",
    script: "$teredo decode 2001:0:cb00:7178:0:efff:3fff:fdfe",
    code: 0,
    says: ["server  203.0.113.120"],
  },
  {
    what: "decode of the standard input",
    script: "echo 2001:0:cb00:7178:0:efff:3fff:fdfe | $teredo decode -",
    code: 0,
    says: ["server  203.0.113.120"],
  },
  {
    what: "completions",
    script: "$teredo completions bash | bash -n && $teredo completions fish",
    code: 0,
    says: ["complete -c teredo"],
  },
  {
    what: "check",
    script: `mount -t tmpfs none /mnt; echo "server: a.example" >/mnt/client.yaml
      $teredo check /mnt/client.yaml`,
    code: 0,
    says: ["/mnt/client.yaml: OK, for teredo client\n"],
  },
  {
    what: "status of a server",
    script: `${SERVER}; $teredo status --json; code=$?; kill $server; wait $server; exit $code`,
    code: 0,
    says: ['"role":"server"', '"schema":1'],
  },
];

/** Where a status shows colours: whether it did is the exit code. */
const COLOURS: readonly Case[] = [
  ["a terminal", 'script -qec "$teredo status" /dev/null', 0],
  ["a terminal with NO_COLOR=1", 'NO_COLOR=1 script -qec "$teredo status" /dev/null', 1],
  ["a terminal with an empty NO_COLOR", 'NO_COLOR= script -qec "$teredo status" /dev/null', 0],
  ["a terminal that is dumb", 'TERM=dumb script -qec "$teredo status" /dev/null', 1],
  ["a pipe", "$teredo status", 1],
].map(([where, command, code]) => ({
  what: `status on ${where}`,
  script: `${SERVER}; unset NO_COLOR; export TERM=xterm
    ${command} >/run/shown; grep -q "Teredo server" /run/shown || exit 98
    grep -q $'\\e\\[' /run/shown; code=$?; kill $server; wait $server; exit $code`,
  code: Number(code),
  says: [],
  needs: ["script"],
}));

const BADLY: readonly Case[] = [
  {
    what: "status where nothing runs",
    script: "mount -t tmpfs none /run; $teredo status",
    code: 3,
    says: ["teredo: "],
  },
  {
    what: "status of a client where a server answers",
    script: `${SERVER}; $teredo status client --control /run/teredo/server/server*.sock`,
    code: 3,
    says: ["Cannot show a client: a server answers at /run/teredo/server/server"],
  },
  {
    what: "status of what one may not ask, beside a relay that answers,",
    script: `${SERVER}; $teredo relay --bind 83.1.1.1 2>/dev/null & soon is_up teredo
      chmod 0 /run/teredo/server/server*.sock
      setpriv --bounding-set -all --inh-caps -all --no-new-privs $teredo status >/run/said
      code=$?; grep -q "Teredo relay: relaying" /run/said || exit 98; exit $code`,
    code: 77,
    says: ["permission is denied. Use sudo"],
    needs: ["tun", "setpriv"],
  },
  {
    what: "a control socket whose path is too long",
    script: `${HOST}; $teredo server --primary 83.1.1.1 --control /run/$(printf %0103d 1)`,
    code: 1,
    says: [
      "its 108 octets are more than the 107 that a socket's path may have. Choose another path",
    ],
  },
  {
    what: "a control socket in a folder that is not there",
    script: `${HOST}; $teredo server --primary 83.1.1.1 --control /nowhere/a.sock`,
    code: 1,
    says: ["there is no folder for /nowhere/a.sock. Choose another path with --control"],
  },
  {
    what: "a control socket at which another role answers",
    script: `${SERVER}
      $teredo server --primary 83.1.1.1 --port 4000 --control /run/teredo/server/server*.sock`,
    code: 1,
    says: ["Cannot open the control socket: another process answers at /run/teredo/server/server"],
  },
  {
    what: "ping where nothing runs",
    script: "mount -t tmpfs none /run; $teredo ping 2001:db8::1",
    code: 3,
    says: ["teredo: "],
  },
  {
    what: "a probe of a server that is silent",
    script: `${SILENCE}; $teredo probe 83.1.1.1 --timeout 1`,
    code: 3,
    says: ["The server does not work from here"],
  },
  {
    what: "a client whose server is silent, and which is ended",
    script: `${SILENCE}; mount -t tmpfs none /mnt
      $teredo client 83.1.1.1 2>/mnt/log & client=$!
      soon grep -q "Asking server" /mnt/log
      for _ in $(seq 25); do grep -q "Off-line" /mnt/log && break; sleep 1; done
      kill $client; wait $client; code=$?; cat /mnt/log >&2; exit $code`,
    code: 0,
    says: ["Off-line: server 83.1.1.1 does not answer"],
    needs: ["tun"],
  },
  {
    what: "a file with a key that is unknown and a value of a wrong type",
    script: `mount -t tmpfs none /mnt; printf 'prot: 1\\nforce: 1\\n' >/mnt/c.yaml
      $teredo client a.example --config /mnt/c.yaml`,
    code: 78,
    says: [
      'Cannot use /mnt/c.yaml:1: there is no setting "prot". Did you mean port?',
      "Cannot use /mnt/c.yaml:2: force must be true or false, not 1",
    ],
  },
  {
    what: "a file that is not there",
    script: "$teredo relay --config /nowhere/r.yaml",
    code: 78,
    says: ["Cannot read the configuration /nowhere/r.yaml: there is no such file"],
  },
  {
    what: "a file that may not be read",
    script: `mount -t tmpfs none /mnt; install -m 600 -o nobody /dev/null /mnt/r.yaml
      setpriv --bounding-set -all --inh-caps -all --no-new-privs $teredo relay --config /mnt/r.yaml`,
    code: 77,
    says: ["Cannot read the configuration /mnt/r.yaml: permission is denied"],
    needs: ["root", "setpriv"],
  },
  {
    what: "a variable that is wrong",
    script: "TEREDO_LOG_LEVEL=loud $teredo relay",
    code: 78,
    says: ["TEREDO_LOG_LEVEL needs one of debug, info, warn, error"],
  },
];

/** What nobody reads, as behind `| head`, is no mistake. */
const UNREAD: readonly Case[] = [
  ["help", "$teredo help client", 0],
  ["a status that is watched", `${SERVER}; $teredo status --watch`, 0],
  ["a report of failure", `${SILENCE}; $teredo probe 83.1.1.1 --timeout 1`, 3],
].map(([what, script, code]) => ({
  what: `${what}, unread,`,
  // `:` is long gone when the program has something to say.
  script: `${script} | :; exit \${PIPESTATUS[0]}`,
  code: Number(code),
  says: [],
}));

for (const { what, script, code, says, needs = [] } of [...WELL, ...COLOURS, ...BADLY, ...UNREAD]) {
  const isWell = WELL.some((each) => each.what === what);
  const required = requires(...FRESH_NAMESPACE, ...needs);
  Deno.test({
    name: required.title(`command: ${what} ends with ${code}`),
    ignore: required.ignore,
    fn: async () => {
      const ended = await inFreshNamespace(script);
      for (const text of says) assertStringIncludes(isWell ? ended.stdout : ended.stderr, text);
      assertEquals(ended.code, code, ended.stderr);
      assertEquals(/ {4}at |Broken pipe/.test(ended.stderr), false, ended.stderr);
    },
  });
}
