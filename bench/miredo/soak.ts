/**
 * A minute at full speed both ways over a bad line: loss, packets that overtake each other, and a
 * NAT that forgets its mappings in the middle of it. Every octet has to arrive.
 *
 * @module
 */

import { denoRun, prefetch } from "../../tests/netns/deno_run.ts";
import { createLab } from "../../tests/netns/lab.ts";
import type { LabProcess } from "../../tests/netns/lab_process.ts";
import type { Machine } from "../../tests/netns/machine.ts";
import { rebootNat, type UserNat } from "../../tests/netns/nat_router.ts";
import { startClient, startServer } from "../../tests/netns/teredo.ts";
import type { ReceivedFile, SentFile } from "./checked_transfer.ts";
import { pause } from "../../tests/pause.ts";

const PROGRAM = "bench/miredo/checked_transfer.ts";
const SECONDS = 60;

/**
 * Each packet waits for 2 to 4 ms in one NAT, so that many overtake others; one of a hundred is
 * lost.
 */
const BAD: UserNat = {
  by: "user",
  kind: "portRestricted",
  link: { loss: 0.01, delay: 2, jitter: 2 },
};
const GOOD: UserNat = { by: "user", kind: "portRestricted" };

/** One direction. */
interface SoakedTransfer {
  readonly course: string;
  readonly octets: number;
  readonly megabitsPerSecond: number;
  /** Whether what arrived is what was sent, by its SHA-256. */
  readonly isWhole: boolean;
  /** The longest time without a new octet, in milliseconds, and when it began. */
  readonly longestStall: number;
  readonly stalledAt: number;
}

/** Runs it. */
export async function soak(seconds = SECONDS): Promise<SoakedTransfer[]> {
  await prefetch(PROGRAM);
  await using lab = await createLab({ A: BAD, B: GOOD });
  const { A, B } = lab.sites;
  await startServer(lab.server);
  const [a, b] = await Promise.all([startClient(A.client), startClient(B.client)]);
  const ping = await A.client.ping(b.address, { count: 5 });
  if (ping.received === 0) throw new Error(`The clients do not meet: ${ping.text}`);

  const running = [
    carry("A → B", A.client, B.client, b.address, seconds),
    carry("B → A", B.client, A.client, a.address, seconds),
  ];
  await pause(seconds * 500);
  await rebootNat(A.nat);
  return await Promise.all(running);
}

async function carry(
  course: string,
  from: Machine,
  to: Machine,
  address: string,
  seconds: number,
): Promise<SoakedTransfer> {
  const port = "5001";
  await using receiver = await to.spawn(...denoRun(PROGRAM), "receive", port);
  await receiver.waitForLog(/^ready$/);
  const sending = from.run(...denoRun(PROGRAM), "send", address, port, String(seconds));
  const sent: SentFile = JSON.parse(await sending);
  const received = await report(receiver);
  return {
    course,
    octets: received.octets,
    megabitsPerSecond: received.octets * 8 / 1000 / received.duration,
    isWhole: received.digest === sent.digest && received.octets === sent.octets,
    longestStall: received.longestStall,
    stalledAt: received.stalledAt,
  };
}

async function report(receiver: LabProcess): Promise<ReceivedFile> {
  const [line] = await receiver.waitForLog(/^\{.*\}$/, { timeout: 60_000 });
  return JSON.parse(line!);
}
