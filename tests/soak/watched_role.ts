/**
 * A role of the soak: a process of ours with a configuration file, which can be started again.
 *
 * @module
 */

import type { StatusReport } from "../../cli/daemon/status/status_report.ts";
import type { LabProcess } from "../netns/lab_process.ts";
import type { Machine } from "../netns/machine.ts";
import { teredo } from "../netns/teredo.ts";

/** Where each role serves its metrics; each machine has its own loopback interface. */
export const METRICS_PORT = 9641;

/** What a role is made of. */
export interface RoleParts {
  readonly name: string;
  readonly machine: Machine;
  readonly command: "client" | "server" | "relay";
  readonly options: readonly string[];
  /** Lines of the configuration file that every second reload adds. */
  readonly alternative?: string;
}

const READY = {
  client: /the Teredo address is/,
  server: /Serving on|Gateway through interface/,
  relay: /Relaying between/,
} as const;

/** A running role. */
export class WatchedRole {
  readonly name: string;
  readonly machine: Machine;
  readonly #parts: RoleParts;
  readonly #config: string;
  #process: LabProcess | undefined;
  #reloads = 0;

  private constructor(parts: RoleParts, folder: string) {
    this.name = parts.name;
    this.machine = parts.machine;
    this.#parts = parts;
    this.#config = `${folder}/${parts.name}.yaml`;
  }

  /** Starts a role, and waits until it works. */
  static async start(parts: RoleParts, folder: string): Promise<WatchedRole> {
    const role = new WatchedRole(parts, folder);
    role.#configure("");
    await role.restart();
    return role;
  }

  /** The process that runs now. */
  get process(): LabProcess {
    if (this.#process === undefined) throw new TypeError(`${this.name} was never started`);
    return this.#process;
  }

  get isClient(): boolean {
    return this.#parts.command === "client";
  }

  /** Starts the role, again if one has ended, and waits until it works. */
  async restart(): Promise<void> {
    const { command, options } = this.#parts;
    this.#process = await this.machine.spawn(
      ...teredo(command, "--config", this.#config, ...options),
      ...["--metrics", `127.0.0.1:${METRICS_PORT}`],
    );
    await this.#process.waitForLog(READY[command]);
  }

  /** Changes the configuration file, and has the role read it. */
  reload(): void {
    const { alternative = "" } = this.#parts;
    this.#configure(this.#reloads++ % 2 === 0 ? `log-level: warn\n${alternative}` : "");
    this.process.kill("SIGHUP");
  }

  /** What `teredo status --json` says; `undefined` if the role does not answer. */
  async status(): Promise<StatusReport | undefined> {
    const { stdout } = await this.machine.try(...teredo("status", "--json"));
    return stdout === "" ? undefined : JSON.parse(stdout);
  }

  /** The metrics as text; empty if nothing answers. */
  async metrics(): Promise<string> {
    const url = `http://127.0.0.1:${METRICS_PORT}/metrics`;
    // Many new connections at once push out those whose request was not read yet.
    const again = ["--retry", "3", "--retry-delay", "1", "--retry-all-errors"];
    const { stdout } = await this.machine.try("curl", "-s", "--max-time", "10", ...again, url);
    return stdout;
  }

  #configure(text: string): void {
    Deno.writeTextFileSync(this.#config, `# Written by the soak.\n${text}`, { mode: 0o644 });
  }
}
