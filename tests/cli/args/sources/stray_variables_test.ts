/** Variables that were misspelled are named, and no others. */
import { pathIn } from "../../../../cli/process/folders.ts";
import { assertEquals, assertMatch } from "@std/assert";
import { COMMANDS } from "../../../../cli.ts";
import { variableName } from "../../../../cli/args/spelling.ts";
import { strayWarnings } from "../../../../cli/args/sources/stray_variables.ts";
import { FRESH_NAMESPACE, requires } from "../../../capabilities.ts";
import { inFreshNamespace } from "../../fresh_namespace.ts";
import { runIn } from "../../recording.ts";

/** What a command says of its variables. */
function warnings(environment: Readonly<Record<string, string>>, own = "client"): string[] {
  return strayWarnings(COMMANDS.find(({ name }) => name === own), COMMANDS, {
    environment: (name) => environment[name],
    variables: () => Object.keys(environment),
  });
}

/** A variable, and what is said behind its name. */
const STRAYS: readonly (readonly [name: string, says: string])[] = [
  ["TEREDO_SERVR", "Did you mean TEREDO_SERVER?"],
  ["TEREDO_LOGLEVEL", "Did you mean TEREDO_LOG_LEVEL?"],
  ["TEREDO_log_level", "Did you mean TEREDO_LOG_LEVEL?"],
  ["TEREDO_NO_DEFAULT_ROUTE", "Did you mean TEREDO_DEFAULT_ROUTE?"],
  ["TEREDO_PRIMRY", "Did you mean TEREDO_PRIMARY?"],
  ["TEREDO_FROBNICATE", '"teredo help client" lists the variables that have one'],
  ["TEREDO_", '"teredo help client" lists the variables that have one'],
];

for (const [name, says] of STRAYS) {
  Deno.test(`variables: ${name} has no effect, and a client says so`, () => {
    assertEquals(warnings({ [name]: "1" }), [`The variable ${name} has no effect. ${says}`]);
  });
}

Deno.test("variables: where no command is known, its help is not named either", () => {
  assertEquals(warnings({ TEREDO_FROBNICATE: "1" }, "none"), [
    'The variable TEREDO_FROBNICATE has no effect. "teredo help COMMAND" lists the variables that have one',
  ]);
});

/** None of these was meant for an option and missed it. */
const OTHERS: Readonly<Record<string, string>> = {
  "what tests and tasks read": "TEREDO_BIN TEREDO_IMPORTS TEREDO_TEST_INSIDE_NAMESPACE",
  "what a hook is given": "STATE ADDRESS IFACE OLD_STATE",
  "what Kubernetes sets for a Service":
    "TEREDO_SERVICE_HOST TEREDO_SERVICE_PORT TEREDO_SERVICE_PORT_DNS TEREDO_PORT_3544_UDP " +
    "TEREDO_PORT_3544_UDP_PROTO TEREDO_PORT_3544_UDP_PORT TEREDO_SERVER_PORT_3544_UDP_ADDR",
  "another program's": "TEREDOX MY_TEREDO_SERVR",
};

for (const [what, names] of Object.entries(OTHERS)) {
  Deno.test(`variables: nothing is said of ${what}`, () => {
    assertEquals(warnings(Object.fromEntries(names.split(" ").map((name) => [name, "1"]))), []);
  });
}

Deno.test("variables: nothing is said of those of any command", () => {
  const names = COMMANDS.flatMap(({ options }) => Object.keys(options).map(variableName));
  assertEquals(warnings(Object.fromEntries(names.map((name) => [name, "1"]))), []);
});

Deno.test("variables: an empty one counts as not set, and an address of a Service as its own", () => {
  assertEquals(warnings({ TEREDO_SERVR: "" }), []);
  assertEquals(warnings({ TEREDO_SERVER_PORT: "udp://10.96.0.7:3544" }), []);
  assertEquals(warnings({ TEREDO_SERVER_PORT: "3544" }).length, 1);
});

Deno.test("variables: what is misspelled is told before what therefore lacks", async () => {
  const { code, stderr } = await runIn({ environment: { TEREDO_SERVR: "a" } }, "client");
  assertEquals(code, 2);
  assertEquals(stderr.split("\n").slice(0, 2), [
    "teredo: The variable TEREDO_SERVR has no effect. Did you mean TEREDO_SERVER?",
    'teredo: "teredo client" needs --server, host names or IPv4 addresses, separated by commas. ' +
    `Give it, or set server in ${pathIn("/nowhere", "client.yaml")}`,
  ]);
  const environment = { TEREDO_SERVR: "a", TEREDO_LOG_FORMAT: "json" };
  const lines = (await runIn({ environment }, "client")).stderr.trim().split("\n");
  assertEquals(lines.map((line) => JSON.parse(line).level), ["warn", "error"]);
});

Deno.test("variables: check tells of them once, and they are no mistake", async () => {
  const environment = { TEREDO_PRIMRY: "192.0.2.1" };
  assertEquals(await runIn({ environment }, "check"), {
    code: 0,
    stdout: "There is no configuration in /nowhere\n",
    stderr: "teredo: The variable TEREDO_PRIMRY has no effect. Did you mean TEREDO_PRIMARY?\n",
  });
});

Deno.test("variables: a command without a log says nothing of them", async () => {
  const environment = { TEREDO_FROBNICATE: "1" };
  assertEquals((await runIn({ environment }, "completions", "bash")).stderr, "");
});

const needs = requires(...FRESH_NAMESPACE);

Deno.test({
  name: needs.title("variables: a role's log has one warning, where warnings are wanted"),
  ignore: needs.ignore,
  fn: async () => {
    const server = "$teredo server --primary 83.1.1.1 --allow-private";
    const { stdout, stderr } = await inFreshNamespace(`export TEREDO_LOGLEVEL=debug TEREDO_BIN=x
      ${server} 2>&1
      TEREDO_LOG_FORMAT=json ${server} 2>&1
      TEREDO_LOG_LEVEL=error ${server}`);
    const warning = "The variable TEREDO_LOGLEVEL has no effect. Did you mean TEREDO_LOG_LEVEL?";
    const [line, , json] = stdout.split("\n");
    assertMatch(line!, /^\S+Z warn {2}The variable/);
    assertEquals(line!.slice(31), warning);
    assertEquals([JSON.parse(json!).level, JSON.parse(json!).message], ["warn", warning]);
    assertMatch(stderr, /^teredo: Cannot serve on 83\.1\.1\.1: .*\n$/);
  },
});
