/**
 * Finding out why a ping got no answer, while the client runs.
 *
 * @module
 */

import type { ControlClient } from "../ask/control_client.ts";
import type { PingReport } from "../daemon/status/ping_report.ts";
import { runProbe } from "../probe/run_probe.ts";
import { isUsable } from "../probe/probe_outcome.ts";
import {
  explainPing,
  otherServerOf,
  type PeerServerState,
  type PingExplanation,
} from "./ping_explanation.ts";

/** How long to wait for the server of a peer, in milliseconds. */
const SERVER_TIMEOUT = 3_000;

/** Explains the pings of one destination. */
export class PingExplainer {
  readonly #client: Pick<ControlClient, "status">;
  #peerServer: PeerServerState | undefined;
  /** The explanation of the latest ping; `undefined` if it was answered. */
  latest: PingExplanation | undefined;

  constructor(client: Pick<ControlClient, "status">) {
    this.#client = client;
  }

  /** Why there was no answer; `undefined` if there was one, or `signal` aborts. */
  async explain(report: PingReport, signal: AbortSignal): Promise<PingExplanation | undefined> {
    this.latest = undefined;
    if (report.outcome === "answered") return undefined;
    const status = await this.#client.status(signal);
    if (status === undefined) return undefined;
    const other = otherServerOf({ report, status });
    if (other !== undefined && !signal.aborted) {
      this.#peerServer ??= await stateOf(other, signal);
    }
    // A client without an answer from its own server would not be qualified.
    const peerServer = other === undefined ? "answers" : this.#peerServer ?? "unknown";
    return this.latest = explainPing({ report, status, peerServer });
  }
}

/** Asks a server once, as a client would. */
async function stateOf(server: string, signal: AbortSignal): Promise<PeerServerState> {
  const options = { timeout: SERVER_TIMEOUT, refresh: undefined, credentials: undefined };
  try {
    const outcomes = await runProbe({ servers: [server], allowPrivate: true, ...options }, signal);
    const [outcome] = outcomes;
    if (outcome?.type !== "probed") return "unknown";
    if (outcome.obstacle === "no_route" || outcome.obstacle === "forbidden") return "unknown";
    return isUsable(outcome) ? "answers" : "silent";
  } catch {
    // Interrupted, or this host lacks a socket for it: the explanation does without.
    return "unknown";
  }
}
