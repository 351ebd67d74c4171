/**
 * `--metrics`: a role's numbers for Prometheus, and whether it is alive and ready.
 *
 *     GET /metrics    the metrics; while the role starts, only those of the process
 *     GET /healthz    200: the program answers
 *     GET /ready      200: the role does its work; 503: not now
 *
 * @module
 */

import { type HttpHandler, refusal } from "../http/http_handler.ts";
import { serveHttp } from "../http/http_server.ts";
import type { Log } from "../../../io/log.ts";
import { systemFailure } from "../../process/system_failure.ts";
import type { StatusReport } from "../status/status_report.ts";
import { METRICS_TYPE, metricsText } from "./metric.ts";
import { processMetrics } from "./process_metrics.ts";
import { roleMetrics } from "./role_metrics.ts";
import { type ListenAddress, listenAddressText } from "../../args/kinds/listen_address.ts";

/** Answers with what `report` says, which is `undefined` while the role starts. */
export function metricsHandler(report: () => StatusReport | undefined): HttpHandler {
  return ({ method, url }) => {
    if (method !== "GET" && method !== "HEAD") {
      return refusal(405, "Only GET is answered", { allow: "GET, HEAD" });
    }
    switch (new URL(url).pathname) {
      case "/metrics": {
        const current = report();
        const metrics = current === undefined ? [] : roleMetrics(current);
        const text = metricsText([...metrics, ...processMetrics()]);
        return new Response(text, { headers: { "content-type": METRICS_TYPE } });
      }
      case "/healthz":
        return new Response("ok\n");
      case "/ready": {
        const current = report();
        const ready = current?.ready ?? false;
        const body = {
          ready,
          role: current?.role ?? null,
          state: current?.state ?? "starting",
          interfaceFaults: current?.interfaceFaults ?? [],
        };
        return Response.json(body, { status: ready ? 200 : 503 });
      }
      default:
        return refusal(404, "There is /metrics, /healthz and /ready");
    }
  };
}

/**
 * Serves metrics until disposal.
 *
 * @throws {CliError} the address cannot be used
 */
export function openMetrics(
  address: ListenAddress,
  handler: HttpHandler,
  log: Log,
): Disposable & { readonly finished: Promise<void> } {
  const where = listenAddressText(address);
  if (!address.isLoopback) {
    log.warn(`Anybody who reaches ${where} can read the metrics: prefer 127.0.0.1`);
  }
  const end = new AbortController();
  const guarded = address.isLoopback ? forThisHost(handler) : handler;
  const finished = serveHttp(listen(address), guarded, end.signal);
  log.info(`Metrics are at http://${where}/metrics`);
  return { finished, [Symbol.dispose]: () => end.abort() };
}

/**
 * Refuses requests by a name that is not this host's: a page in a browser of this host could read
 * the answers if its own name led here (DNS rebinding).
 */
export function forThisHost(handler: HttpHandler): HttpHandler {
  return (request) => {
    const { hostname } = new URL(request.url);
    const isAddress = /^\[|^[\d.]+$/.test(hostname);
    return isAddress || hostname === "localhost"
      ? handler(request)
      : refusal(421, "Ask for localhost, or by address");
  };
}

function listen({ hostname, port }: ListenAddress): Deno.Listener {
  try {
    return Deno.listen({ hostname, port });
  } catch (error) {
    throw systemFailure(`Cannot serve metrics at ${listenAddressText({ hostname, port })}`, error, {
      words: {
        inUse: "another program has the port",
        denied: "permission is denied, as for ports below 1024",
      },
      advice: "Choose another address with --metrics",
    });
  }
}
