/**
 * What programs on this host say to one another: requests to the control socket and its answers,
 * and the files that a run leaves for the next one.
 *
 * @module
 */

import { ControlClient } from "../../../cli/ask/control_client.ts";
import { pingText } from "../../../cli/ask/ping_text.ts";
import { statusText } from "../../../cli/ask/status_text.ts";
import type { ControlChannel } from "../../../cli/daemon/control/control_channel.ts";
import { parseTokenFile } from "../../../cli/daemon/control/control_token.ts";
import { type Answers, controlHandler } from "../../../cli/daemon/control/control_handler.ts";
import { serveHttp } from "../../../cli/daemon/http/http_server.ts";
import { parseRequestHead } from "../../../cli/daemon/http/request_head.ts";
import { CliError } from "../../../cli/process/failure.ts";
import { PLAIN } from "../../../cli/text/style.ts";
import { type FuzzTarget, hold, textOf, words } from "../target.ts";

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

/** A connection whose other side sends these octets in pieces, and hears what is answered. */
function connectionOf(octets: Uint8Array) {
  let sent = 0;
  const said: number[] = [];
  let isClosed = false;
  const connection = {
    read(buffer: Uint8Array): Promise<number | null> {
      const piece = octets.subarray(sent, sent + Math.min(buffer.length, 1 + octets.length % 97));
      if (isClosed) return Promise.reject(new Deno.errors.BadResource("It is closed"));
      buffer.set(piece);
      sent += piece.length;
      return Promise.resolve(piece.length === 0 ? null : piece.length);
    },
    write(piece: Uint8Array): Promise<number> {
      said.push(...piece);
      return Promise.resolve(piece.length);
    },
    close(): void {
      isClosed = true;
    },
  };
  return { connection, said: () => Uint8Array.from(said), isClosed: () => isClosed };
}

/** The HTTP server of the control socket and of the metrics, one connection at a time. */
export const HTTP_SERVER: FuzzTarget = {
  name: "http-server",
  seeds: words(
    "GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "POST /ping?address=::1&timeout=5 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
    "HEAD / HTTP/1.0\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n\r\n",
  ),
  words: REQUEST.words,
  maxLength: 600,
  stressLength: 16_384,
  async run(input) {
    const end = new AbortController();
    const { connection, said, isClosed } = connectionOf(input);
    const waiting = Promise.withResolvers<Deno.Conn>();
    const accepted = [connection as unknown as Deno.Conn];
    const listener = {
      accept(): Promise<Deno.Conn> {
        const next = accepted.pop();
        if (next !== undefined) return Promise.resolve(next);
        end.abort();
        return waiting.promise;
      },
      close: () => waiting.reject(new Deno.errors.BadResource("It is closed")),
    };
    // A role that ends waits for answers under way; this one has no time before it ends.
    await serveHttp(listener as unknown as Deno.Listener, controlHandler(ANSWERS), end.signal);
    hold(isClosed(), "A connection stays open");
    const answer = textOf(said());
    hold(answer === "" || /^HTTP\/1\.1 [1-5]\d\d /.test(answer), `It answers ${answer}`);
    hold(answer.split("HTTP/1.1").length <= 2, "There are two answers to one request");
  },
};

/** With which status something answers, by the length of the answer: mostly as if all were well. */
const STATUSES = [200, 200, 200, 200, 503, 403, 500];

/** A socket at which something answers with these octets. */
function answering(octets: Uint8Array): ControlChannel {
  const status = STATUSES[octets.length % STATUSES.length]!;
  return {
    suffix: ".sock",
    longestPath: 100,
    open: () => Promise.reject(new Error("Nobody opens it")),
    connect: () =>
      Promise.resolve({
        fetch: () => Promise.resolve(new Response(octets.slice(), { status })),
        [Symbol.dispose]: () => {},
      }),
    state: () => Promise.resolve("answered"),
    identify: () => "",
  };
}

const STATUS = {
  schema: 1,
  version: "0.1.0",
  role: "client",
  state: "qualified",
  ready: true,
  address: "2001:0:cb00:7178:0:efff:3fff:fdfe",
  server: { name: "a", primary: "203.0.113.120", secondary: null, heardAgo: 5 },
  offline: { reason: "symmetric_nat", retryIn: 1 },
  nat: "restricted",
  portPreserved: true,
  localMapping: "192.0.2.1:1",
  externalMapping: null,
  portMapping: {
    state: "failed",
    protocol: "pcp",
    external: null,
    expiresIn: null,
    view: null,
    reason: "refused",
    tried: [{ protocol: "upnp", reason: "refused" }],
    retryIn: 1,
  },
  interface: "teredo",
  interfaceFaults: [{ type: "detour", message: "m" }],
  mtu: 1280,
  refreshInterval: 30,
  served: {
    solicitationsAnswered: 1,
    bubblesForwarded: 1,
    echoesForwarded: 1,
    refused: {},
    secure: true,
  },
  gateway: {
    connections: 1,
    refused: { loop: 1 },
    accounts: [{ name: "a", bytesOut: 1, bytesIn: 1, usedAgo: 1 }],
  },
  peerCount: { direct: 1 },
  peers: [{
    address: "::",
    path: "direct",
    mapping: null,
    age: null,
    bytesSent: 1,
    bytesReceived: 1,
  }],
  pid: 1,
  started: "2026-01-01T00:00:00Z",
  uptime: 1,
  counters: { datagramsSent: 1, datagramsReceived: 1, bytesSent: 1, bytesReceived: 1 },
  events: {},
  drops: { loop: 2 },
};

const PING = { destination: "::", outcome: "silent", roundTrip: 1, path: "nonce", mapping: null };

/** Answers of whatever is at a control socket, as `teredo status` and `teredo ping` show them. */
export const ANSWER: FuzzTarget = {
  name: "answer",
  seeds: words(JSON.stringify(STATUS), JSON.stringify(PING), "null", "{}", "[1]"),
  words: words(
    ...[
      "null",
      "[]",
      "{}",
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      "1e400",
      "-1",
      "true",
      '"x"',
      "\\u001b",
    ],
    ...['"__proto__":', '"toString":', '"toString"', '"mapped"', '"idle"', '"server":', '"peers":'],
  ),
  maxLength: 2_400,
  stressLength: 65_536,
  async run(input) {
    const client = new ControlClient("/run/x.sock", undefined, answering(input));
    const { signal } = new AbortController();
    await refused(async () => {
      const report = await client.status(signal);
      const text = statusText(report!, PLAIN, 40 + input.length % 80);
      hold(!/\p{Cc}/u.test(text.replaceAll("\n", "")), "The text moves the cursor");
      hold(
        !/undefined|\[object/.test(text) || /undefined|\[object/.test(textOf(input)),
        "The text has no words",
      );
    });
    await refused(async () => void pingText((await client.ping("::", 1, signal))!, 1));
  },
};

/** Runs what may refuse an answer, and only so. */
async function refused(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    hold(!/\p{Cc}/u.test(error.message), "The message moves the cursor");
  }
}
