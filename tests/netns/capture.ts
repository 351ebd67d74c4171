/**
 * Packets on a wire of the lab, recorded by `tcpdump` and judged by `tshark`.
 *
 * @module
 */

import type { LabProcess } from "./lab_process.ts";

/** Reads every UDP port as Teredo: NATs and clients choose theirs at random. */
const AS_TEREDO = ["-d", "udp.port==1-65535,teredo"];

/**
 * What tshark's experts call a warning (0x600000, under a name that differs between versions) or
 * worse, and what no dissector could read.
 */
const OBJECTIONABLE = "_ws.expert.severity >= 0x600000 or _ws.malformed";

/** A machine, as far as a recording needs it. */
interface Recordable {
  spawn(...command: string[]): Promise<LabProcess>;
}

/**
 * A recording under way (by root only: tcpdump refuses the root of a user namespace), and what it
 * has got when it was stopped.
 */
export class Capture implements AsyncDisposable {
  readonly #tcpdump: LabProcess;
  readonly #file: string;

  private constructor(tcpdump: LabProcess, file: string) {
    this.#tcpdump = tcpdump;
    this.#file = file;
  }

  /** Starts to record. From its return on no packet is missed. */
  static async start(machine: Recordable, device: string, filter: string): Promise<Capture> {
    const file = await Deno.makeTempFile({ suffix: ".pcap" });
    const tcpdump = await machine.spawn(
      // With room for 16 MiB until a busy machine gives it the processor.
      ...["tcpdump", "-i", device, "-n", "-U", "-s", "0", "--immediate-mode", "-B", "16384"],
      // As its own user, which it becomes otherwise, it could not write the file.
      ...["-Z", "root", "-w", file, ...filter.split(" ").filter((word) => word !== "")],
    );
    await tcpdump.waitForLog(/listening on/);
    return new Capture(tcpdump, file);
  }

  /** Stops recording; what was recorded stays until disposal. */
  async stop(): Promise<void> {
    await this.#tcpdump.end("SIGINT");
  }

  /**
   * The fields of each packet that fits a display filter of tshark, which reads all UDP as Teredo.
   */
  async fields(filter: string, ...names: string[]): Promise<string[][]> {
    const wanted = names.flatMap((name) => ["-e", name]);
    const text = await this.#tshark("-Y", filter, "-T", "fields", ...wanted);
    return text.split("\n").filter((line) => line !== "").map((line) => line.split("\t"));
  }

  /** The number of packets that fit a display filter of tshark. */
  async count(filter: string): Promise<number> {
    return (await this.fields(filter, "frame.number")).length;
  }

  /** The packets that tshark finds fault with, in full; empty if there are none. */
  async objections(filter = "udp"): Promise<string> {
    return await this.#tshark("-Y", `(${filter}) and (${OBJECTIONABLE})`, "-V");
  }

  /** Stops recording and throws the packets away. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#tcpdump[Symbol.asyncDispose]();
    await Deno.remove(this.#file);
  }

  async #tshark(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await new Deno.Command("tshark", {
      args: ["-n", "-r", this.#file, ...AS_TEREDO, ...args],
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    if (code !== 0) throw new Error(`tshark ended with code ${code}: ${decoder.decode(stderr)}`);
    return decoder.decode(stdout);
  }
}
