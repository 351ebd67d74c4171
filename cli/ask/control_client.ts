/**
 * Asking a running role by its control socket.
 *
 * @module
 */

import { socketState } from "../daemon/control/control_socket.ts";
import type { PingReport } from "../daemon/status/ping_report.ts";
import type { StatusReport } from "../daemon/status/status_report.ts";
import { CliError } from "../process/failure.ts";
import { ExitCode } from "../process/exit_code.ts";
import { notRunning } from "./not_running.ts";

/** An address, although the path chooses the socket: Deno 2.9 looks up a name before it connects. */
const ORIGIN = "http://127.0.0.1";

/** How long an answer that needs no waiting may take unless told, in milliseconds. */
const TIMEOUT = 5_000;

/** Octets of an answer; a report with all the peers that it lists takes a quarter of a MiB. */
const MAX_ANSWER = 4 * 1024 * 1024;

/** A way to ask one role. */
export class ControlClient implements Disposable {
  readonly path: string;
  readonly #timeout: number;
  readonly #http: Deno.HttpClient;

  /** @param timeout how long an answer that needs no waiting may take, in milliseconds */
  constructor(path: string, timeout = TIMEOUT) {
    this.path = path;
    this.#timeout = timeout;
    this.#http = Deno.createHttpClient({ proxy: { transport: "unix", path } });
  }

  /**
   * The role's report; `undefined` when `signal` aborts before it is there.
   *
   * @throws {CliError} nobody answers, or who answers is no role of this version
   */
  async status(signal: AbortSignal): Promise<StatusReport | undefined> {
    const report = await this.#ask("GET", "/status", this.#timeout, signal);
    if (report === undefined || isStatusReport(report)) return report;
    throw this.#stranger();
  }

  /**
   * One echo request through the role; `undefined` when `signal` aborts before something comes of it.
   *
   * @throws {CliError} nobody answers, or who answers is no client
   */
  async ping(
    address: string,
    timeout: number,
    signal: AbortSignal,
  ): Promise<PingReport | undefined> {
    const query = new URLSearchParams({ address, timeout: String(timeout) });
    const answer = await this.#ask("POST", `/ping?${query}`, timeout + this.#timeout, signal);
    if (answer === undefined || isPingReport(answer)) return answer;
    throw this.#stranger();
  }

  /** The whole answer; `undefined` when `signal` aborts before it is there. */
  async #ask(
    method: string,
    what: string,
    timeout: number,
    signal: AbortSignal,
  ): Promise<unknown> {
    const giveUp = new AbortController();
    const end = () => giveUp.abort();
    const timer = setTimeout(end, timeout);
    signal.addEventListener("abort", end);
    try {
      const response = await fetch(ORIGIN + what, {
        method,
        client: this.#http,
        redirect: "error",
        signal: giveUp.signal,
      });
      const text = await readText(response);
      if (response.ok) return JSON.parse(text);
      throw this.#failure(
        text.trim() || `its answer is ${response.status}`,
        response.status === 503 ? ExitCode.NOT_RUNNING : ExitCode.FAILED,
      );
    } catch (error) {
      if (signal.aborted) return undefined;
      if (error instanceof CliError) throw error;
      if (giveUp.signal.aborted) throw this.#failure(`no answer came for ${timeout / 1000} s`);
      throw await this.#explain(error);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
    }
  }

  async #explain(error: unknown): Promise<CliError> {
    const { path } = this;
    switch (await socketState(path)) {
      case "absent":
        return notRunning(`there is no socket ${path}`);
      case "denied":
        return this.#failure(
          "permission is denied. Ask as root, or as a member of its group",
          ExitCode.PERMISSION,
        );
      case "dead":
        return notRunning(`nobody answers at ${path}`);
      case "answered":
        return this.#failure("what answers there is no role of Teredo", ExitCode.FAILED, error);
    }
  }

  #stranger(): CliError {
    return this.#failure("what answers there is no role of this version");
  }

  #failure(reason: string, exitCode: ExitCode = ExitCode.FAILED, cause?: unknown): CliError {
    return new CliError(`Cannot ask at ${this.path}: ${reason}`, exitCode, { cause });
  }

  [Symbol.dispose](): void {
    this.#http.close();
  }
}

/** The text of an answer. Who answers may be anybody, where a person names the socket. */
async function readText({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_ANSWER) throw new RangeError("The answer is too long");
  }
  return text + decoder.decode();
}

/** The schema's number stands for all of the rest. */
function isStatusReport(answer: unknown): answer is StatusReport {
  return isMapping(answer) && answer["schema"] === 1 && "role" in answer;
}

function isPingReport(answer: unknown): answer is PingReport {
  return isMapping(answer) && "destination" in answer && "outcome" in answer;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
