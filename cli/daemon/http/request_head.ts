/**
 * The head of an HTTP request, RFC 9112 §3 and §5.
 *
 * @module
 */

/** The target may have an origin in front, as for a proxy (§3.2.2). */
const REQUEST_LINE = /^([A-Z]{1,16}) (?:http:\/\/[^/\s]+)?(\/\S*) HTTP\/1\.[01]$/;

const FIELD_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

const FIELD_VALUE = /^[\t -~\x80-\xff]*$/;

/** What a host may look like; nothing else makes a URL. */
const HOST = /^[\w.-]+(?::\d+)?$|^\[[\da-f:.]+\](?::\d+)?$/i;

/**
 * Reads a head without the empty line at its end.
 *
 * @returns `undefined` if it is not one, or names no host
 */
export function parseRequestHead(head: string): Request | undefined {
  const [first, ...lines] = head.split("\r\n");
  const [, method, target] = REQUEST_LINE.exec(first!) ?? [];
  if (method === undefined) return undefined;
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0));
    const value = line.slice(colon + 1);
    if (!FIELD_NAME.test(name) || !FIELD_VALUE.test(value)) return undefined;
    headers.append(name, value.trim());
  }
  const host = headers.get("host");
  if (host === null || !HOST.test(host)) return undefined;
  return requestOf(`http://${host}${target}`, method, headers);
}

function requestOf(url: string, method: string, headers: Headers): Request | undefined {
  try {
    return new Request(url, { method, headers });
  } catch {
    return undefined;
  }
}
