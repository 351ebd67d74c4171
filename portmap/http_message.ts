/**
 * The little of HTTP/1.1 (RFC 9112) that UPnP needs: one request and one response on a connection.
 *
 * `fetch` would follow redirections and proxies, and read a body without end.
 *
 * @module
 */

import { concatOctets } from "../memory/octets.ts";
import { formatEndpoint } from "../wire/endpoint.ts";
import type { HttpUrl } from "./http_url.ts";

/** A response longer than this, headers included, is not read to its end; in octets. */
export const MAX_RESPONSE = 65_536;

/** A response. */
export interface HttpResponse {
  readonly status: number;
  readonly body: Uint8Array;
}

/** A request for what is at a URL. */
export function encodeGet({ at, path }: HttpUrl): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(
    `GET ${path} HTTP/1.1\r\nHost: ${formatEndpoint(at)}\r\nConnection: close\r\n\r\n`,
  );
}

/** A request that carries a body of text. Header fields must be safe: they are sent as they are. */
export function encodePost(
  { at, path }: HttpUrl,
  fields: Readonly<Record<string, string>>,
  body: string,
): Uint8Array<ArrayBuffer> {
  const content = new TextEncoder().encode(body);
  const headers = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head = `POST ${path} HTTP/1.1\r\nHost: ${formatEndpoint(at)}\r\nConnection: close\r\n` +
    `${headers}Content-Length: ${content.length}\r\n\r\n`;
  return concatOctets(new TextEncoder().encode(head), content);
}

/**
 * Reads what has arrived of a response.
 *
 * @param isWhole whether the connection has ended: a response may have no length and end with it
 * @returns `"incomplete"` while more has to come, undefined if it is not a response
 */
export function parseHttpResponse(
  bytes: Uint8Array,
  isWhole: boolean,
): HttpResponse | "incomplete" | undefined {
  if (bytes.length > MAX_RESPONSE) return undefined;
  const text = new TextDecoder("latin1").decode(bytes);
  // A line feed alone ends a line too (RFC 9112 §2.2).
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null) return isWhole ? undefined : "incomplete";
  const head = text.slice(0, end.index);
  const status = /^HTTP\/1\.[01] (\d{3})(?: |\r?\n|$)/.exec(head)?.[1];
  if (status === undefined) return undefined;
  const rest = bytes.subarray(end.index + end[0].length);
  const body = bodyOf(head, rest, isWhole);
  return body instanceof Uint8Array ? { status: Number(status), body } : body;
}

function bodyOf(
  head: string,
  rest: Uint8Array,
  isWhole: boolean,
): Uint8Array | "incomplete" | undefined {
  if (/\ntransfer-encoding:[ \t]*chunked[ \t]*(?:\r?\n|$)/i.test(head)) {
    const body = joinChunks(rest);
    return body === "incomplete" && isWhole ? undefined : body;
  }
  const length = /\ncontent-length:[ \t]*(\d{1,9})[ \t]*(?:\r?\n|$)/i.exec(head)?.[1];
  if (length === undefined) return isWhole ? rest : "incomplete";
  if (rest.length >= Number(length)) return rest.subarray(0, Number(length));
  return isWhole || Number(length) > MAX_RESPONSE ? undefined : "incomplete";
}

/** The chunked transfer coding, RFC 9112 §7.1. Extensions and trailers are skipped. */
function joinChunks(bytes: Uint8Array): Uint8Array | "incomplete" | undefined {
  const text = new TextDecoder("latin1").decode(bytes);
  const chunks: Uint8Array[] = [];
  for (let offset = 0;;) {
    const end = text.indexOf("\r\n", offset);
    if (end < 0) return "incomplete";
    const digits = /^([0-9a-f]{1,6})[ \t]*(?:;.*)?$/i.exec(text.slice(offset, end))?.[1];
    if (digits === undefined) return undefined;
    const length = parseInt(digits, 16);
    if (length === 0) return concatOctets(...chunks);
    const start = end + 2;
    if (start + length + 2 > bytes.length) return "incomplete";
    chunks.push(bytes.subarray(start, start + length));
    offset = start + length + 2;
  }
}
