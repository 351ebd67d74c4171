/**
 * Running a machine that comes to an end by itself.
 *
 * @module
 */

import type { Machine } from "../protocol/machine.ts";
import type { Counters } from "./counters.ts";
import { openDenoUdp } from "./udp/deno_udp.ts";
import { Driver } from "./driver.ts";
import { aborted, runTogether } from "./run_together.ts";
import type { UdpSocket } from "../ffi/udp_socket.ts";
import { ipv4Address } from "../wire/ipv4_address.ts";

/** A machine that finds something out, and reports when it is done. */
type FindingMachine<Via extends string, Findings> = Machine<
  Via,
  { readonly type: "complete" },
  Findings
>;

/** Sockets at ports that the system picked, by their names. */
type FreshSockets<Via extends string> = Readonly<Record<Via, UdpSocket>>;

/**
 * Opens sockets at ports that the system picks.
 *
 * @throws an error of the system
 */
export function openFreshSockets<Via extends string>(
  names: readonly Via[],
  counters: Counters,
): FreshSockets<Via> {
  using opened = new DisposableStack();
  const entries = names.map((name) => {
    const socket = openDenoUdp({ address: ipv4Address(0), port: 0, counters });
    opened.defer(() => socket.close());
    return [name, socket] as const;
  });
  opened.move();
  return Object.fromEntries(entries) as FreshSockets<Via>;
}

/**
 * Pumps `machine` until it is complete or `signal` aborts, and closes the sockets.
 *
 * @returns what it found until then
 * @throws a bug of this program that a packet or timer brought to light
 */
export async function runToEnd<Via extends string, Findings>(
  machine: FindingMachine<Via, Findings>,
  sockets: FreshSockets<Via>,
  counters: Counters,
  signal: AbortSignal,
): Promise<Findings> {
  const done = new AbortController();
  const fault: { error?: unknown } = {};
  const isDone = (ending: AbortSignal) => Promise.race([aborted(done.signal), aborted(ending)]);
  const driver = new Driver<Via, { readonly type: "complete" }, Findings>({
    machine,
    sockets,
    onEvent: () => done.abort(),
    onFault: (error) => {
      fault.error = error;
      done.abort();
    },
    counters,
  });
  await runTogether(signal, (ending) => driver.run(ending), isDone);
  if ("error" in fault) throw fault.error;
  return driver.status();
}
