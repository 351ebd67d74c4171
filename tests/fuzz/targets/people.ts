/**
 * What people write: configuration, secrets, invitations, arguments. A mistake is a `CliError`,
 * which has a message for them; nothing else may be thrown.
 *
 * @module
 */

import { parseCommandLine } from "../../../cli/args/command_line.ts";
import type { Command } from "../../../cli/args/command.ts";
import { variableName } from "../../../cli/args/spelling.ts";
import { readEnvironment } from "../../../cli/args/sources/environment.ts";
import { parseConfig } from "../../../cli/args/sources/config_file.ts";
import { client } from "../../../cli/commands/client.ts";
import { decode } from "../../../cli/commands/decode.ts";
import { relay } from "../../../cli/commands/relay.ts";
import { server } from "../../../cli/commands/server.ts";
import { parseSecrets } from "../../../cli/daemon/settings/secrets_file.ts";
import { formatInvitation, parseInvitation } from "../../../cli/invitation/invitation.ts";
import { CliError } from "../../../cli/process/failure.ts";
import { captures, vectors } from "../../vectors/vectors.ts";
import { type FuzzTarget, hold, textOf, words } from "../target.ts";

const ROLES: readonly Command[] = [client, server, relay];

const MEBIBYTE = 1024 * 1024;

/** A message may quote what it is about, and each of many mistakes may. */
function longestMessage(input: Uint8Array): number {
  return 10_000 + 100 * input.length;
}

/** Runs what may refuse a person's input, and only so. */
function refusing(input: Uint8Array, run: () => void): void {
  try {
    run();
  } catch (error) {
    holdForPeople(error, longestMessage(input));
  }
}

function holdForPeople(error: unknown, longest: number): void {
  if (!(error instanceof CliError)) throw error;
  const { message } = error;
  hold(
    message.length > 10 && message.length < longest,
    `A message of ${message.length} characters`,
  );
}

const YAML_WORDS = words(
  ...[
    ": ",
    ":",
    "\n",
    "\n  ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ",",
    '"',
    "'",
    "#",
    "&a ",
    "*a",
    "|\n ",
    ">\n ",
  ],
  ...[
    "? ",
    "! ",
    "!!binary ",
    "!!js/regexp ",
    "!!timestamp ",
    "!!omap ",
    "!!pairs ",
    "!!set ",
    "%YAML 1.2",
  ],
  ...[
    "---\n",
    "...\n",
    "true",
    "null",
    "~",
    "0x10",
    "1e400",
    ".inf",
    "2001-01-01",
    "\t",
    "\r",
    "\ufeff",
  ],
  ...[
    "<<: ",
    "__proto__: ",
    "constructor: ",
    "toString: ",
    "server: ",
    "port: ",
    "limits: ",
    "all",
    "off",
  ],
);

/** Configuration files of each role. */
export const CONFIG: FuzzTarget = {
  name: "config",
  seeds: words(
    "server: [teredo.example, 203.0.113.1]\nport: 40000\ndefault-route: false\n",
    "# a comment\nserver: a.example\nlog-level: debug\nidentifier: hex:00a1\nsecret-file: /x\n",
    "primary: 203.0.113.120\nsecondary: 203.0.113.121\nlimits: bubbles-per-source=5\nmtu: 1280\n",
    '{"port": 40000, "force": true, "server": ["a", "b"]}',
    "server: &a [x, y]\nserver2: *a\nextensions: [symmetric, hairpinning]\n",
    "firewall:\n- tcp/22\n- udp/53\ngateway: all\ngateway-rate: 20M\nmetrics: 127.0.0.1:9641\n",
  ),
  words: YAML_WORDS,
  maxLength: 512,
  stressLength: MEBIBYTE,
  run(input) {
    const text = textOf(input);
    const role = ROLES[input.length % ROLES.length]!;
    refusing(input, () => void parseConfig(role, text, "f"));
  },
};

/** Secrets files. */
export const SECRETS: FuzzTarget = {
  name: "secrets",
  seeds: words(
    "alice: correct horse battery staple\n",
    "hex:00a1: base64:c2VjcmV0IG9jdGV0cw==\n",
    "bob:\n  secret: hex:0123456789abcdef\n  retired: true\n",
    '"carol": "0123456789abcdef"\n',
  ),
  words: [...YAML_WORDS, ...words("hex:", "base64:", "secret: ", "retired: ", "==", "zz")],
  maxLength: 300,
  // A server reads files of 16 MiB.
  stressLength: MEBIBYTE,
  run(input) {
    const text = textOf(input);
    refusing(input, () => {
      for (const [identifier, { secret }] of parseSecrets(text, "f")) {
        hold(identifier.length > 0 && identifier.length < 256, "An identifier does not fit");
        hold(secret.length > 0, "An empty secret");
      }
    });
  },
};

/** Invitations: what is read comes out again, and no message has the secret in it. */
export const INVITATION: FuzzTarget = {
  name: "invitation",
  seeds: words(
    "teredo://alice:correct%20horse%20battery@teredo.example",
    "teredo://hex%3A00a1:base64%3Ac2VjcmV0IG9jdGV0cyE%3D@203.0.113.1/",
    "teredo://a:bbbbbbbbbbbbbbbb@10.0.0.1",
  ),
  words: words(
    "teredo://",
    ":",
    "@",
    "/",
    "%",
    "%25",
    "%00",
    "%ff",
    "hex%3A",
    "base64%3A",
    ".",
    " ",
    "?",
  ),
  maxLength: 200,
  stressLength: 65_536,
  run(input) {
    const text = textOf(input);
    for (const allowPrivate of [false, true]) {
      const read = parseInvitation(text, allowPrivate);
      if (typeof read === "string") {
        hold(read.length < longestMessage(input), `A message of ${read.length} characters`);
        continue;
      }
      const again = parseInvitation(formatInvitation(read), allowPrivate);
      hold(JSON.stringify(again) === JSON.stringify(read), "Another invitation comes out");
    }
  },
};

/** Command lines, an argument for each line; and the environment, whose variables have any text. */
export const ARGUMENTS: FuzzTarget = {
  name: "arguments",
  seeds: words(
    "--server\nteredo.example\n--port=40000\n--no-default-route",
    "teredo.example\n-h",
    "--limits\nbubbles-per-source=5,to-host=off\n--primary\n203.0.113.120",
    "--metrics=[::1]:9641\n--firewall\ntcp/22,udp/53\n--extensions=all",
  ),
  words: words(
    ...[
      "\n",
      "--",
      "-",
      "=",
      "--no-",
      "--help",
      "--port",
      "--server",
      "--limits",
      "--mtu",
      "off",
      "all",
    ],
    ...[
      "none",
      ",",
      "toString",
      "constructor",
      "__proto__",
      "true",
      "false",
      "1e3",
      "0x10",
      "-1",
      "/32",
    ],
    ...["20M", "::/0", "tcp/", "[::1]:1", "--_", "--config", "--force"],
  ),
  maxLength: 200,
  // The parser takes letters such as "-abc" apart one by one, each time with all of the rest.
  stressLength: 16_384,
  run(input) {
    const text = textOf(input);
    const role = ROLES[input.length % ROLES.length]!;
    refusing(input, () => void parseCommandLine(role, text.split("\n")));
    const properties = Object.keys(role.options);
    const property = properties[(input[0] ?? 0) % properties.length]!;
    const only = (name: string) => name === variableName(property) ? text : undefined;
    refusing(input, () => {
      const value = readEnvironment(role, only).get(property)?.value;
      const isSwitch = role.options[property]!.kind === undefined && value !== undefined;
      hold(!isSwitch || typeof value === "boolean", `${property} is ${String(value)}`);
    });
  },
};

const DUMP = "12:00:00.000005 IP 192.0.2.1.4096 > 203.0.113.120.3544: UDP, length 40\n" +
  "\t0x0000:  4500 0044 0001 4000 4011 0000 c000 0201  E..D..@.@.......\n" +
  "\t0x0010:  cb00 7178 1000 0dd8 0030 0000 6000 0000  ..qx.....0..`...\n" +
  "\t0x0020:  0000 3b15 2001 0000 cb00 7178 0000 efff\n";

/** `teredo decode`: addresses, digits and dumps. */
export const DECODE: FuzzTarget = {
  name: "decode",
  seeds: [
    ...words(
      DUMP,
      "00000000: 6000 0000 0008 3a15       `.....:.\n",
      "0000   60 00 00 00 00 08 3a 15   `.....:.\n0008   ff\n",
      "00000000  60 00 00 00  00 08 3a 15  |`.....:.|\n",
      "2001:0:cb00:7178:0:efff:3fff:fdfe [fe80::1%2]:443 2001:db8::/32",
      "0x60, 0x00\\x60\\x00 60:00",
    ),
    ...[...vectors, ...captures].filter(({ payload }) => payload.length < 250)
      .flatMap(({ payload }) => words(payload.toHex())),
  ],
  words: words(
    ...[
      "\n",
      " ",
      "  ",
      ":",
      "0x",
      "\\x",
      "0000",
      "0000  ",
      "0x0010:  ",
      "|",
      "4500",
      "6000000000003b15",
    ],
    ...[
      "00000001",
      "0001",
      "86dd",
      "0800",
      "8100",
      "\u2028",
      "\r",
      "\t",
      "3a",
      "2b",
      "3c",
      "::",
      "%",
      "/",
    ],
  ),
  maxLength: 600,
  stressLength: 65_536,
  run(input) {
    const text = textOf(input);
    return decodes(text, input.length % 2 === 0, 40 + input.length % 60);
  },
};

async function decodes(text: string, json: boolean, width: number): Promise<void> {
  let printed = 0;
  const print = (piece: string) => printed += piece.length;
  const context = { print, width } as unknown as Parameters<Command["run"]>[2];
  try {
    await decode.run({ json }, [text], context, () => Promise.resolve({ json }));
  } catch (error) {
    holdForPeople(error, 10_000 + 100 * text.length);
  }
  hold(printed < 20_000 + 400 * text.length, `${printed} characters of ${text.length}`);
}
