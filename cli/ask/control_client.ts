/**
 * Asking a running role by its control socket.
 *
 * @module
 */

import { after } from "../../timers.ts";
import { isPingReport, isStatusReport } from "./answer_shape.ts";
import type { ControlChannel } from "../daemon/control/control_channel.ts";
import { OWN_CHANNEL } from "../daemon/control/own_channel.ts";
import type { PingReport } from "../daemon/status/ping_report.ts";
import type { StatusReport } from "../daemon/status/status_report.ts";
import { CliError } from "../process/failure.ts";
import { ExitCode } from "../process/exit_code.ts";
import { notRunning } from "./not_running.ts";
import { permissionRemedy, socketGroup } from "./socket_group.ts";

/** How long an answer may take that the role can give at once, in milliseconds. */
const TIMEOUT = 5_000;

/** Octets of an answer; a report with all the peers that it lists takes a quarter of a MiB. */
const MAX_ANSWER = 4 * 1024 * 1024;

/** Characters of a refusal; no role's own is half as long. */
const MAX_REASON = 1_000;

/** The role runs, but can't be asked yet. */
export class StillStarting extends CliError {
  /** What it does, or what is in its way: sentences without a full stop at the end. */
  readonly activity: string;

  constructor(path: string, activity: string) {
    super(`Cannot ask at ${path}: it is still starting. ${activity}`, ExitCode.NOT_RUNNING);
    this.activity = activity;
  }
}

/** Asks one role. */
export class ControlClient {
  readonly path: string;
  readonly #timeout: number;
  readonly #channel: ControlChannel;

  /**
   * @param timeout how long an answer may take that the role can give at once, in milliseconds
   * @param channel how the role can be asked, on this system
   */
  constructor(path: string, timeout = TIMEOUT, channel: ControlChannel = OWN_CHANNEL) {
    this.path = path;
    this.#timeout = timeout;
    this.#channel = channel;
  }

  /**
   * The role's report; `undefined` if `signal` aborts before that.
   *
   * @throws {CliError} nothing answers, or something else than a role of this version
   */
  async status(signal: AbortSignal): Promise<StatusReport | undefined> {
    const report = await this.#ask("GET", "/status", this.#timeout, signal);
    if (report === undefined || isStatusReport(report)) return report;
    throw this.#unknownAnswer();
  }

  /**
   * One echo request through the role; `undefined` if `signal` aborts before it ends.
   *
   * @throws {CliError} nothing answers, or something else than a client
   */
  async ping(
    address: string,
    timeout: number,
    signal: AbortSignal,
  ): Promise<PingReport | undefined> {
    const query = new URLSearchParams({ address, timeout: String(timeout) });
    const answer = await this.#ask("POST", `/ping?${query}`, timeout + this.#timeout, signal);
    if (answer === undefined || isPingReport(answer)) return answer;
    throw this.#unknownAnswer();
  }

  /** The whole answer; `undefined` if `signal` aborts before that. */
  async #ask(
    method: string,
    what: string,
    timeout: number,
    signal: AbortSignal,
  ): Promise<unknown> {
    const giveUp = new AbortController();
    const end = () => giveUp.abort();
    const cancel = after(timeout, end);
    signal.addEventListener("abort", end);
    try {
      using role = await this.#channel.connect(this.path, giveUp.signal);
      const { signal } = giveUp;
      const response = await role.fetch(what, { method, redirect: "error", signal });
      const text = await readText(response);
      if (response.ok) return JSON.parse(text);
      const reason = printable(text) || `it answers with status ${response.status}`;
      throw response.status === 503 ? new StillStarting(this.path, reason) : this.#failure(reason);
    } catch (error) {
      if (signal.aborted) return undefined;
      if (error instanceof CliError) throw error;
      if (giveUp.signal.aborted) throw this.#failure(`no answer within ${timeout / 1000} s`);
      throw await this.#explain(error);
    } finally {
      cancel();
      signal.removeEventListener("abort", end);
    }
  }

  async #explain(error: unknown): Promise<CliError> {
    const { path } = this;
    switch (await this.#channel.state(path)) {
      case "absent":
        return notRunning(`there is no socket ${path}`);
      case "denied":
        return this.#failure(
          `permission is denied. ${permissionRemedy(socketGroup(path))}`,
          ExitCode.PERMISSION,
        );
      case "dead":
        return notRunning(`nothing answers at ${path}`);
      case "answered":
        return this.#failure("something other than Teredo answers there", ExitCode.FAILED, error);
    }
  }

  #unknownAnswer(): CliError {
    return this.#failure(
      "another version of Teredo, or something else, answers there. Restart what runs there " +
        "after an upgrade",
    );
  }

  #failure(reason: string, exitCode: ExitCode = ExitCode.FAILED, cause?: unknown): CliError {
    return new CliError(`Cannot ask at ${this.path}: ${reason}`, exitCode, { cause });
  }
}

/** What a refusal says, for one line of a terminal: people may name any socket. */
function printable(text: string): string {
  return text.slice(0, MAX_REASON).replaceAll(/\p{C}+/gu, " ").trim();
}

/** The text of an answer. Its length is limited: people may name any socket. */
async function readText({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_ANSWER) throw new RangeError("The answer is too long");
  }
  return text + decoder.decode();
}
