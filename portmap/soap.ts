/**
 * Calls of a UPnP service: SOAP 1.1, UPnP Device Architecture 1.1 §3.
 *
 * @module
 */

import type { ConnectionService } from "./connection_service.ts";
import { encodePost, type HttpResponse } from "./http_message.ts";
import { elementsNamed, escapeXml, parseXml } from "./xml.ts";

/** What an action answered: its results by name, or the code of an error. */
export type SoapAnswer =
  | { readonly ok: true; readonly results: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly code: number };

/** Error codes of WANIPConnection:2 §2.5 that we act upon. */
export const UpnpError = {
  INVALID_ARGS: 402,
  ACTION_FAILED: 501,
  NOT_AUTHORIZED: 606,
  NO_SUCH_ENTRY: 714,
  CONFLICT_IN_MAPPING: 718,
  SAME_PORT_REQUIRED: 724,
  ONLY_PERMANENT_LEASES: 725,
  NO_PORT_MAPS_AVAILABLE: 728,
  CONFLICT_WITH_OTHER_MECHANISM: 729,
} as const;

/** A call of an action. */
export function encodeCall(
  { type, control }: ConnectionService,
  action: string,
  parameters: Readonly<Record<string, string | number>> = {},
): Uint8Array<ArrayBuffer> {
  const words = Object.entries(parameters)
    .map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`).join("");
  const body = '<?xml version="1.0"?>\r\n' +
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ' +
    's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>' +
    `<u:${action} xmlns:u="${type}">${words}</u:${action}></s:Body></s:Envelope>\r\n`;
  const fields = {
    "Content-Type": 'text/xml; charset="utf-8"',
    "SOAPAction": `"${type}#${action}"`,
  };
  return encodePost(control, fields, body);
}

/**
 * The answer to a call.
 *
 * @returns undefined if the response is not one
 */
export function parseAnswer(
  { status, body }: HttpResponse,
  action: string,
): SoapAnswer | undefined {
  const root = parseXml(new TextDecoder().decode(body));
  if (root === undefined) return undefined;
  if (status === 200) {
    const [answer] = elementsNamed(`${action}Response`, root);
    if (answer === undefined) return undefined;
    const results = Object.fromEntries(answer.children.map(({ name, text }) => [name, text]));
    return { ok: true, results };
  }
  const code = elementsNamed("errorCode", root)[0]?.text ?? "";
  return /^\d{3}$/.test(code) ? { ok: false, code: Number(code) } : undefined;
}
