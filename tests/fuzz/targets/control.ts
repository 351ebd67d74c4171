/**
 * What programs on this host say to one another: requests to the control socket and its answers,
 * and the files that a run leaves for the next one.
 *
 * @module
 */

import { parseTokenFile } from "../../../cli/daemon/control/control_token.ts";
import { type Answers, controlHandler } from "../../../cli/daemon/control/control_handler.ts";
import { parseRequestHead } from "../../../cli/daemon/http/request_head.ts";
import { type FuzzTarget, hold, words } from "../target.ts";

const ANSWERS: Answers = {
  report: () => undefined,
  activity: () => "Starting",
  ping: (destination) => {
    hold(destination.length === 16, "A ping goes to no address");
    return undefined;
  },
};

/** Heads of requests, and what the control socket answers. */
export const REQUEST: FuzzTarget = {
  name: "request",
  seeds: words(
    "GET /status HTTP/1.1\r\nHost: localhost\r\nAccept: */*",
    "POST /ping?address=2001:db8::1&timeout=1000 HTTP/1.1\r\nHost: teredo",
    "HEAD http://127.0.0.1:9641/metrics HTTP/1.0\r\nHost: 127.0.0.1:9641\r\nX: y",
    "GET /ready HTTP/1.1\r\nHost: [::1]:9641",
  ),
  words: words(
    ...[
      "\r\n",
      "\n",
      ":",
      "Host: ",
      "GET ",
      "POST ",
      "TRACE ",
      "CONNECT ",
      "/",
      "//",
      "?",
      "#",
      "%",
      "%2e",
    ],
    ...[
      " HTTP/1.1",
      "http://",
      "[",
      "]",
      "..",
      "@",
      "timeout=",
      "address=",
      "&",
      "=",
      "1e9",
      "NaN",
      "\0",
    ],
  ),
  maxLength: 400,
  stressLength: 8_192,
  run(input) {
    const head = new TextDecoder("latin1").decode(input);
    parseTokenFile(head);
    const request = parseRequestHead(head);
    return request && answers(request);
  },
};

async function answers(request: Request): Promise<void> {
  const { pathname, origin } = new URL(request.url);
  hold(origin.startsWith("http://") && pathname.startsWith("/"), `A request for ${request.url}`);
  const { status } = await controlHandler(ANSWERS)(request);
  hold([400, 404, 429, 501, 503].includes(status), `The control socket answers ${status}`);
}
