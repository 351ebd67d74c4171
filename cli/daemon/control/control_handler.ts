/**
 * The requests that the control socket answers.
 *
 *     GET  /status                              the report
 *     POST /ping?address=ADDRESS&timeout=MS     one echo request through a client
 *
 * @module
 */

import { type HttpHandler, refusal } from "../http/http_handler.ts";
import { MAX_CONNECTIONS } from "../http/http_server.ts";
import { parseIpv6 } from "../../../wire/ipv6_address.ts";
import type { PingReport } from "../status/ping_report.ts";
import type { StatusReport } from "../status/status_report.ts";

/** The longest time to wait for an answer, in milliseconds. */
const MAX_TIMEOUT = 60_000;

/** Echo requests under way at once: fewer than connections, or nobody could ask for the status. */
const MAX_PINGS = MAX_CONNECTIONS / 2;

/** The answers. Each is `undefined` while, or where, there is none. */
export interface Answers {
  report(): StatusReport | undefined;
  /** What the role does while it has no report yet. */
  activity(): string;
  ping(destination: Uint8Array, timeout: number): Promise<PingReport> | undefined;
}

/** Makes a handler that gives these answers. */
export function controlHandler(answers: Answers): HttpHandler {
  let pings = 0;
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    switch (`${request.method} ${pathname}`) {
      case "GET /status": {
        const report = answers.report();
        return report === undefined ? refusal(503, answers.activity()) : Response.json(report);
      }
      case "POST /ping": {
        const destination = parseIpv6(searchParams.get("address") ?? "");
        const timeout = Number(searchParams.get("timeout") ?? "");
        if (destination === undefined) return refusal(400, "address needs an IPv6 address");
        if (!(timeout > 0 && timeout <= MAX_TIMEOUT)) {
          return refusal(400, `timeout needs milliseconds up to ${MAX_TIMEOUT}`);
        }
        if (pings >= MAX_PINGS) {
          return refusal(429, `${MAX_PINGS} pings are already under way. Try again later`);
        }
        const ping = answers.ping(destination, timeout);
        if (ping === undefined) return refusal(501, "Only a running client can ping");
        pings++;
        try {
          return Response.json(await ping);
        } finally {
          pings--;
        }
      }
      default:
        return refusal(404, "There is GET /status and POST /ping");
    }
  };
}
