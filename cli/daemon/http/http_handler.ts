/**
 * Answering HTTP requests, over any kind of socket.
 *
 * @module
 */

/** Answers a request. */
export type HttpHandler = (request: Request) => Response | Promise<Response>;

/** The answer to a request that is wrong or cannot be met: it says why. */
export function refusal(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(`${message}\n`, { status, headers });
}
