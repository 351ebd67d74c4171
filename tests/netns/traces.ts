/**
 * The sequences of `docs/protocol.md`, performed in the lab and recorded packet by packet.
 *
 * @module
 */

import { LAB } from "../capabilities.ts";
import type { Capture } from "./capture.ts";
import { createLab, type Lab, SWITCH } from "./lab.ts";
import type { UserNat } from "./nat_router.ts";
import { ADDRESS } from "./plan.ts";
import { startClient, startRelay, startServer } from "./teredo.ts";
import { tracedPackets, traceText } from "./trace_packets.ts";

/** What the tests need of the machine that they run on. */
export const TRACE_NEEDS = [...LAB, "ping", "tcpdump", "tshark"] as const;

/** A sequence. */
export interface Trace {
  /** Of the file. */
  readonly name: string;
  readonly title: string;
  /** One line for each packet. */
  readonly text: string;
}

/**
 * Behind port-restricted NATs, and from ports that they keep, so that traces resemble each other.
 */
const NAT: UserNat = { by: "user", kind: "portRestricted" };
const PORT = { A: "4096", B: "8192", C: "12288", D: "16384", relay: "3545" } as const;

/** Performs them all. */
export async function recordTraces(): Promise<Trace[]> {
  await using lab = await createLab({
    A: NAT,
    B: NAT,
    C: { by: "user", kind: "symmetric" },
    D: { by: "user", kind: "addressRestricted" },
  });
  const { A, C } = lab.sites;
  await startServer(lab.server);
  await startRelay(lab.relay, "--port", PORT.relay);
  const start = (site: keyof typeof lab.sites) =>
    startClient(lab.sites[site].client, "--port", PORT[site]);
  const traces: Trace[] = [];
  const record = async (name: string, title: string, act: () => Promise<unknown>) => {
    traces.push({ name, title, text: await recorded(lab, act) });
  };
  await record("qualification", "A qualifies", () => start("A"));
  const b = await start("B");
  await record(
    "client-to-client",
    "A pings B, twice",
    () => A.client.ping(b.address, { count: 2 }),
  );
  await record(
    "client-to-native",
    "A pings a native host, twice",
    () => A.client.ping(ADDRESS.native, { count: 2 }),
  );
  await record(
    "native-to-client",
    "A native host pings B, twice",
    () => lab.native.ping(b.address, { count: 2 }),
  );
  const [, d] = await Promise.all([start("C"), start("D")]);
  await record(
    "symmetric-nat",
    "C, behind a symmetric NAT, pings D, behind an address-restricted one, twice",
    () => C.client.ping(d.address, { count: 2 }),
  );
  return traces;
}

/** What passes the switches while something is done. */
async function recorded(lab: Lab, act: () => Promise<unknown>): Promise<string> {
  await using ipv4: Capture = await lab.core.capture(SWITCH.ipv4, "udp");
  await using native: Capture = await lab.core.capture(SWITCH.ipv6, "ip6");
  await act();
  await Promise.all([ipv4.stop(), native.stop()]);
  return traceText(await tracedPackets(ipv4, native));
}
