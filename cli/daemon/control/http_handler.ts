/**
 * Answering HTTP, whatever it comes by.
 *
 * @module
 */

/** Answers a request. */
export type HttpHandler = (request: Request) => Response | Promise<Response>;

/** A request that is understood but cannot be met, or that is wrong: the answer says why. */
export function refusal(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(`${message}\n`, { status, headers });
}
