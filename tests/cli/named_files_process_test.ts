/**
 * Files that people name and that are not what they should be: each gets one message, and nothing
 * hangs. Files without permission are in likely_mistakes_process_test.ts and check_process_test.ts.
 */
import { assertEquals } from "@std/assert";
import { FRESH_NAMESPACE, requires } from "../capabilities.ts";
import { HOST, inFreshNamespace } from "./fresh_namespace.ts";

const needs = requires(...FRESH_NAMESPACE);

const ENDLESS = "it is longer than 1 MiB";
const MANY_SECRETS = "it is longer than 16 MiB. Remove the entries of clients that are gone";
const FOLDER = "it is a directory";
const PIPE = "it is a pipe: give the name of a file";
const NO_FILE = "it is a pipe or device: give the name of a file";
const NO_PROGRAM = "it is a pipe or device, not a program";
const LONG_INPUT = "it is longer than 16 MiB";

/** Files, and what commands say about them. */
const FILES = {
  "/dev/full": {
    read: ENDLESS,
    secrets: MANY_SECRETS,
    log: NO_FILE,
    hook: NO_PROGRAM,
    input: LONG_INPUT,
  },
  "/mnt/folder": { read: FOLDER, secrets: FOLDER, log: FOLDER, hook: FOLDER, input: FOLDER },
  "/mnt/pipe": { read: PIPE, secrets: PIPE, log: NO_FILE, hook: NO_PROGRAM, input: undefined },
  "/mnt/sparse": {
    read: ENDLESS,
    secrets: MANY_SECRETS,
    log: undefined,
    hook: undefined,
    input: LONG_INPUT,
  },
} as const;

type Use = keyof typeof FILES["/dev/full"];

/** How commands name a file, and what they say then before the reason. */
const COMMANDS: readonly (readonly [Use, (file: string) => string, (file: string) => string])[] = [
  ["read", (file) => `server --config ${file}`, (file) => `Cannot read the configuration ${file}`],
  [
    "secrets",
    (file) => `server --primary 83.1.1.1 --secrets ${file}`,
    (file) => `Cannot read the secrets file ${file}`,
  ],
  [
    "read",
    (file) => `client 83.1.1.9 --identifier a --secret-file ${file}`,
    (file) => `Cannot read the secret file ${file}`,
  ],
  ["read", (file) => `join ${file}`, (file) => `Cannot read the invitation ${file}`],
  [
    "read",
    (file) => `check --role relay ${file}`,
    (file) => `Cannot read the configuration ${file}`,
  ],
  ["log", (file) => `--log-file ${file} relay`, (file) => `Cannot write the log ${file}`],
  ["hook", (file) => `client 83.1.1.9 --hook ${file}`, (file) => `Cannot use the hook ${file}`],
  ["input", (file) => `decode - <${file}`, () => "Cannot read the standard input"],
  ["input", (file) => `join - <${file}`, () => "Cannot read the standard input"],
];

for (const [file, reasons] of Object.entries(FILES)) {
  Deno.test({
    name: needs.title(`named files: ${file} gets one message from each command`),
    ignore: needs.ignore,
    fn: async () => {
      const cases = COMMANDS.flatMap(([use, command, attempt]) => {
        const reason = reasons[use];
        return reason === undefined
          ? []
          : [{ command: command(file), says: `teredo: ${attempt(file)}: ${reason}` }];
      });
      const { stdout } = await inFreshNamespace(`${HOST}; mount -t tmpfs tmpfs /mnt
        mkdir /mnt/folder; mkfifo /mnt/pipe; truncate -s 1G /mnt/sparse
        ${cases.map(({ command }) => `timeout -k 1 10 $teredo ${command} 2>&1`).join("\n")}`);
      assertEquals(stdout.trimEnd().split("\n"), cases.map(({ says }) => says));
    },
  });
}

Deno.test({
  name: needs.title(
    "named files: a read-only folder for what a client remembers is warned of once",
  ),
  ignore: needs.ignore,
  fn: async () => {
    const { code, stdout } = await inFreshNamespace(`${HOST}; mount -t tmpfs -o ro tmpfs /mnt
      $teredo server --primary 83.1.1.1 2>/dev/null & server=$!
      soon listens 83.1.1.1:3544
      STATE_DIRECTORY=/mnt $teredo client 83.1.1.1 --force 2>/run/log & client=$!
      soon grep -q Qualified /run/log
      kill $client; wait $client; code=$?; kill $server; grep -c "Cannot remember the address" /run/log
      exit $code`);
    assertEquals([code, stdout], [0, "1\n"]);
  },
});
