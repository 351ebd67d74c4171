/**
 * Floods of packets with forged sources, sent by a small program of ours; see `flood.c`.
 *
 * @module
 */

import { concatOctets, setU16, setU32 } from "../../memory/octets.ts";
import type { LabProcess } from "../netns/lab_process.ts";
import type { Machine } from "../netns/machine.ts";

/** The program's mark for octets that are random. */
const RANDOM = 0xffff;

/** Words before a command that gets the processor whenever it wants it. */
export const URGENTLY = ["chrt", "--fifo", "10"] as const;

/** A change that is made to each packet before it is sent. Offsets count from its IP header. */
export interface Change {
  readonly at: number;
  readonly length: number;
  /** Where the octets are whose complement replaces those at `at`; they become random without it. */
  readonly complementOf?: number;
}

/** What a flood consists of. */
export interface FloodPlan {
  /** Whole packets, all IPv4 or all IPv6, sent one after the other and again from the first. */
  readonly packets: readonly Uint8Array[];
  readonly changes?: readonly Change[];
}

/** What was sent. */
interface FloodReport {
  readonly sent: number;
  /** With IP headers. */
  readonly octets: number;
  readonly seconds: number;
  /** Processor seconds, including most of the kernel's work until a socket has the packet. */
  readonly cpu: number;
}

/** A flood under way. */
interface Flood {
  readonly process: LabProcess;
  /** Ends it, unless its time is over. */
  stop(): Promise<FloodReport>;
}

/** The compiled program, in a folder that goes with its disposal. */
export class FloodGenerator implements Disposable {
  readonly #folder = Deno.makeTempDirSync({ prefix: "teredo-flood-" });
  #plans = 0;

  constructor() {
    const source = new URL("flood.c", import.meta.url).pathname;
    const { success, stderr } = new Deno.Command("gcc", {
      args: ["-O2", "-Wall", "-Wextra", "-Werror", "-o", this.#program, source],
      stdin: "null",
    }).outputSync();
    if (!success) throw new Error(`gcc ${source}: ${new TextDecoder().decode(stderr)}`);
  }

  get #program(): string {
    return `${this.#folder}/flood`;
  }

  /** Starts a flood at `rate` packets per second that ends after some seconds. */
  async start(
    machine: Machine,
    plan: FloodPlan,
    rate: number,
    seconds: number,
    isUrgent = false,
  ): Promise<Flood> {
    const path = `${this.#folder}/plan${this.#plans++}`;
    Deno.writeFileSync(path, encodePlan(plan));
    const process = await machine.spawn(
      ...isUrgent ? URGENTLY : [],
      ...[this.#program, path, String(rate), String(seconds)],
    );
    const stop = async () => {
      process.kill("SIGTERM");
      const [line] = await process.waitForLog(/^\{.*\}$/);
      return JSON.parse(line);
    };
    return { process, stop };
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#folder, { recursive: true });
  }
}

function encodePlan({ packets, changes = [] }: FloodPlan): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [u16(changes.length)];
  for (const { at, length, complementOf = RANDOM } of changes) {
    parts.push(u16(at), u16(length), u16(complementOf));
  }
  const count = new Uint8Array(4);
  setU32(count, 0, packets.length);
  parts.push(count);
  for (const packet of packets) parts.push(u16(packet.length), packet);
  return concatOctets(...parts);
}

function u16(value: number): Uint8Array {
  const bytes = new Uint8Array(2);
  setU16(bytes, 0, value);
  return bytes;
}
