/** Holds the table "Changes while it runs" of docs/operating.md to what SIGHUP changes. */
import { assertEquals } from "@std/assert";
import { optionName } from "../../cli/args/spelling.ts";
import {
  clientReloadTable,
  relayReloadTable,
  serverReloadTable,
} from "../../cli/daemon/reload_table.ts";
import type { Reloadable } from "../../cli/daemon/reload.ts";
import { ROOT } from "./documents.ts";

const DOCUMENT = await Deno.readTextFile(new URL("docs/operating.md", ROOT));

/** The settings that the table names for a role, or for `all`. */
function documented(role: string): string[] {
  const [, section = ""] = DOCUMENT.split("### Changes while it runs");
  const row = section.split("\n#")[0]!.split("\n").find((line) => line.startsWith(`| ${role} `));
  return [...(row ?? "").matchAll(/`([a-z0-9-]+)`/g)].map(([, name]) => name!);
}

/** The settings that a role applies. */
function applied<V>(table: readonly Reloadable<V>[]): string[] {
  return table.flatMap(({ of }) => of).map(optionName);
}

// The tables name the settings before anything is applied to what they are made for.
const NOTHING = {} as never;

for (
  const [role, table] of [
    ["client", applied(clientReloadTable(NOTHING, NOTHING, { log: NOTHING, rights: NOTHING }))],
    ["server", applied(serverReloadTable(NOTHING, NOTHING, NOTHING))],
    ["relay", applied(relayReloadTable(NOTHING, NOTHING))],
  ] as const
) {
  Deno.test(`operating.md: what SIGHUP changes of a ${role} is in its table`, () => {
    assertEquals([...documented("all"), ...documented(role)].sort(), table.toSorted());
  });
}
