/**
 * A machine of the lab: a named network namespace, with what one does on a machine.
 *
 * @module
 */

import { Capture } from "./capture.ts";
import type { LabProcess } from "./lab_process.ts";
import { firstOf, parsePing, pingCommand, type PingOptions, type PingResult } from "./ping.ts";
import type { Outcome, Sandbox } from "./sandbox.ts";

/** A network namespace that stands for a host, router or switch. */
export class Machine {
  readonly name: string;
  readonly #sandbox: Sandbox;

  private constructor(sandbox: Sandbox, name: string) {
    this.#sandbox = sandbox;
    this.name = name;
  }

  /** Makes a machine without any link. */
  static async create(sandbox: Sandbox, name: string): Promise<Machine> {
    await sandbox.addNamespace(name);
    const machine = new Machine(sandbox, name);
    await machine.ip("link set lo up");
    // Addresses serve at once: in here nobody else can have them (RFC 4862 §5.4).
    await machine.setKernel({ "net/ipv6/conf/default/accept_dad": 0 });
    return machine;
  }

  /** Runs a command that has to succeed, and returns its standard output. */
  async run(...command: string[]): Promise<string> {
    return await this.#sandbox.run(command, this.name);
  }

  /** Runs a command that may fail. */
  async try(...command: string[]): Promise<Outcome> {
    return await this.#sandbox.try(command, this.name);
  }

  /** Starts a command that goes on. */
  async spawn(...command: string[]): Promise<LabProcess> {
    return await this.#sandbox.spawn(command, this.name);
  }

  /** Runs `ip` with its arguments as one would type them. */
  async ip(args: string): Promise<string> {
    return await this.#sandbox.run(["ip", "-n", this.name, ...args.split(" ")]);
  }

  /** Sets parameters of the kernel, such as `net/ipv4/ip_forward`. */
  async setKernel(parameters: Readonly<Record<string, number>>): Promise<void> {
    const script = Object.entries(parameters)
      .map(([name, value]) => `echo ${value} >/proc/sys/${name}`).join(" && ");
    await this.run("sh", "-c", script);
  }

  /** Sends echo requests, and reports what came back. */
  async ping(destination: string, options?: PingOptions): Promise<PingResult> {
    const { stdout, stderr } = await this.try(...pingCommand(destination, options));
    const result = parsePing(stdout + stderr);
    return options?.patience === undefined ? result : firstOf(options.count ?? 1, result);
  }

  /** How many UDP datagrams it has received, by the kernel's own count. */
  async datagramsReceived(): Promise<number> {
    return (await this.#udpCounters())[0]!;
  }

  /** How many UDP datagrams it has sent. */
  async datagramsSent(): Promise<number> {
    return (await this.#udpCounters())[3]!;
  }

  /**
   * How many UDP datagrams have come to its sockets, by the kernel's own count: those that programs
   * received, and those for which there was no room or whose checksum was wrong.
   */
  async datagramsArrived(version: 4 | 6): Promise<number> {
    const [received, , failed] = version === 4
      ? await this.#udpCounters()
      : await this.#udp6Counters();
    return received! + failed!;
  }

  /** InDatagrams, NoPorts, InErrors, OutDatagrams and more, RFC 4113. */
  async #udpCounters(): Promise<number[]> {
    const counters = await this.run("cat", "/proc/net/snmp");
    return (/^Udp: (\d.*)/m.exec(counters)?.[1] ?? "").split(" ").map(Number);
  }

  /** The same for UDP over IPv6, which has a line for each. */
  async #udp6Counters(): Promise<number[]> {
    const counters = await this.run("cat", "/proc/net/snmp6");
    return [...counters.matchAll(/^Udp6\w+\s+(\d+)/gm)].map(([, count]) => Number(count));
  }

  /** Records the packets on an interface that fit a filter of tcpdump. */
  async capture(device: string, filter = ""): Promise<Capture> {
    return await Capture.start(this, device, filter);
  }
}
