import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { COMMANDS } from "../../../cli.ts";
import { UsageError } from "../../../cli/process/failure.ts";
import { command } from "../../../cli/args/command.ts";
import {
  defaulted,
  optional,
  required,
  switchedOff,
  switchedOn,
} from "../../../cli/args/option.ts";
import { flagOf, optionName } from "../../../cli/args/spelling.ts";
import { parseCommandLine } from "../../../cli/args/command_line.ts";
import { settleValues } from "../../../cli/args/sources/settle_values.ts";
import { IPV4 } from "../../../cli/args/kinds/address_kinds.ts";
import { PORT } from "../../../cli/args/kinds/number_kinds.ts";
import { oneOf, text } from "../../../cli/args/kinds/value_kind.ts";
import fc from "../../../tools/fast_check.ts";

const sample = command({
  name: "sample",
  summary: "Do nothing",
  details: [],
  positional: { kind: text("WORD", "a word"), help: "A word", isRequired: false },
  options: {
    address: required(IPV4, "An address"),
    port: defaulted(PORT, 3544, "A port"),
    mode: optional(oneOf("MODE", ["fast", "slow"]), "A mode"),
    dryRun: switchedOff("Only say so"),
    defaultRoute: switchedOn("No route", "A route"),
  },
  examples: [],
  run() {},
});

/** Neither environment nor file. */
const NOTHING = { environment: () => undefined, configFolder: "/nowhere" };

const DEFAULTS = {
  address: 0xc0000201,
  port: 3544,
  mode: undefined,
  dryRun: false,
  defaultRoute: true,
};

const LINES: readonly [
  line: string,
  values: Partial<typeof DEFAULTS> | object,
  ...words: string[],
][] = [
  ["--address 192.0.2.1", {}],
  ["--address=192.0.2.1", {}],
  ["--address 192.0.2.1 --port 1", { port: 1 }],
  ["--address 192.0.2.1 --port=65535 --mode slow", { port: 65535, mode: "slow" }],
  ["--dry-run --address 192.0.2.1", { dryRun: true }],
  ["--address 192.0.2.1 --no-default-route", { defaultRoute: false }],
  ["--address 192.0.2.1 --default-route", {}],
  ["word --address 192.0.2.1", {}, "word"],
  ["--address 192.0.2.1 --dry-run word", { dryRun: true }, "word"],
  ["--address 192.0.2.1 42", {}, "42"],
  ["--address 192.0.2.1 -- --word", {}, "--word"],
];

for (const [line, values, ...positional] of LINES) {
  Deno.test(`parse: ${line}`, async () => {
    const request = parseCommandLine(sample, line.split(" "));
    assert(request.type === "run");
    const settled = await settleValues(sample, request.flags, NOTHING);
    assertEquals(settled.values, { ...DEFAULTS, ...values });
    assertEquals(request.positional, positional);
  });
}

Deno.test("parse: what is not given is not there, for the environment and a file may give it", () => {
  const request = parseCommandLine(sample, ["--address", "192.0.2.1"]);
  assert(request.type === "run");
  assertEquals([...request.flags.keys()], ["address"]);
});

Deno.test("parse: options are spelled with dashes, and a switch that is on is turned off", () => {
  assertEquals(optionName("logLevel"), "log-level");
  assertEquals(optionName("server2"), "server2");
  assertEquals(flagOf("dryRun", switchedOff("")), "--dry-run");
  assertEquals(flagOf("defaultRoute", switchedOn("", "")), "--no-default-route");
});

Deno.test("arguments: the letter _, which the parser uses itself, is an unknown option", () => {
  for (const args of [["-_"], ["-_0"], ["-h_"], ["-_", "word"]]) {
    const error = assertThrows(() => parseCommandLine(sample, args), UsageError);
    assertEquals(error.message, "Unknown option -_");
  }
});

Deno.test("arguments: whatever is typed, it is understood or a mistake of usage", () => {
  const flags = COMMANDS.flatMap(({ options }) => Object.keys(options).map(optionName));
  const flag = fc.constantFrom(...flags, "help", "_", "__proto__", "constructor", "a.b");
  const value = fc.constantFrom("true", "false", "1", "-1", "", "a.example", "192.0.2.1", "::1");
  const word = fc.oneof(
    value,
    fc.constantFrom("--", "-", "-h", "-c", "-c5", "-_", "--=", "---x"),
    flag.map((name) => `--${name}`),
    flag.map((name) => `--no-${name}`),
    fc.tuple(flag, value).map((pair) => `--${pair.join("=")}`),
  );
  fc.assert(
    fc.property(fc.constantFrom(...COMMANDS), fc.array(word), (command, args) => {
      try {
        parseCommandLine(command, args);
      } catch (error) {
        assertInstanceOf(error, UsageError, args.join(" "));
      }
    }),
    { numRuns: 2000 },
  );
});
