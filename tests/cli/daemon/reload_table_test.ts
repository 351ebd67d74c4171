import { assertEquals } from "@std/assert";
import { relayReloadTable, serverReloadTable } from "../../../cli/daemon/reload_table.ts";
import type { Reloadable } from "../../../cli/daemon/reload.ts";
import { relayLimits, serverLimits } from "../../../cli/daemon/settings/limits.ts";
import type { RelayOptions } from "../../../cli/daemon/settings/relay_options.ts";
import type { ServerOptions } from "../../../cli/daemon/settings/server_options.ts";
import { ServingPolicy } from "../../../cli/daemon/settings/serving_policy.ts";
import { REREADING } from "../../../cli/daemon/rights/readable.ts";
import type { ServerReload } from "../../../nodes/teredo_server.ts";
import { SILENT_LOG } from "../../../io/log.ts";
import type { RelayLimits } from "../../../relay/relay_limits.ts";

const LOG = { ...SILENT_LOG, setLevel() {} };
const LIMITS = new Map([["to-client", 7], ["bubbles-per-server", 9]]);

/** Applies settings of which these have changed. */
async function apply<V>(
  table: readonly Reloadable<V>[],
  wanted: Partial<V>,
  ...changed: (keyof V & string)[]
): Promise<void> {
  const each = table.find(({ of }) => changed.every((property) => of.includes(property)))!;
  await each.apply(wanted as V);
}

Deno.test("reload table: the limits of a server apply to it and to its relay", async () => {
  const options = { secrets: undefined, requireNonce: false, acceptPortMismatch: false };
  const policy = new ServingPolicy(
    { ...options, mtu: undefined, limits: undefined },
    LOG,
    REREADING,
  );
  const applied: ServerReload[] = [];
  const table = serverReloadTable(
    { reconfigure: (policy) => void applied.push(policy) },
    policy,
    LOG,
  );
  await apply<ServerOptions>(table, { limits: LIMITS }, "limits");
  assertEquals(applied.map(({ limits }) => limits), [serverLimits(LIMITS)]);
  assertEquals(applied.map((each) => each.relayLimits), [relayLimits(LIMITS)]);
});

Deno.test("reload table: the limits of a relay change", async () => {
  const applied: RelayLimits[] = [];
  const relay = { reconfigure() {}, useLimits: (limits: RelayLimits) => void applied.push(limits) };
  const limits = new Map([["bubbles-per-server", 9]]);
  await apply<RelayOptions>(relayReloadTable(relay, LOG), { limits }, "limits");
  assertEquals(applied, [relayLimits(limits)]);
});
