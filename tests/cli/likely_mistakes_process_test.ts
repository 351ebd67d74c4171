/**
 * What is likeliest to go wrong with each command, as a process of its own, from source or as the
 * executable that `TEREDO_BIN` names: every command has its row for every mistake that it can meet.
 * Others are in mistakes_test.ts, process_test.ts and command_process_test.ts.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../cli.ts";
import { type Capability, FRESH_NAMESPACE, requires } from "../capabilities.ts";
import { HOST, inFreshNamespace } from "./fresh_namespace.ts";

/** A script that ends with the program's exit code. */
interface Likely {
  readonly what: string;
  readonly script: string;
  readonly code: number;
  readonly says: string;
  readonly needs?: readonly Capability[];
}

/** How each role is begun with all that it needs. */
const ROLES = {
  client: "client 83.1.1.9 --force",
  server: "server --primary 83.1.1.1",
  relay: "relay --bind 83.1.1.1",
  "server with a relay": "server --primary 83.1.1.1 --relay",
} as const;

/** Those that make an interface. */
const WITH_INTERFACE = ["client", "relay", "server with a relay"] as const;

/** Another user than root, who can read the sources of the program all the same. */
const PLAIN_USER = "setpriv --reuid 65534 --regid 65534 --clear-groups " +
  ["bounding-set", "inh-caps", "ambient-caps"].map((set) => `--${set} -all,+dac_read_search`)
    .join(" ");

const UNPRIVILEGED = "setpriv --bounding-set -all --inh-caps -all --no-new-privs";

/** Runs a role, then another command, and ends the role. */
function beside(role: keyof typeof ROLES, until: string, command: string): string {
  return `${HOST}; $teredo ${ROLES[role]} 2>/dev/null & first=$!; soon ${until}
    ${command}; code=$?; kill $first; wait $first; exit $code`;
}

function* everyCommand(): Generator<Likely> {
  for (const { name } of COMMANDS) {
    yield {
      what: `${name}: a wrong flag`,
      script: `$teredo ${name} --frobnicate`,
      code: 2,
      says: `Unknown option --frobnicate\nSee "teredo ${name} --help"`,
    };
    yield {
      what: `${name}: help, where it is asked for`,
      script: `$teredo ${name} --help >&2`,
      code: 0,
      says: `Usage: teredo ${name} `,
    };
  }
}

/** The commands that have a configuration, and the one that checks it. */
function* configurations(): Generator<Likely> {
  const commands = ["client", "server", "relay"].flatMap((role) => [
    [role, `$teredo ${role} --config`],
    [role, `$teredo check --role ${role}`],
  ]);
  for (const [role, command] of commands) {
    const from = (lines: string) => `printf -- '${lines}' >/run/c.yaml; ${command} /run/c.yaml`;
    const mistakes: readonly (readonly [what: string, lines: string, says: string])[] = [
      ["a wrong type in YAML", "# first\\nport: [1]\\n", "c.yaml:2: port needs a port number from"],
      [
        "an unknown key",
        "prot: 4000\\n",
        'c.yaml:1: there is no setting "prot". Did you mean port?',
      ],
      ["what is no YAML", "port: 1\\nudp: [x\\n", "c.yaml:3:1: it is not YAML"],
      ["what is no mapping", "- port\\n", 'it needs lines such as "log-level: info"'],
    ];
    for (const [what, lines, says] of mistakes) {
      yield { what: `${command}: ${what}`, script: from(lines), code: 78, says };
    }
    yield {
      what: `${command}: a folder for a file`,
      script: `${command} /run`,
      code: 78,
      says: "Cannot read the configuration /run: it is a directory",
    };
    yield {
      what: `${command}: a file that may not be read`,
      script: `install -m 0 /dev/null /run/c.yaml; ${UNPRIVILEGED} ${command} /run/c.yaml`,
      code: 77,
      says: "Cannot read the configuration /run/c.yaml: permission is denied. Run as root, or let",
      needs: ["setpriv"],
    };
    yield {
      what: `teredo ${role}: a variable that is wrong`,
      script: `TEREDO_PORT=65536 ${command} /dev/null`,
      code: 78,
      says: 'TEREDO_PORT needs a port number from 1 to 65535, not "65536"',
    };
  }
}

function* roles(): Generator<Likely> {
  for (const role of WITH_INTERFACE) {
    yield {
      what: `${role}: no permission`,
      script: `${HOST}; setpriv --bounding-set -net_admin --inh-caps -net_admin --no-new-privs \\
        $teredo ${ROLES[role]}`,
      code: 77,
      says: "Run as root, or give the program the capability CAP_NET_ADMIN",
      needs: ["tun", "setpriv"],
    };
    yield {
      what: `${role}: no TUN device`,
      script: `${HOST}; mount -t tmpfs none /dev/net; $teredo ${ROLES[role]}`,
      code: 1,
      says: "Load the kernel module with `modprobe tun`",
      needs: ["tun"],
    };
  }
  for (const role of ["client", "relay"] as const) {
    yield {
      what: `${role}: a second one`,
      script: beside(role, "listens :", `$teredo ${ROLES[role]}`),
      code: 1,
      says:
        `Cannot run a second ${role}: one is running, and answers at /run/teredo/${role}/${role}`,
      needs: ["tun"],
    };
  }
  yield {
    what: "client: the interface of a relay there, and no capability for another",
    script: beside("relay", "is_up teredo", `${UNPRIVILEGED} $teredo ${ROLES.client}`),
    code: 77,
    says: 'Cannot make the TUN interface "teredo0", or one with the next free number: ' +
      "Operation not permitted",
    needs: ["tun", "setpriv"],
  };
  yield {
    what: "relay: its port taken",
    script: beside("server", "listens 83.1.1.2:3544", `$teredo ${ROLES.relay} --port 3544`),
    code: 1,
    says: "Cannot listen on UDP 83.1.1.1:3544: another program has the port. Stop it",
    needs: ["tun"],
  };
  yield {
    what: "relay: an address of another host",
    script: `${HOST}; $teredo relay --bind 83.1.1.9`,
    code: 1,
    says: "UDP 83.1.1.9:0: this host does not have the address. Give --bind an address that it has",
    needs: ["tun"],
  };
}

function* askers(): Generator<Likely> {
  for (const command of ["status", "ping 2001:db8::1"]) {
    const [name] = command.split(" ");
    yield {
      what: `${name}: nothing runs`,
      script: `$teredo ${command}`,
      code: 3,
      says: "Teredo is not running here: no client",
    };
    yield {
      what: `${name}: a socket of what was killed`,
      script: beside(
        "server",
        "listens 83.1.1.2:3544",
        `kill -KILL $first; wait $first; $teredo ${command} --control /run/teredo/server/server*.sock`,
      ),
      code: 3,
      says: "Teredo is not running here: nothing answers at /run/teredo/server/server",
    };
    yield {
      what: `${name}: no permission`,
      script: beside(
        "server",
        "listens 83.1.1.2:3544",
        `chmod 0 /run/teredo/*/*.sock; ${UNPRIVILEGED} $teredo ${command} --control /run/teredo/server/s*`,
      ),
      code: 77,
      says: "permission is denied. Use sudo",
      needs: ["setpriv"],
    };
  }
  yield {
    what: "status: a server that was killed",
    script: beside(
      "server",
      "listens 83.1.1.2:3544",
      "kill -KILL $first; wait $first; ls /run/teredo/server/server* >/dev/null || exit 98; $teredo status",
    ),
    code: 3,
    says:
      "teredo: Teredo is not running here: no client, server or relay of this user or of the system " +
      "answers. Start it, or name its socket with --control\n",
  };
  yield {
    what: "status: a plain user asks root's server in a network namespace",
    script: beside("server", "listens 83.1.1.2:3544", `${PLAIN_USER} $teredo status`),
    code: 77,
    says: "permission is denied. Use sudo",
    needs: ["root", "setpriv"],
  };
  yield {
    what: "status: a plain user asks outside of the namespace of root's server",
    script: beside(
      "server",
      "listens 83.1.1.2:3544",
      `unshare -n ${PLAIN_USER} $teredo status`,
    ),
    code: 3,
    says:
      "One seems to run in another namespace: ask it as root with --control /run/teredo/server/server-",
    needs: ["root", "setpriv"],
  };
  yield {
    what: "server: a control socket that may not be asked",
    script: beside(
      "server",
      "listens 83.1.1.2:3544",
      `chmod 0 /run/teredo/*/*.sock
      ${UNPRIVILEGED} $teredo server --primary 83.1.1.1 --control /run/teredo/server/server*.sock`,
    ),
    code: 77,
    says:
      "is in use is denied. Choose another path with --control, or remove it as root if nothing",
    needs: ["setpriv"],
  };
  yield {
    what: "ping: no client answers, but a server",
    script: beside(
      "server",
      "listens 83.1.1.2:3544",
      "$teredo ping 2001:db8::1 --control /run/teredo/server/server*.sock",
    ),
    code: 1,
    says: "Only a running client can ping",
  };
  yield {
    what: "ping: a client without an address",
    script: beside(
      "client",
      "listens :",
      "$teredo ping 2001:db8::1 2>&1 | tee /dev/stderr; exit ${PIPESTATUS[0]}",
    ),
    code: 3,
    says: 'The client has no address: "teredo status" shows why',
    needs: ["tun"],
  };
  yield {
    what: "status: a client without an address",
    script: beside("client", "listens :", "$teredo status"),
    code: 3,
    says: "The client has no Teredo address: it is qualifying",
    needs: ["tun"],
  };
  yield {
    what: "probe: a name that does not resolve",
    script: "$teredo probe no-such-host.invalid >&2",
    code: 3,
    says: 'Cannot resolve "no-such-host.invalid"',
  };
}

for (
  const { what, script, code, says, needs = [] } of [
    ...everyCommand(),
    ...configurations(),
    ...roles(),
    ...askers(),
  ]
) {
  const required = requires(...FRESH_NAMESPACE, ...needs);
  Deno.test({
    name: required.title(`likely: ${what} ends with ${code}`),
    ignore: required.ignore,
    fn: async () => {
      const ended = await inFreshNamespace(script);
      assertStringIncludes(ended.stderr, says);
      assertEquals(ended.code, code, ended.stderr);
      assertEquals(/ {4}at |Uncaught/.test(ended.stderr), false, "no stack trace");
    },
  });
}
