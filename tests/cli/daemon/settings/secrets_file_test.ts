import { fileAccess } from "../../../../ffi/open_file_access.ts";
import { platform } from "../../../../ffi/platform.ts";
import "../../../ffi/open_libc.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { CliError } from "../../../../cli/process/failure.ts";
import { parseSecrets, SecretsFile } from "../../../../cli/daemon/settings/secrets_file.ts";
import { openLog } from "../../../../cli/process/open_log.ts";

const octets = (text: string) => new TextEncoder().encode(text);

Deno.test("secrets file: identifiers and secrets are text, hex or base64, current or retired", () => {
  const text = `
# a comment
alice: correct horse
hex:00a1: base64:c2VjcmV0
"42": "1234"
bob:
  secret: hex:0123 4567
  retired: true
carol: { secret: "true" }
`;
  assertEquals(parseSecrets(text, "f"), [
    [octets("42"), { secret: octets("1234"), retired: false }],
    [octets("alice"), { secret: octets("correct horse"), retired: false }],
    [Uint8Array.of(0, 0xa1), { secret: octets("secret"), retired: false }],
    [octets("bob"), { secret: Uint8Array.of(1, 0x23, 0x45, 0x67), retired: true }],
    [octets("carol"), { secret: octets("true"), retired: false }],
  ]);
});

const MISTAKES: readonly [text: string, message: string | RegExp][] = [
  ["", 'Cannot use f:1: it needs a line "IDENTIFIER: SECRET" for each client'],
  ["# comment\n- alice", 'Cannot use f:2: it needs a line "IDENTIFIER: SECRET" for each client'],
  ["alice: a\nalice: b", /^Cannot use f:\d+:\d+: it is not YAML \(.*dupl.*\)$/i],
  ['alice: "topsecret', /^Cannot use f:\d+:\d+: it is not YAML \([^"]+\)$/],
  ["alice:", 'Cannot use f:1, identifier "alice": the secret is missing'],
  ["alice: { retired: true }", 'Cannot use f:1, identifier "alice": the secret is missing'],
  [
    "alice: 1234",
    'Cannot use f:1, identifier "alice": the secret is not text to YAML; put it in quotes',
  ],
  [
    'alice: ""',
    'Cannot use f:1, identifier "alice": the secret needs text, or octets as "hex:0a1b…" or "base64:AbC…"',
  ],
  [
    "alice: hex:xyz",
    'Cannot use f:1, identifier "alice": the secret needs text, or octets as "hex:0a1b…" or "base64:AbC…"',
  ],
  [
    "alice: { secret: a, retired: 1 }",
    'Cannot use f:1, identifier "alice": retired is true or false',
  ],
  [
    "alice: { secret: a, retird: true }",
    'Cannot use f:1, identifier "alice": there is no setting "retird"; those are secret and retired',
  ],
  ["alice: a\nbob:", 'Cannot use f:2, identifier "bob": the secret is missing'],
  [`${"i".repeat(256)}: a`, /an identifier is text, .* 1 to 255 octets$/],
];

for (const [text, message] of MISTAKES) {
  const name = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
  Deno.test(`secrets file: ${name} is a mistake, told with its place and without the secret`, () => {
    const error = assertThrows(() => parseSecrets(text, "f"), CliError);
    if (typeof message === "string") assertEquals(error.message, message);
    else assertEquals(message.test(error.message), true, error.message);
    assertEquals(error.message.includes("topsecret"), false);
  });
}

/** A secrets file on the disk, and what is told of it. */
function open(content: string, mode = 0o600) {
  const path = `${Deno.makeTempDirSync()}/secrets.yaml`;
  const write = (text: string) => Deno.writeTextFileSync(path, text);
  fileAccess().writePrivate(path, content);
  if (platform.hasFileModes) Deno.chmodSync(path, mode);
  const told: string[] = [];
  const log = openLog("debug", (line) => told.push(line.slice(25).trim().replaceAll(path, "FILE")));
  return { file: new SecretsFile(path, log), write, told, path };
}

Deno.test("secrets file: where there is none, the message says what makes one", () => {
  const path = `${Deno.makeTempDirSync()}/secrets.yaml`;
  const error = assertThrows(() => new SecretsFile(path, openLog("error", () => {})), CliError);
  assertEquals(
    error.message,
    `Cannot read the secrets file ${path}: there is no such file. "teredo invite" makes one`,
  );
});

Deno.test("secrets file: it has room for 20,000 clients", () => {
  const entries = Array.from({ length: 20_000 }, (_, i) => `"client ${i}": "${"0".repeat(64)}"\n`);
  const { file, path } = open(entries.join(""));
  assertEquals(file.find(octets("client 19999"))?.retired, false);
  Deno.removeSync(path);
});

Deno.test("secrets file: it is read again on request, and a broken one changes nothing", () => {
  const { file, write, told, path } = open("alice: one");
  assertEquals(file.find(octets("alice"))?.secret, octets("one"));
  write("alice: { secret: one, retired: true }\nbob: two");
  file.reload();
  assertEquals(file.find(octets("alice"))?.retired, true);
  write("alice: [");
  file.reload();
  assertEquals(file.find(octets("bob"))?.secret, octets("two"));
  assertEquals(told.slice(0, 2), [
    "info  Serving only clients with the one secret",
    "info  Serving only clients with one of 2 secrets, 1 of them retired",
  ]);
  assertEquals(/^error Cannot use FILE:.*stay in use$/.test(told[2]!), true, told[2]);
  Deno.removeSync(path);
});

Deno.test({
  name: "secrets file: others who may read it are a warning, and the remedy",
  ignore: !platform.hasFileModes,
  fn: () => {
    const { told, path } = open("alice: one", 0o644);
    assertEquals(
      told[0],
      "warn  Other users than its owner may read or change FILE. To prevent that: chmod 600 FILE",
    );
    Deno.removeSync(path);
  },
});
