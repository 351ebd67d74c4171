/**
 * Telling systemd about a role, if systemd started the program and wants to know.
 *
 * @module
 */

import { openAbstractDatagram } from "../../../ffi/open.ts";
import { every } from "../../../timers.ts";
import { type Notifier, notifierBy, openNotifySocket } from "./sd_notify.ts";
import type { Log } from "../../../io/log.ts";
import { type Environment, processEnvironment } from "../../process/environment.ts";
import type { StatusReport } from "../status/status_report.ts";
import { reasonOf } from "../../../reason.ts";

/**
 * Tells systemd how the role is doing.
 *
 * Ready means that the role works: what it opens is open, and a client is on its way to an address.
 * How far it got is in the status. A boot or an upgrade must not wait for somebody else's server.
 */
export class Systemd implements Disposable {
  readonly #notifier: Notifier | undefined;
  readonly #watchdog: number | undefined;
  #isReady = false;

  constructor(log: Log, env: Environment = processEnvironment) {
    this.#notifier = open(log, env);
    this.#watchdog = this.#notifier && watchdogInterval(env, Deno.pid);
    if (this.#watchdog === undefined) return;
    // Timers run only while packets are handled too, because both are turns of the same event loop.
    this.#stop = every(this.#watchdog / 2, () => this.#notifier?.notify("WATCHDOG=1"));
  }

  /** Whether systemd wants to know. */
  get isListening(): boolean {
    return this.#notifier !== undefined;
  }

  /** The role has changed, or may have changed. */
  changed(report: StatusReport): void {
    this.working(statusLine(report));
  }

  /** The role works, and does what the status says. */
  working(status: string): void {
    const ready = this.#isReady ? [] : ["READY=1"];
    this.#isReady = true;
    this.#notifier?.notify(...ready, `STATUS=${status}`);
  }

  /** The role ends. */
  stopping(): void {
    this.#notifier?.notify("STOPPING=1", "STATUS=Stopping");
  }

  [Symbol.dispose](): void {
    this.#stop();
    this.#notifier?.close();
  }

  #stop: () => void = () => {};
}

/** A role in one line: "qualified through teredo.example, 2001:0:…". */
export function statusLine(report: StatusReport): string {
  const [fault] = report.interfaceFaults;
  return fault === undefined ? stateLine(report) : `${stateLine(report)}. ${fault.message}`;
}

function stateLine(report: StatusReport): string {
  const { role, state, address, localMapping, externalMapping, server } = report;
  if (role === "client") {
    const through = server === null ? "" : ` through ${server.name}`;
    return address === null ? `${state}${through}` : `${state}${through}, ${address}`;
  }
  const where = externalMapping ?? localMapping;
  return where === null ? state : `${state} on ${where}`;
}

/** How often systemd's watchdog expects a message, in milliseconds; `undefined` if it does not. */
export function watchdogInterval(env: Environment, pid: number): number | undefined {
  const microseconds = Number(env("WATCHDOG_USEC"));
  const whose = env("WATCHDOG_PID");
  if (!(microseconds > 0) || (whose !== undefined && whose !== String(pid))) return undefined;
  return microseconds / 1000;
}

function open(log: Log, env: Environment): Notifier | undefined {
  const path = env("NOTIFY_SOCKET");
  if (!path) return undefined;
  const folder = env("RUNTIME_DIRECTORY")?.split(":")[0] || "/tmp";
  const own = `${folder}/teredo-notify-${crypto.randomUUID()}.sock`;
  try {
    // sd_notify(3): with an at sign it is an abstract address.
    const socket = path.startsWith("@")
      ? openAbstractDatagram(path.slice(1))
      : openNotifySocket(path, own);
    return notifierBy(socket);
  } catch (error) {
    log.warn(`Cannot tell the service manager that the program is ready: ${reasonOf(error)}`);
    return undefined;
  }
}
