/**
 * Asking Windows for routes.
 *
 * @module
 */

import { getU32, setU32 } from "../../memory/octets.ts";
import { type Ipv4Address, ipv4Address } from "../../wire/ipv4_address.ts";
import type { Route, RouteAnswer } from "../route.ts";
import { aliasOfIndex, indexOf, luidOf } from "./interface_name.ts";
import { ipQuestions } from "./iphlpapi.ts";
import { addressIn, FORWARD_ROW, socketAddress } from "./netioapi.ts";
import { ERROR_SUCCESS, windowsError } from "./windows_error.ts";

/** What GetBestRoute2 answers where nothing leads there, and where it cannot be asked. */
const ANSWERS: Readonly<Record<number, "none" | "unknown">> = {
  2: "none", // ERROR_FILE_NOT_FOUND: there is no such interface
  1168: "none", // ERROR_NOT_FOUND: the interface does not have this kind of IP
  1231: "none", // ERROR_NETWORK_UNREACHABLE
  1232: "none", // ERROR_HOST_UNREACHABLE
  50: "unknown", // ERROR_NOT_SUPPORTED
};

/** See `findRoute` of `open.ts`. */
export function findRoute(destination: Uint8Array, through: string | undefined): RouteAnswer {
  const luid = through === undefined ? undefined : luidOf(through);
  if (through !== undefined && luid === undefined) return "none";
  const row = FORWARD_ROW.encode({});
  const source = new Uint8Array(socketAddress(destination).length);
  const error = ipQuestions().GetBestRoute2(
    null,
    luid === undefined ? 0 : indexOf(luid),
    null,
    socketAddress(destination),
    0,
    row,
    source,
  );
  if (error !== ERROR_SUCCESS) {
    const answer = ANSWERS[error];
    if (answer !== undefined) return answer;
    throw windowsError("ask for a route", "GetBestRoute2", error);
  }
  return routeFrom(row, source);
}

/** See `findSource` of `open.ts`. */
export function findSource(destination: Ipv4Address): Ipv4Address | undefined {
  const octets = new Uint8Array(4);
  setU32(octets, 0, destination);
  const route = findRoute(octets, undefined);
  if (typeof route === "string" || route.source === undefined) return undefined;
  return ipv4Address(getU32(route.source, 0));
}

function routeFrom(row: Uint8Array, source: Uint8Array): Route {
  const { index, nextHop } = FORWARD_ROW.decode(row);
  return {
    interfaceIndex: index,
    interfaceName: aliasOfIndex(index),
    source: unlessZero(addressIn(source)),
    gateway: unlessZero(addressIn(nextHop)),
  };
}

/** Windows has the unspecified address for none. */
function unlessZero(address: Uint8Array | undefined): Uint8Array | undefined {
  return address?.some((octet) => octet !== 0) ? address : undefined;
}
