/**
 * What a running role offers to its operators: the control socket, metrics, and news for systemd.
 *
 * @module
 */

import type { Counters } from "../../io/counters.ts";
import { EventCounts } from "./status/event_counts.ts";
import type { Log } from "../../io/log.ts";
import { aborted } from "../../io/run_together.ts";
import { controlHandler } from "./control/control_handler.ts";
import type { ControlledRole } from "./control/control_path.ts";
import { openControl } from "./control/open_control.ts";
import type { AskableRole } from "./control/askable_role.ts";
import { metricsHandler, openMetrics } from "./metrics/metrics_server.ts";
import { onHangup } from "../process/signals.ts";
import { RecentReport } from "./status/recent_report.ts";
import { type StatusReport, statusReport } from "./status/status_report.ts";
import type { ServiceOptionValues } from "./settings/service_option_values.ts";
import { Systemd } from "./systemd/systemd.ts";

/** The role that a service is for. */
interface ServiceSubject {
  readonly role: ControlledRole;
  /** Events that are counted from zero on. */
  readonly events: readonly string[];
  readonly counters: Counters;
  readonly log: Log;
}

/** One role's service. It answers "still starting" until the role is attached. */
export class OperatorService implements Disposable {
  readonly #started = new Date();
  readonly #counters: Counters;
  readonly #events: EventCounts;
  readonly #resources = new DisposableStack();
  /**
   * For the metrics, which every user of the host may read. `teredo status` gets a new report, which
   * has the peer of a moment ago.
   */
  readonly #recent = new RecentReport(() => this.report());
  #systemd: Systemd | undefined;
  #controlPath: string | undefined;
  #role: AskableRole | undefined;
  /** What the role does while it starts. */
  #activity = "Opening what it needs";

  private constructor({ counters, events }: ServiceSubject) {
    this.#counters = counters;
    this.#events = new EventCounts(events);
  }

  /**
   * Opens the service before anything else of the role, so that a second one is noticed first.
   *
   * @throws {CliError} another role of its kind is running, or something that the settings ask for
   * cannot be opened
   */
  static async open(
    options: ServiceOptionValues,
    subject: ServiceSubject,
  ): Promise<OperatorService> {
    const { role, log } = subject;
    const service = new OperatorService(subject);
    using resources = new DisposableStack();
    const handler = controlHandler({
      report: () => service.report(),
      activity: () => service.#activity,
      ping: (destination, timeout) => service.#role?.ping?.(destination, timeout),
    });
    const control = await openControl(role, options.control, handler, log);
    if (control !== undefined) service.#controlPath = resources.use(control).path;
    if (options.metrics !== undefined) {
      resources.use(
        openMetrics(options.metrics, metricsHandler(() => service.recentReport()), log),
      );
    }
    // The role reads its settings at SIGHUP once it can use them. Until then, SIGHUP must not end
    // the program.
    resources.use(onHangup(() => {
      if (service.#role === undefined) log.warn("Still starting: not reading settings again yet");
    }));
    service.#systemd = resources.use(new Systemd(log));
    service.#resources.use(resources.move());
    return service;
  }

  /** The path of the control socket, if there is one. */
  get controlPath(): string | undefined {
    return this.#controlPath;
  }

  /** The role is open. From now on, it can be asked. */
  attach(role: AskableRole): void {
    this.#role = role;
    this.refresh();
  }

  /** The role can't be asked yet, but works at what `status` says. */
  working(status: string): void {
    this.#activity = status;
    this.#systemd?.working(status);
  }

  /** The role reported an event. */
  onEvent({ type }: { readonly type: string }): void {
    this.#events.count(type);
    // Peers come and go by the dozen, and do not change what systemd shows. Nothing else happens
    // more than a few times a minute because a stranger wants it to.
    if (!type.startsWith("peer_")) queueMicrotask(() => this.refresh());
  }

  /** The role has changed: tells systemd how it is now. */
  refresh(): void {
    this.#recent.forget();
    const report = this.#systemd?.isListening ? this.report() : undefined;
    if (report !== undefined) this.#systemd?.changed(report);
  }

  /** The whole report of how the role is now; `undefined` while it starts. */
  report(): StatusReport | undefined {
    if (this.#role === undefined) return undefined;
    return statusReport(this.#role.part(), {
      counters: this.#counters,
      events: this.#events,
      started: this.#started,
      now: new Date(),
    });
  }

  /** The same, but perhaps {@linkcode RecentReport}. */
  recentReport(): StatusReport | undefined {
    return this.#role === undefined ? undefined : this.#recent.get();
  }

  /** Waits for the end, and announces it. */
  async run(signal: AbortSignal): Promise<void> {
    await aborted(signal);
    this.#systemd?.stopping();
  }

  [Symbol.dispose](): void {
    this.#role = undefined;
    this.#resources.dispose();
  }
}
