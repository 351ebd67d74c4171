/** Configuration files: what they say, and what is said of their mistakes. */
import { assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import { CliError, ConfigError } from "../../../../cli/process/failure.ts";
import { client } from "../../../../cli/commands/client.ts";
import { server } from "../../../../cli/commands/server.ts";
import { parseConfig } from "../../../../cli/args/sources/config_file.ts";
import { readConfigText } from "../../../../cli/args/sources/config_text.ts";
import { platform } from "../../../../ffi/platform.ts";
import { keyLines } from "../../../../cli/args/sources/yaml.ts";
import { parseIpv4 } from "../../../../wire/ipv4_address.ts";
import fc from "../../../../tools/fast_check.ts";

/** What a client's file gives, by property. */
function given(text: string): Record<string, unknown> {
  const settings = parseConfig(client, text, "f");
  return Object.fromEntries([...settings].map(([property, { value }]) => [property, value]));
}

const FILES: readonly [text: string, given: Record<string, unknown>][] = [
  ["", {}],
  ["# all of it\n#port: 1\n", {}],
  ["port: 40000", { port: 40_000 }],
  ['port: "40000"', { port: 40_000 }],
  ["{port: 40000, force: true}", { port: 40_000, force: true }],
  ["server: a.example", { server: ["a.example"] }],
  ["server: a.example, b.example", { server: ["a.example", "b.example"] }],
  ["server: [a.example, 192.0.2.1]", { server: ["a.example", "192.0.2.1"] }],
  ["server:\n- a.example\n- b.example\n", { server: ["a.example", "b.example"] }],
  ["default-route: false\nlog-level: debug", { defaultRoute: false, logLevel: "debug" }],
  ["refresh-interval: 20", { refreshInterval: 20_000 }],
  ["identifier: hex:00a1", { identifier: Uint8Array.of(0, 0xa1) }],
];

for (const [text, values] of FILES) {
  Deno.test(`config: ${JSON.stringify(text)} is understood`, () => {
    assertEquals(given(text), values);
  });
}

const MISTAKES: readonly [text: string, ...messages: string[]][] = [
  ["prot: 1", '1: there is no setting "prot". Did you mean port?'],
  ["frobnicate: 1", '1: there is no setting "frobnicate"'],
  ["logLevel: debug", '1: there is no setting "logLevel". Did you mean log-level?'],
  ["log_level: debug", '1: there is no setting "log_level". Did you mean log-level?'],
  ["config: x", '1: there is no setting "config"'],
  [
    "no-default-route: true",
    '1: there is no setting "no-default-route". Did you mean "default-route: false"?',
  ],
  ["\n\nport: 0", '3: port needs a port number from 1 to 65535, not "0"'],
  ["port: http", '1: port needs a port number from 1 to 65535, not "http"'],
  ["port: true", "1: port needs a port number from 1 to 65535, not true"],
  ["port: 1.5", '1: port needs a port number from 1 to 65535, not "1.5"'],
  ["port: [1, 2]", "1: port needs a port number from 1 to 65535, not a list with 1 in it"],
  ["port: [one]", "1: port needs a port number from 1 to 65535, not a list"],
  ["log-level: 3", "1: log-level needs one of debug, info, warn, error, not 3"],
  ["udp: false", "1: udp needs one of auto, batched, deno, not false"],
  ["port:", "1: port has no value: give it one, or remove the line"],
  ["force: yes", '1: force must be true or false, not "yes"'],
  ["force: 1", "1: force must be true or false, not 1"],
  ["force: { a: 1 }", "1: force must be true or false, not a mapping"],
  ["log-level: loud", '1: log-level needs one of debug, info, warn, error, not "loud"'],
  [
    "secret-file: 7",
    "1: secret-file needs the name of a file, not 7. YAML does not read it as text: put it in quotes",
  ],
  ['secret-file: ""', "1: secret-file needs the name of a file"],
  [
    "server: [a.example, b.example:3544]",
    '1: server needs host names or IPv4 addresses, separated by commas, not "a.example,' +
    "b.example:3544\". A server's port is always 3544 (RFC 4380 §2.7): give b.example alone",
  ],
  [
    "server: [a.example, 7]",
    "1: server needs host names or IPv4 addresses, separated by commas, not a list with 7 in it",
  ],
  [
    "identifier: 2026-11-23",
    '1: identifier needs text, or octets as "hex:0a1b…" or "base64:AbC…", not a date. ' +
    "YAML does not read it as text: put it in quotes",
  ],
  ["log-level: !!binary aGV5", "1: log-level needs one of debug, info, warn, error, not octets"],
  ["{port: 0}", '1: port needs a port number from 1 to 65535, not "0"'],
  [
    '{\n  "server": ["a, port: 1"],\n  "prot":1, \'force\': 1,\n  port: 0\n}',
    '2: server needs host names or IPv4 addresses, separated by commas, not "a, port: 1"',
    '3: there is no setting "prot". Did you mean port?',
    "3: force must be true or false, not 1",
    '4: port needs a port number from 1 to 65535, not "0"',
  ],
  ["port: 1\n# twice\nport: 2", "3: port is given twice, first in line 1"],
  [
    "port: 0\nforce: maybe\nprot: 1\n",
    '1: port needs a port number from 1 to 65535, not "0"',
    '2: force must be true or false, not "maybe"',
    '3: there is no setting "prot". Did you mean port?',
  ],
];

for (const [text, ...messages] of MISTAKES) {
  Deno.test(`config: ${JSON.stringify(text)} is a mistake, told with its line`, () => {
    const error = assertThrows(() => given(text), ConfigError);
    assertEquals(error.message, messages.map((each) => `Cannot use f:${each}`).join("\n"));
    assertEquals(error.exitCode, 78);
  });
}

for (const text of ["just words", "- port: 1", "42"]) {
  Deno.test(`config: ${JSON.stringify(text)} is no mapping`, () => {
    const message = 'Cannot use f:2: it needs lines such as "log-level: info"';
    const file = `# comment\n${text}`;
    assertEquals(assertThrows(() => given(file), ConfigError).message, message);
  });
}

const GLUED: readonly (readonly [text: string, line: number, meant: string])[] = [
  ["server:x", 1, "server: x"],
  ["# comment\n\nserver:a.example\nport: 1\n", 3, "server: a.example"],
  ["server: a.example\nport:40000 # why", 2, "port: 40000 # why"],
  ["{server: x}\nport:1", 2, "port: 1"],
];

for (const [text, line, meant] of GLUED) {
  Deno.test(`config: ${JSON.stringify(text)} lacks a blank, which is told with its line`, () => {
    const message = `Cannot use f:${line}: a blank is missing after the colon: "${meant}"`;
    assertEquals(assertThrows(() => given(text), ConfigError).message, message);
  });
}

for (const text of ["port: [1", 'port: "1', "port: 1\n stray\n\tb", "port: 1\n---\nforce: true"]) {
  Deno.test(`config: ${JSON.stringify(text)} is no YAML, which is told with the place`, () => {
    const { message } = assertThrows(() => given(text), ConfigError);
    assertEquals(/^Cannot use f:\d+:\d+: it is not YAML \([^\n]+\)$/.test(message), true, message);
  });
}

Deno.test("config: a server's settings are another command's, of the same table", () => {
  const settings = parseConfig(server, "primary: 192.0.2.1\nmtu: omit\nlimits: off", "f");
  assertEquals([...settings], [
    ["primary", { value: parseIpv4("192.0.2.1"), source: "file", place: "f:1" }],
    ["mtu", { value: "omit", source: "file", place: "f:2" }],
    ["limits", { value: "off", source: "file", place: "f:3" }],
  ]);
});

Deno.test("config: the lines of keys are those of the outermost mapping", () => {
  const text = [
    "%YAML 1.2",
    "---",
    "# a: comment",
    "a: 1",
    '"b c": 2',
    "'d': http://x: y",
    "e:",
    "  a: deeper",
    "f: |",
    "  g: text",
    "- h",
    "i :",
    "j:k",
  ].join("\r\n");
  assertEquals(keyLines(text), [
    { key: "a", line: 4 },
    { key: "b c", line: 5 },
    { key: "d", line: 6 },
    { key: "e", line: 7 },
    { key: "f", line: 9 },
    { key: "i", line: 12 },
  ]);
  assertEquals(keyLines("  a: 1\n  b: 2\n    c: 3"), [
    { key: "a", line: 1 },
    { key: "b", line: 2 },
  ]);
});

Deno.test("config: whatever is in a file, it is understood or a mistake that is told", () => {
  const pieces =
    'server port force : [ ] { } " | > &a *a !!binary !!set ? #  - null true 1e999 .inf'
      .split(" ");
  const others = [
    " ",
    "\n",
    "\t",
    "\r\n",
    "\uFEFF",
    "\0",
    "\ud800",
    "---\n",
    "\n- ",
    "__proto__: ",
  ];
  const file = fc.array(fc.constantFrom(...pieces, ...others)).map((parts) => parts.join(""));
  fc.assert(
    fc.property(file, (text) => {
      try {
        parseConfig(client, text, "f");
      } catch (error) {
        assertInstanceOf(error, ConfigError, JSON.stringify(text));
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test({
  name: "configuration: a file that a stranger may have put in the usual place is refused",
  // Elsewhere, only the system's folder is such a place.
  ignore: !platform.hasFileModes || Deno.uid() !== 0,
  fn: () => {
    const folder = Deno.makeTempDirSync({ dir: "/tmp" });
    try {
      const path = `${folder}/client.yaml`;
      Deno.writeTextFileSync(path, "hook: /tmp/evil\n");
      assertEquals(readConfigText(path, false), "hook: /tmp/evil\n");
      Deno.chownSync(folder, 12_345, 12_345);
      const error = assertThrows(() => readConfigText(path, false), CliError);
      assertStringIncludes(error.message, "belongs to another user, and may change at any time");
      assertEquals(readConfigText(path, true), "hook: /tmp/evil\n", "somebody named it");
      assertEquals(readConfigText(`${folder}/none`, false), undefined);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

Deno.test("config: of very many mistakes, twenty are named and the others counted", () => {
  const message = (text: string) =>
    assertThrows(() => parseConfig(client, text, "f"), ConfigError).message.split("\n");
  const twice = message("log-level: info\n".repeat(2 ** 16));
  assertEquals(twice.length, 21);
  assertEquals(twice[19], "Cannot use f:21: log-level is given twice, first in line 1");
  assertEquals(twice[20], "There are 65515 more mistakes");
  const unknown = Array.from({ length: 21 }, (_, i) => `no-such-${i}: 1\n`).join("");
  assertEquals(message(unknown).at(-1), "There is 1 more mistake");
  assertEquals(message(unknown.replace("no-such-20: 1\n", "")).length, 20);
});
