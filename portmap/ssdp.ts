/**
 * Looking for UPnP devices: SSDP, UPnP Device Architecture 1.1 §1.3.
 *
 * @module
 */

import { type Endpoint, endpoint, formatEndpoint } from "../wire/endpoint.ts";
import { type Ipv4Address, parseIpv4 } from "../wire/ipv4_address.ts";
import { type HttpUrl, parseHttpUrl } from "./http_url.ts";

/** The port of SSDP. */
export const SSDP_PORT = 1900;

/** Where searches go that are meant for every device on the network. */
export const SSDP_GROUP: Endpoint = endpoint(parseIpv4("239.255.255.250")!, SSDP_PORT);

/** No answer that a router means well is longer. */
const MAX_LENGTH = 2048;

/** A search for routers of this version of UPnP's Internet Gateway Device. */
export function encodeSearch(to: Endpoint, version: 1 | 2): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(
    [
      "M-SEARCH * HTTP/1.1",
      `HOST: ${formatEndpoint(to)}`,
      'MAN: "ssdp:discover"',
      "MX: 1",
      `ST: urn:schemas-upnp-org:device:InternetGatewayDevice:${version}`,
      "",
      "",
    ].join("\r\n"),
  );
}

/**
 * Where a router describes itself.
 *
 * @param router who answers: it may only describe itself at its own address
 * @returns undefined if the bytes are anything else
 */
export function parseSearchResponse(bytes: Uint8Array, router: Ipv4Address): HttpUrl | undefined {
  if (bytes.length > MAX_LENGTH) return undefined;
  const [status = "", ...headers] = new TextDecoder().decode(bytes).split(/\r?\n/);
  if (!/^HTTP\/1\.[01] 200(?: |$)/.test(status)) return undefined;
  const fields = new Map(
    headers.map((header) => {
      const colon = header.indexOf(":");
      return [header.slice(0, colon).trim().toLowerCase(), header.slice(colon + 1).trim()];
    }),
  );
  const isRouter = /^urn:schemas-upnp-org:device:InternetGatewayDevice:\d+$/;
  if (!isRouter.test(fields.get("st") ?? "")) return undefined;
  return parseHttpUrl(fields.get("location") ?? "", router);
}
