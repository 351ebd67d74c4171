/**
 * A small HTTP server that strangers cannot exhaust. One connection carries one request without a
 * body, and its answer.
 *
 * `Deno.serve` has no bound on connections, lets idle ones stand for ever, and ends the process when
 * they have used up its descriptors.
 *
 * @module
 */

import { pause } from "../../../pause.ts";
import { reasonOf } from "../../../reason.ts";
import { after } from "../../../timers.ts";
import { type HttpHandler, refusal } from "./http_handler.ts";
import { parseRequestHead } from "./request_head.ts";

/**
 * Connections at once. The one that has kept the server waiting longest, for a request or by not
 * reading its answer, makes room for another, at once: while strangers connect a thousand times a
 * second, one request of a hundred comes too late. A pause of 5 ms would save it, and let every
 * request wait for seconds.
 */
export const MAX_CONNECTIONS = 16;

/** How long a request may take to arrive, and an answer to leave, in milliseconds. */
const PATIENCE = 5_000;

/** How long an answer may take after the end, in milliseconds. */
const HASTE = 1_000;

/**
 * How long to wait after the system refused a connection, in milliseconds. It may have no descriptor
 * left until those that were just closed are given back, which takes a turn of the event loop.
 */
const RECOVERY = 20;

/** The longest request, octets. */
const MAX_REQUEST = 8_192;

const END_OF_HEAD = "\r\n\r\n";

/**
 * Answers requests until `signal` is aborted.
 *
 * @param listener is closed at the end
 * @returns settles when the last answer is out, a second after the end at the latest
 */
export async function serveHttp(
  listener: Deno.Listener,
  handler: HttpHandler,
  signal: AbortSignal,
): Promise<void> {
  const connections = new Set<Connection>();
  const waiting = new Set<Connection>();
  const end = () => {
    listener.close();
    for (const connection of connections) connection.hurry();
  };
  signal.addEventListener("abort", end, { once: true });
  while (!signal.aborted) {
    const accepted = await accept(listener, signal);
    if (accepted === undefined) {
      makeRoom(connections, waiting);
      continue;
    }
    if (signal.aborted) {
      accepted.close();
      break;
    }
    if (connections.size >= MAX_CONNECTIONS) makeRoom(connections, waiting);
    if (connections.size >= MAX_CONNECTIONS) {
      accepted.close();
      continue;
    }
    const connection = new Connection(accepted, handler, waiting);
    connections.add(connection);
    void connection.finished.then(() => connections.delete(connection));
  }
  await Promise.all([...connections].map(({ finished }) => finished));
}

/** The next connection; `undefined` at the end, or if the system has no room for one. */
async function accept(
  listener: Deno.Listener,
  signal: AbortSignal,
): Promise<Deno.Conn | undefined> {
  try {
    return await listener.accept();
  } catch {
    if (!signal.aborted) await pause(RECOVERY, signal);
    return undefined;
  }
}

/**
 * Closes the connection that has kept the server waiting longest, if one does. A request that is
 * being computed is the server's own to finish.
 */
function makeRoom(connections: Set<Connection>, waiting: Set<Connection>): void {
  const [slowest] = waiting;
  if (slowest === undefined) return;
  slowest.close();
  connections.delete(slowest);
}

/** One connection. */
class Connection {
  readonly #connection: Deno.Conn;
  /** Those that wait for the other side, the longest wait first. */
  readonly #waiting: Set<Connection>;
  /** Settles when it is closed. */
  readonly finished: Promise<void>;
  #isIdle = true;
  readonly #closed = Promise.withResolvers<void>();

  constructor(connection: Deno.Conn, handler: HttpHandler, waiting: Set<Connection>) {
    this.#connection = connection;
    this.#waiting = waiting;
    // An answer that never comes must not outlast its connection.
    this.finished = Promise.race([this.#serve(handler), this.#closed.promise]);
  }

  /** The server ends: an answer that is under way gets a little time. */
  hurry(): void {
    if (this.#isIdle) {
      this.close();
      return;
    }
    const cancel = after(HASTE, () => this.close());
    void this.#closed.promise.then(cancel);
  }

  /** Closes it, whatever it is doing. May be repeated. */
  close(): void {
    this.#waiting.delete(this);
    try {
      this.#connection.close();
    } catch {
      // It is closed already.
    }
    this.#closed.resolve();
  }

  async #serve(handler: HttpHandler): Promise<void> {
    try {
      const head = await this.#inTime(() => readHead(this.#connection));
      this.#isIdle = false;
      if (head === undefined) return;
      const request = parseRequestHead(head);
      const response = request === undefined
        ? refusal(400, "This is not an HTTP request")
        : await answer(request, handler);
      await this.#write(headOf(response));
      if (request?.method === "HEAD" || response.body === null) return;
      void this.#closed.promise.then(() => response.body?.cancel().catch(() => {}));
      for await (const chunk of response.body) await this.#write(chunk);
    } catch {
      // The other side went away, or was too slow.
    } finally {
      this.close();
    }
  }

  #write(octets: Uint8Array): Promise<void> {
    return this.#inTime(() => writeAll(this.#connection, octets));
  }

  /** Waits for the other side. If that takes too long, closes the connection, which makes it fail. */
  async #inTime<T>(work: () => Promise<T>): Promise<T> {
    const cancel = after(PATIENCE, () => this.close());
    this.#waiting.add(this);
    try {
      return await work();
    } finally {
      this.#waiting.delete(this);
      cancel();
    }
  }
}

/** Octets up to the empty line; `undefined` if the connection ends before, or they are too many. */
async function readHead(connection: Deno.Conn): Promise<string | undefined> {
  const buffer = new Uint8Array(MAX_REQUEST);
  let length = 0;
  while (length < MAX_REQUEST) {
    const count = await connection.read(buffer.subarray(length));
    if (count === null) return undefined;
    length += count;
    const text = new TextDecoder("latin1").decode(buffer.subarray(0, length));
    const end = text.indexOf(END_OF_HEAD);
    if (end >= 0) return text.slice(0, end);
  }
  return undefined;
}

async function answer(request: Request, handler: HttpHandler): Promise<Response> {
  try {
    return await handler(request);
  } catch (error) {
    return refusal(500, `The request failed: ${reasonOf(error)}`);
  }
}

/** The body ends with the connection, RFC 9112 §6.3. */
function headOf(response: Response): Uint8Array {
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`);
  return new TextEncoder().encode(
    `HTTP/1.1 ${response.status} ${response.statusText}\r\n${headers.join("")}` +
      "connection: close\r\n\r\n",
  );
}

async function writeAll(connection: Deno.Conn, octets: Uint8Array): Promise<void> {
  for (let sent = 0; sent < octets.length;) sent += await connection.write(octets.subarray(sent));
}
