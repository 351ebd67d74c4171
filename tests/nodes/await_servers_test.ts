/** A client whose servers are not found yet waits for them, as for a silent server. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { openLog } from "../../cli/process/open_log.ts";
import type { ChangeSource } from "../../io/network/network_changes.ts";
import { aborted } from "../../io/run_together.ts";
import { ResolveError } from "../../io/servers/lookup.ts";
import { awaitServers } from "../../nodes/await_servers.ts";
import { serverDirectory } from "../../nodes/given_server.ts";
import { GlobalUnicast } from "../../wire/global_unicast.ts";

const QUIET: ChangeSource = (_changed, signal) => aborted(signal);

/** Waits for servers that `find` finds; pauses take no time. */
function wait(find: () => Promise<void>, changes: ChangeSource = QUIET, signal?: AbortSignal) {
  const told: string[] = [];
  const pauses: number[] = [];
  const log = openLog("info", (line) => told.push(line.slice(25).trim()));
  const clock = {
    now: () => 0,
    after(delay: number, callback: () => void) {
      pauses.push(delay);
      if (changes === QUIET) queueMicrotask(callback);
      return () => {};
    },
  };
  const waiting = { own: undefined, log, clock, changes };
  return { done: awaitServers({ find }, waiting, signal), told, pauses };
}

/** Fails with each of these, and then succeeds. */
function failing(...errors: Error[]): () => Promise<void> {
  return () => {
    const error = errors.shift();
    return error === undefined ? Promise.resolve() : Promise.reject(error);
  };
}

Deno.test("servers: a name that is not found is looked up again, with longer and longer pauses", async () => {
  const errors = Array.from({ length: 9 }, () => new ResolveError("No DNS server answers"));
  const { done, told, pauses } = wait(failing(...errors, new ResolveError("No such name")));
  await done;
  assertEquals(told, [
    "warn  No DNS server answers. Until then, the client waits",
    "warn  No such name. Until then, the client waits",
  ]);
  for (const [i, pause] of pauses.entries()) {
    const due = Math.min(5_000 * 2 ** i, 300_000);
    assert(pause >= 0.75 * due && pause <= 1.25 * due, `${i}: ${pause}`);
  }
  assertEquals(pauses.length, 10);
});

Deno.test("servers: a change of the network ends a pause, and the next one is short", async () => {
  const errors = Array.from({ length: 6 }, () => new ResolveError("No DNS server answers"));
  const changes: ChangeSource = (changed) => {
    changed({ isOwn: false, isRouting: false, interfaces: new Set(), isVague: true });
    return Promise.resolve();
  };
  const { done, pauses } = wait(failing(...errors), changes);
  await done;
  assertEquals(pauses.map((pause) => pause < 6_300), Array(6).fill(true));
});

Deno.test("servers: a mistake is not waited for", async () => {
  const { done } = wait(failing(new RangeError("10.0.0.1 is private")));
  await assertRejects(() => done, RangeError, "10.0.0.1 is private");
});

Deno.test("servers: nobody waits longer than the client is wanted", async () => {
  const end = new AbortController();
  const { done } = wait(() => new Promise(() => {}), QUIET, end.signal);
  end.abort(new Error("ended"));
  await assertRejects(() => done, Error, "ended");
});

for (const address of ["0.0.0.0", "192.168.1.1", "127.0.0.1"]) {
  Deno.test(`servers: a name that resolves to ${address} names a captive portal, and is waited for`, async () => {
    const log = openLog("error", () => {});
    const context = { globalUnicast: new GlobalUnicast("rfc4380"), log };
    const directory = serverDirectory(
      [{ primary: "teredo.example" }],
      undefined,
      context,
      () => Promise.resolve([address]),
    );
    const error = await assertRejects(() => directory.find(), ResolveError, address);
    assert(error.message.includes('what "teredo.example" resolves to here'), error.message);
    assert(error.message.includes("captive portal"), error.message);
  });
}

Deno.test("servers: an address that somebody wrote is a mistake", async () => {
  const log = openLog("error", () => {});
  const context = { globalUnicast: new GlobalUnicast("rfc4380"), log };
  const directory = serverDirectory([{ primary: "192.168.1.1" }], undefined, context);
  await assertRejects(() => directory.find(), RangeError, "192.168.1.1");
});
