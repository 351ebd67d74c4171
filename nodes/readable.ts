/**
 * Events and states that read well where programs print them.
 *
 * Both contain addresses as numbers and octets, which say nothing to people. What a node reports
 * keeps them, but appears with addresses as text in JSON and on the console.
 *
 * @module
 */

import type { ClientEvent } from "../client/client_event.ts";
import type { ClientStatus } from "../client/client_status.ts";
import { type Endpoint, formatEndpoint } from "../wire/endpoint.ts";
import { formatIpv4, type Ipv4Address } from "../wire/ipv4_address.ts";
import { formatIpv6 } from "../wire/ipv6_address.ts";
import { formatOctets } from "../wire/octet_text.ts";
import type { RelayEvent } from "../relay/relay.ts";
import type { RelayStatus } from "../relay/relay_status.ts";
import type { ServerEvent } from "../server/server_event.ts";
import type { ServerStatus } from "../server/server_status.ts";

/** Values that must be formatted. */
type Opaque = Endpoint | Ipv4Address | Uint8Array;

/** Values without such properties. */
type Leaf = Opaque | string | number | boolean | undefined | ReadonlyMap<string, number>;

/** The names of all properties of `T`, at any depth, that have such values. */
type OpaqueName<T> = T extends Leaf ? never
  : T extends readonly (infer Each)[] ? OpaqueName<Each>
  : {
    [K in keyof T & string]: (Extract<T[K], Opaque> extends never ? never : K) | OpaqueName<T[K]>;
  }[keyof T & string];

/** Everything that nodes report. A server with a relay reports what both do. */
type Reported =
  | ClientEvent
  | ClientStatus
  | ServerEvent
  | ServerStatus
  | RelayEvent
  | RelayStatus;

/** How each property of that kind is written. The compiler says if one is missing. */
const FORMATS: Readonly<Record<OpaqueName<Reported>, (value: never) => string>> = {
  address: formatIpv6,
  client: formatEndpoint,
  endpoint: formatEndpoint,
  identifier: formatOctets,
  mapping: formatEndpoint,
  peer: formatIpv6,
  previous: formatIpv6,
  primary: formatIpv4,
  secondary: formatIpv4,
};

const BY_NAME: ReadonlyMap<string, (value: never) => string> = new Map(Object.entries(FORMATS));

/**
 * A copy of what a node reports, with addresses as text and nothing that JSON cannot hold.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { endpoint, parseIpv4, parseIpv6 } from "../wire/mod.ts";
 * import { toPlain } from "./readable.ts";
 *
 * const peer = parseIpv6("2001:0:cb00:7178:0:efff:3fff:fdfe")!;
 * const mapping = endpoint(parseIpv4("192.0.2.1")!, 4096);
 * assertEquals(toPlain({ type: "peer_reached", peer, mapping }), {
 *   type: "peer_reached",
 *   peer: "2001:0:cb00:7178:0:efff:3fff:fdfe",
 *   mapping: "192.0.2.1:4096",
 * });
 * ```
 */
export function toPlain(reported: object): Record<string, unknown> {
  const entries = Object.entries(reported).map(([name, value]) => [name, plainValue(name, value)]);
  return Object.fromEntries(entries);
}

/** Lets JSON and the console show an object as {@linkcode toPlain} does. Returns the same object. */
export function makeReadable<T>(reported: T): T {
  return typeof reported === "object" && reported !== null
    ? Object.defineProperties(reported, METHODS)
    : reported;
}

/** They are not enumerable: copies and comparisons see only what was reported. */
const METHODS: PropertyDescriptorMap = {
  toJSON: {
    value(this: object) {
      return toPlain(this);
    },
  },
  [Symbol.for("Deno.customInspect")]: {
    value(this: object, inspect: typeof Deno.inspect, options: Deno.InspectOptions) {
      return inspect(toPlain(this), options);
    },
  },
};

function plainValue(name: string, value: unknown): unknown {
  if (typeof value === "number" || value instanceof Uint8Array) {
    const format = BY_NAME.get(name);
    if (format !== undefined) return format(value as never);
    return value instanceof Uint8Array ? formatOctets(value) : value;
  }
  if (typeof value === "bigint") return String(value);
  if (value instanceof Map) return Object.fromEntries(value);
  if (Array.isArray(value)) return value.map((each) => plainValue(name, each));
  return typeof value === "object" && value !== null ? toPlain(value) : value;
}
