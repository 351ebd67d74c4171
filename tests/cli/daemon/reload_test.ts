import { assert, assertEquals } from "@std/assert";
import { COMMANDS } from "../../../cli.ts";
import type { ValueKind } from "../../../cli/args/kinds/value_kind.ts";
import { ConfigError } from "../../../cli/process/failure.ts";
import { Reload, type Reloadable } from "../../../cli/daemon/reload.ts";
import { openLog } from "../../../cli/process/open_log.ts";

interface Values {
  readonly logLevel: string;
  readonly server: readonly string[];
  readonly port: number | undefined;
}

const FIRST: Values = { logLevel: "info", server: ["a"], port: undefined };

/** A role that can change its log level and, unless they are called "bad", its servers. */
function begin() {
  const lines: string[] = [];
  const applied: Values[] = [];
  const log = openLog("debug", (line) => lines.push(line.slice(25).trim()));
  const wanted = { read: () => FIRST as Values };
  const table: Reloadable<Values>[] = [
    { of: ["logLevel"], apply: (values) => void applied.push(values) },
    {
      of: ["server"],
      apply: async (values) => {
        await Promise.resolve();
        if (values.server.includes("bad")) throw new Error('Cannot resolve "bad"');
        applied.push(values);
      },
    },
  ];
  const reload = new Reload(FIRST, async () => await wanted.read(), table, log);
  const want = (values: Partial<Values>) => {
    wanted.read = () => ({ ...FIRST, ...values });
    return reload.now();
  };
  return { reload, want, wanted, lines, applied };
}

Deno.test("reload: without a change nothing happens", async () => {
  const { want, lines, applied } = begin();
  await want({ server: ["a"] });
  assertEquals([lines, applied], [["info  Settings were read again; changed: none"], []]);
});

Deno.test("reload: what can change does, and what cannot is told, each time", async () => {
  const { want, lines, applied } = begin();
  await want({ logLevel: "debug", port: 1 });
  await want({ logLevel: "debug", port: 1, server: ["a", "b"] });
  assertEquals(applied, [
    { logLevel: "debug", server: ["a"], port: undefined },
    { logLevel: "debug", server: ["a", "b"], port: undefined },
  ]);
  assertEquals(lines, [
    "info  Settings were read again; changed: log-level",
    "warn  Only a restart changes port",
    "info  Settings were read again; changed: server",
    "warn  Only a restart changes port",
  ]);
});

Deno.test("reload: what turns out to be wrong stays as it was, and all else changes", async () => {
  const { want, lines, applied } = begin();
  await want({ logLevel: "debug", server: ["bad"] });
  assertEquals(applied, [{ ...FIRST, logLevel: "debug" }]);
  assertEquals(lines, [
    'error Cannot resolve "bad"',
    "error The old settings stay in use: server",
    "info  Settings were read again; changed: log-level",
  ]);
});

Deno.test("reload: a file that is wrong changes nothing", async () => {
  const { reload, wanted, lines, applied } = begin();
  wanted.read = () => {
    throw new ConfigError(["Cannot use f:1: one", "Cannot use f:2: two"]);
  };
  await reload.now();
  assertEquals(applied, []);
  assertEquals(lines, [
    "error Cannot use f:1: one",
    "error Cannot use f:2: two",
    "error The old settings stay in use",
  ]);
});

Deno.test("reload: one waits for the one before it", async () => {
  const { want, applied } = begin();
  await Promise.all([want({ server: ["b"] }), want({ server: ["c"] })]);
  assertEquals(applied.map(({ server }) => server), [["c"]]);
});

/** Values of a kind that are spelled differently. */
function valuesOf({ example, suggestions = [], parse }: ValueKind<unknown>): unknown[] {
  const texts = [example ?? [], suggestions === "files" ? ["/another"] : suggestions].flat();
  return [...new Set(texts)].map(parse).filter((value) => value !== undefined);
}

/** What changes when settings with this value are read again, and now have that one. */
async function changesFrom(one: unknown, other: unknown): Promise<unknown[]> {
  const applied: unknown[] = [];
  const table = [{
    of: ["value"] as const,
    apply: ({ value }: { value: unknown }) => void applied.push(value),
  }];
  const log = openLog("error", () => {});
  const reload = new Reload({ value: one }, () => Promise.resolve({ value: other }), table, log);
  await reload.now();
  return applied;
}

Deno.test("reload: for each option of a role, two different values are a change", async () => {
  const roles = COMMANDS.filter(({ name }) => ["client", "server", "relay"].includes(name));
  let compared = 0;
  for (const { name, options } of roles) {
    for (const [property, { kind }] of Object.entries(options)) {
      const values = kind === undefined ? [false, true] : valuesOf(kind);
      for (const [i, value] of values.entries()) {
        const next = values[(i + 1) % values.length];
        assertEquals(await changesFrom(value, value), [], `${name} ${property}`);
        if (next === value) continue;
        assertEquals(await changesFrom(value, next), [next], `${name} ${property}`);
        compared++;
      }
    }
  }
  assert(compared > 50, `only ${compared} pairs`);
});

Deno.test("reload: one rate among the limits is a change, and so is its end", async () => {
  const rates = [
    new Map([["to-client", 1]]),
    new Map([["to-client", 2]]),
    new Map([["to-client", undefined]]),
    new Map(),
  ];
  for (const one of rates) {
    for (const other of rates) {
      assertEquals(await changesFrom(one, new Map(other)), one === other ? [] : [other]);
    }
  }
});
