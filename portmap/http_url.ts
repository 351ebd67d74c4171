/**
 * Addresses of what a router serves by HTTP.
 *
 * @module
 */

import { type Endpoint, endpoint, formatEndpoint } from "../wire/endpoint.ts";
import { type Ipv4Address, parseIpv4 } from "../wire/ipv4_address.ts";

/** Something that a router serves. */
export interface HttpUrl {
  readonly at: Endpoint;
  /** The path with what follows it, beginning with a slash. It is safe to put in a request. */
  readonly path: string;
}

/** No path that a router means well is longer. */
const MAX_LENGTH = 512;

/**
 * Reads a URL that must be the router's own: what it says of other hosts is not believed, because
 * it could make us send requests to them.
 *
 * @param base what a relative URL is relative to
 * @returns undefined if the URL leads elsewhere, or is not one
 */
export function parseHttpUrl(
  text: string,
  router: Ipv4Address,
  base?: HttpUrl,
): HttpUrl | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const url = URL.parse(text, base && `http://${formatEndpoint(base.at)}${base.path}`);
  if (url === null || url.protocol !== "http:" || url.username !== "" || url.password !== "") {
    return undefined;
  }
  if (parseIpv4(url.hostname) !== router) return undefined;
  const port = url.port === "" ? 80 : Number(url.port);
  if (port === 0) return undefined;
  return { at: endpoint(router, port), path: url.pathname + url.search };
}
