/**
 * Asking a running role by its control socket.
 *
 * @module
 */

import { isSocket, socketState } from "../../io/control_socket.ts";
import type { PingReport } from "../ping/ping_report.ts";
import type { StatusReport } from "../status/status_report.ts";
import { CliError } from "../cli_error.ts";
import { ExitCode } from "../exit_code.ts";
import {
  CONTROLLED_ROLES,
  type ControlledRole,
  controlPaths,
  pathSurroundings,
} from "./control_path.ts";

/** Any host name: the socket is chosen by its path. */
const ORIGIN = "http://teredo";

/** How long an answer that needs no waiting may take, in milliseconds. */
const PATIENCE = 5_000;

/** A way to ask one role. */
export class ControlClient implements Disposable {
  readonly path: string;
  readonly #http: Deno.HttpClient;

  constructor(path: string) {
    this.path = path;
    this.#http = Deno.createHttpClient({ proxy: { transport: "unix", path } });
  }

  /**
   * The role's report.
   *
   * @throws {CliError} nobody answers
   */
  async status(): Promise<StatusReport> {
    const response = await this.#ask("GET", "/status", PATIENCE);
    return await response.json();
  }

  /**
   * One echo request through the role; `undefined` when `signal` aborts before something comes of it.
   *
   * @throws {CliError} nobody answers, or who answers is no client
   */
  async ping(
    address: string,
    patience: number,
    signal: AbortSignal,
  ): Promise<PingReport | undefined> {
    const query = new URLSearchParams({ address, patience: String(patience) });
    try {
      const response = await this.#ask("POST", `/ping?${query}`, patience + PATIENCE, signal);
      return await response.json();
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  async #ask(
    method: string,
    what: string,
    patience: number,
    signal?: AbortSignal,
  ): Promise<Response> {
    const giveUp = new AbortController();
    const end = () => giveUp.abort();
    const timer = setTimeout(end, patience);
    signal?.addEventListener("abort", end);
    let response: Response;
    try {
      response = await fetch(ORIGIN + what, {
        method,
        client: this.#http,
        signal: giveUp.signal,
      });
    } catch (error) {
      throw await this.#explain(error);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
    }
    if (response.ok) return response;
    const reason = (await response.text()).trim();
    throw new CliError(
      `Cannot ask at ${this.path}: ${reason}`,
      response.status === 503 ? ExitCode.NOT_RUNNING : ExitCode.FAILED,
    );
  }

  async #explain(error: unknown): Promise<CliError> {
    const { path } = this;
    if (!isSocket(path)) return notRunning(`there is no socket ${path}`);
    switch (await socketState(path)) {
      case "denied":
        return new CliError(
          `Cannot ask at ${path}: permission is denied. Ask as root, or as a member of its group`,
          ExitCode.PERMISSION,
        );
      case "dead":
        return notRunning(`nobody answers at ${path}`);
    }
    return new CliError(`Cannot ask at ${path}`, ExitCode.FAILED, { cause: error });
  }

  [Symbol.dispose](): void {
    this.#http.close();
  }
}

/** The sockets at which a role answers, or might answer to somebody else. */
export async function findControls(wanted: readonly ControlledRole[]): Promise<string[]> {
  const surroundings = pathSurroundings();
  if (surroundings === undefined) return [];
  const found: string[] = [];
  for (const role of wanted) {
    for (const path of controlPaths(role, surroundings)) {
      if (isSocket(path) && await socketState(path) !== "dead") found.push(path);
    }
  }
  return found;
}

/**
 * The sockets of what is to be asked: the chosen one, or those of the roles that run.
 *
 * @throws {CliError} none of them runs
 */
export async function choosePaths(
  chosen: string | undefined,
  role: ControlledRole | undefined,
): Promise<string[]> {
  if (chosen !== undefined) return [chosen];
  const paths = await findControls(role === undefined ? CONTROLLED_ROLES : [role]);
  if (paths.length > 0) return paths;
  throw notRunning(
    role === undefined
      ? "no client, server or relay of this user or the system answers"
      : `no ${role} of this user or the system answers`,
  );
}

function notRunning(reason: string): CliError {
  return new CliError(
    `Teredo does not run here: ${reason}. Start it, or name its socket with --control`,
    ExitCode.NOT_RUNNING,
  );
}
