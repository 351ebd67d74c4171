/** Where options come from, and which one counts. */
import { pathIn } from "../../../../cli/process/folders.ts";
import { platform } from "../../../../ffi/platform.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../../../cli.ts";
import { CliError } from "../../../../cli/process/failure.ts";
import { variableName } from "../../../../cli/args/spelling.ts";
import { parseCommandLine } from "../../../../cli/args/command_line.ts";
import { settleValues } from "../../../../cli/args/sources/settle_values.ts";
import { run, runIn } from "../../recording.ts";

/** A folder with files in it, removed with its disposal. */
function folderOf(files: Readonly<Record<string, string>>) {
  const folder = Deno.makeTempDirSync();
  for (const [name, text] of Object.entries(files)) {
    Deno.writeTextFileSync(`${folder}/${name}`, text);
  }
  return { folder, [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }) };
}

/** What is found beside a command line. */
interface Beside {
  readonly environment?: Readonly<Record<string, string>>;
  /** The file that is looked for, `FOLDER/COMMAND.yaml`. */
  readonly file?: string;
}

/** The values that a command line leads to. */
async function values(
  line: string,
  { environment = {}, file }: Beside,
): Promise<Record<string, unknown>> {
  const [name, ...args] = line.split(" ");
  const command = COMMANDS.find((each) => each.name === name)!;
  using files = folderOf(file === undefined ? {} : { [`${name}.yaml`]: file });
  const request = parseCommandLine(command, args);
  assert(request.type === "run");
  const { folder } = files;
  try {
    const settled = await settleValues(command, request.flags, {
      environment: (variable) => environment[variable],
      configFolder: folder,
    });
    return settled.values;
  } catch (error) {
    if (error instanceof Error) error.message = withEtc(error.message, folder);
    throw error;
  }
}

/** The text with "ETC" for a folder, and slashes. */
function withEtc(text: string, folder: string): string {
  return text.replaceAll(folder + platform.separator, "ETC/").replaceAll(folder, "ETC");
}

Deno.test("options: flags win over the environment, that over the file, that over the default", async () => {
  const port = async (line: string, beside: Beside) =>
    (await values(`client a ${line}`.trim(), beside))["port"];
  const environment = { TEREDO_PORT: "2" };
  const file = "port: 3";
  assertEquals(await port("--port 1", { environment, file }), 1);
  assertEquals(await port("", { environment, file }), 2);
  assertEquals(await port("", { environment: { TEREDO_PORT: "" }, file }), 3);
  assertEquals(await port("", {}), undefined);
});

Deno.test("options: switches are turned on and off wherever they are given", async () => {
  const route = async (line: string, beside: Beside) =>
    (await values(`client a ${line}`.trim(), beside))["defaultRoute"];
  assertEquals(await route("", {}), true);
  assertEquals(await route("", { file: "default-route: false" }), false);
  assertEquals(await route("--default-route", { file: "default-route: false" }), true);
  assertEquals(
    await route("", {
      file: "default-route: false",
      environment: { TEREDO_DEFAULT_ROUTE: "true" },
    }),
    true,
  );
  assertEquals(await route("--no-default-route", { file: "default-route: true" }), false);
});

Deno.test("options: servers named as arguments count as flags", async () => {
  assertEquals((await values("client a b", { file: "server: c" }))["server"], ["a", "b"]);
  assertEquals((await values("client --log-level warn", { file: "server: c" }))["server"], ["c"]);
});

Deno.test("options: every one has a variable, which its help tells", async () => {
  for (const { name, options } of COMMANDS) {
    const { stdout } = await run(name, "--help");
    for (const property of Object.keys(options)) {
      assertStringIncludes(stdout, variableName(property));
    }
  }
});

/** What is wrong, the exit code, and the whole message. */
const MISTAKES: readonly [line: string, beside: Beside, code: number, message: string][] = [
  [
    "client a",
    { environment: { TEREDO_PORT: "http", TEREDO_FORCE: "1" } },
    78,
    'The environment is wrong: TEREDO_PORT needs a port number from 1 to 65535, not "http"\n' +
    'The environment is wrong: TEREDO_FORCE must be true or false, not "1"',
  ],
  [
    "client a",
    { environment: { TEREDO_FORCE: "toString" } },
    78,
    'The environment is wrong: TEREDO_FORCE must be true or false, not "toString"',
  ],
  [
    "client a",
    { file: "prot: 1" },
    78,
    'Cannot use ETC/client.yaml:1: there is no setting "prot".',
  ],
  [
    "client a",
    { file: "\nidentifier: alice" },
    78,
    "Cannot use ETC/client.yaml:2: identifier needs secret-file, the secret that goes with it",
  ],
  [
    "client a",
    { environment: { TEREDO_IDENTIFIER: "alice" } },
    78,
    "The environment is wrong: TEREDO_IDENTIFIER needs TEREDO_SECRET_FILE,",
  ],
  [
    "client",
    { environment: { TEREDO_SERVER: "a.example:3544" } },
    78,
    "The environment is wrong: TEREDO_SERVER needs host names or IPv4 addresses, separated by " +
    'commas, not "a.example:3544". A server\'s port is always 3544 (RFC 4380 §2.7): ' +
    "give a.example alone",
  ],
  [
    "server",
    { file: "primary: 192.0.2.1:3544" },
    78,
    "Clients know no other port than 3544 (RFC 4380 §2.7): give 192.0.2.1 alone",
  ],
  [
    "client a b",
    { file: "server2: c" },
    2,
    "server2 needs one secondary address for each server, in the same order: 2 and not 1",
  ],
  [
    "server --secondary 192.0.2.1",
    { file: "primary: 192.0.2.1" },
    2,
    "--secondary and primary must be different addresses",
  ],
  [
    "server",
    { file: "primary: 192.0.2.1\nhost-only: true" },
    78,
    "Cannot use ETC/server.yaml:2: host-only is for relays: add relay",
  ],
  [
    "relay --config /nowhere/r.yaml",
    {},
    78,
    "Cannot read the configuration /nowhere/r.yaml: there",
  ],
  ["relay --config /", {}, 78, "Cannot read the configuration /: "],
  ["relay", { environment: { TEREDO_CONFIG: "/nowhere/r.yaml" } }, 78, "Cannot read the config"],
];

for (const [line, beside, code, message] of MISTAKES) {
  Deno.test(`mistake: teredo ${line} with ${JSON.stringify(beside)}`, async () => {
    const error = await assertRejects(() => values(line, beside), CliError);
    assertStringIncludes(error.message, message);
    assertEquals(error.exitCode, code);
  });
}

Deno.test("options: help is given although the environment is wrong", async () => {
  assertEquals((await runIn({ environment: { TEREDO_PORT: "x" } }, "client", "-h")).code, 0);
});

Deno.test("check: the files of all roles are checked, and every mistake is told", async () => {
  using files = folderOf({
    "client.yaml": "server: a.example\n",
    "relay.yaml": "prefix: 2001:db8::/200\nprot: 1\n",
    "server.yaml": "primary: here\n",
  });
  const { folder: configFolder } = files;
  const { code, stdout, stderr } = await runIn({ configFolder }, "check");
  assertEquals(code, 78);
  assertEquals(withEtc(stdout, configFolder), "ETC/client.yaml: OK, for teredo client\n");
  assertEquals(withEtc(stderr, configFolder).trimEnd().split("\n"), [
    "teredo: Cannot use ETC/server.yaml:1: primary needs an IPv4 address such as 192.0.2.1, " +
    'not "here"',
    "Cannot use ETC/relay.yaml:1: prefix needs IPv6 prefixes such as 2001:db8::/32, separated by " +
    'commas, not "2001:db8::/200"',
    'Cannot use ETC/relay.yaml:2: there is no setting "prot". Did you mean port?',
  ]);
});

Deno.test("check: the files of a package that nobody changed are no mistake, unless asked for", async () => {
  const untouched = "# Required\n#server: teredo.example\n";
  using files = folderOf({ "client.yaml": untouched, "relay.yaml": "port: 3545\n" });
  const { folder: configFolder } = files;
  const { code, stdout } = await runIn({ configFolder }, "check");
  assertEquals([code, withEtc(stdout, configFolder)], [
    0,
    "ETC/client.yaml: sets nothing for teredo client\nETC/relay.yaml: OK, for teredo relay\n",
  ]);
  assertEquals((await runIn({ configFolder }, "check", "--role", "client")).code, 78);
  assertEquals((await run("check", `${configFolder}/client.yaml`)).code, 78);
});

Deno.test("check: the environment belongs to it, as it does where the role runs", async () => {
  using files = folderOf({ "client.yaml": "port: 40000\n" });
  const environment = { TEREDO_SERVER: "a.example" };
  const { code } = await runIn({ environment }, "check", `${files.folder}/client.yaml`);
  assertEquals(code, 0);
});

Deno.test("check: what is wrong with the environment is told once for all files", async () => {
  using files = folderOf({ "client.yaml": "server: a.example", "relay.yaml": "" });
  const environment = { TEREDO_PORT: "x" };
  const { code, stderr } = await runIn({ environment, configFolder: files.folder }, "check");
  assertEquals(
    [code, stderr],
    [
      78,
      "teredo: The environment is wrong: TEREDO_PORT needs a port number from 1 to 65535, " +
      'not "x"\n',
    ],
  );
});

Deno.test("check: without any file there is nothing wrong", async () => {
  const { code, stdout } = await runIn({}, "check");
  assertEquals([code, stdout], [0, "There is no configuration in /nowhere\n"]);
});

Deno.test("check: the role is told by the file's name, or by --role", async () => {
  using files = folderOf({ "eu-relay-2.yml": "port: 1", "new.yaml": "server: a.example" });
  const named = await run("check", `${files.folder}/eu-relay-2.yml`);
  assertEquals([named.code, named.stdout.endsWith(": OK, for teredo relay\n")], [0, true]);
  const told = await run("check", "--role", "client", `${files.folder}/new.yaml`);
  assertEquals([told.code, told.stdout.endsWith(": OK, for teredo client\n")], [0, true]);
  const neither = await run("check", `${files.folder}/new.yaml`);
  assertEquals(neither.code, 2);
  assertStringIncludes(neither.stderr, "add one of --role client, --role server, --role relay");
  assertEquals((await run("check", "--role", "probe")).code, 2);
});

Deno.test("check: a file that is not there is a mistake, if it is named", async () => {
  const { code, stderr } = await run("check", "/nowhere/client.yaml");
  assertEquals(code, 78);
  assertStringIncludes(stderr, "/nowhere/client.yaml: there is no such file");
});

Deno.test("values: a required one that is missing is the file's fault if there is a file (78), and the command line's otherwise (2)", async () => {
  const said = (folder: string) =>
    '"teredo client" needs --server, host names or IPv4 addresses, separated by commas. ' +
    `Give it, or set server in ${pathIn(folder, "client.yaml")}`;
  using present = folderOf({ "client.yaml": "#server: teredo.example\n" });
  using absent = folderOf({});
  for (const [{ folder }, expected] of [[present, 78], [absent, 2]] as const) {
    const { code, stderr } = await runIn({ configFolder: folder }, "client");
    assertEquals(code, expected);
    assertStringIncludes(stderr, said(folder));
  }
});
