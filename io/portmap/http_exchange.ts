/**
 * One request and one response over TCP, within limits.
 *
 * @module
 */

import { MAX_RESPONSE, parseHttpResponse } from "../../portmap/http_message.ts";
import { addressOf, type Endpoint, portOf } from "../../wire/endpoint.ts";
import { formatIpv4 } from "../../wire/ipv4_address.ts";
import { after } from "../../timers.ts";

/** A response that comes in more pieces than this is not worth waiting for. */
const MAX_PIECES = 256;

/**
 * Sends a request by HTTP and reads until the response is whole, longer than `MAX_RESPONSE`, or
 * late.
 *
 * @param timeout how long all of it may take, in milliseconds
 * @param signal ends it sooner
 * @returns the response; undefined if it did not come to its end
 */
export async function exchangeHttp(
  to: Endpoint,
  request: Uint8Array,
  timeout: number,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  const response = new Response();
  const late = Promise.withResolvers<void>();
  const stop = () => late.resolve();
  const cancel = after(timeout, stop);
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  let connection: Deno.TcpConn | undefined;
  const dialling = new AbortController();
  const connecting = Deno.connect({
    hostname: formatIpv4(addressOf(to)),
    port: portOf(to),
    signal: dialling.signal,
  }).then((opened) => connection = opened);
  const talking = connecting.then((opened) => response.read(opened, request));
  // A connection that is lost, or closed below, is a response without an end.
  talking.catch(() => {});
  try {
    await Promise.race([talking.catch(() => {}), late.promise]);
  } finally {
    cancel();
    signal?.removeEventListener("abort", stop);
    dialling.abort();
    if (connection === undefined) await connecting.then(close, () => {});
    else close(connection);
  }
  return response.bytes;
}

/** What has been read so far. */
class Response {
  readonly #buffer = new Uint8Array(MAX_RESPONSE + 1);
  #length = 0;
  #isWhole = false;

  /**
   * Nothing unless it came to its end: a piece of a description would look like one without
   * services.
   */
  get bytes(): Uint8Array | undefined {
    return this.#isWhole ? this.#buffer.subarray(0, this.#length) : undefined;
  }

  async read(connection: Deno.TcpConn, request: Uint8Array): Promise<void> {
    for (let sent = 0; sent < request.length;) {
      sent += await connection.write(request.subarray(sent));
    }
    for (let pieces = 0; pieces < MAX_PIECES; pieces++) {
      const count = await connection.read(this.#buffer.subarray(this.#length));
      this.#length += count ?? 0;
      const soFar = this.#buffer.subarray(0, this.#length);
      this.#isWhole = count === null || parseHttpResponse(soFar, false) !== "incomplete";
      if (this.#isWhole) return;
    }
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // The other side was faster.
  }
}
