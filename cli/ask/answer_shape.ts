/**
 * Whether an answer of a control socket is what the texts about it need: people may name any socket,
 * and a role of another version may run there.
 *
 * @module
 */

import type { OfflineReason } from "../../client/client_event.ts";
import type { TriedProtocol } from "../../portmap/mapper_event.ts";
import type { MappingFailure } from "../../portmap/port_mapping.ts";
import { MAPPING_VIEWS, NO_MAPPING, PROTOCOL_NAMES } from "../text/port_mapping_words.ts";
import type { PingReport } from "../daemon/status/ping_report.ts";
import type {
  AccountPart,
  GatewayPart,
  NatName,
  PeerPart,
  PortMappingPart,
  ServedPart,
  StatusReport,
} from "../daemon/status/status_report.ts";

/** Whether a value is as it should be. */
type Shape = (value: unknown) => boolean;

/** Text that moves no cursor: it has no control characters. */
const text: Shape = (value) => typeof value === "string" && !/\p{Cc}/u.test(value);

const number: Shape = (value) => typeof value === "number";

const flag: Shape = (value) => typeof value === "boolean";

function nullOr(shape: Shape): Shape {
  return (value) => value === null || shape(value);
}

function listOf(shape: Shape): Shape {
  return (value) => Array.isArray(value) && value.every(shape);
}

/** One of the words that the texts have a meaning for. */
function oneOf<Word extends string>(...words: readonly Word[]): Shape {
  return (value) => words.some((word) => word === value);
}

function wordOf(meanings: Readonly<Record<string, unknown>>): Shape {
  return oneOf(...Object.keys(meanings));
}

/** A number for each name. */
const counts: Shape = (value) =>
  isMapping(value) && Object.entries(value).every((entry) => text(entry[0]) && number(entry[1]));

/** A mapping with at least these keys: new ones leave the schema as it is. */
function mapping<T>(shapes: { readonly [Key in keyof T]?: Shape }): Shape {
  const entries = Object.entries<Shape | undefined>(shapes);
  return (value) =>
    isMapping(value) &&
    entries.every(([key, shape]) => Object.hasOwn(value, key) && shape!(value[key]));
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const FAILURE = oneOf<MappingFailure>(
  ...["no_answer", "unsupported", "refused", "port_taken"] as const,
  ...["no_resources", "router_offline", "answer_invalid"] as const,
);

const PROTOCOL = wordOf(PROTOCOL_NAMES);

/** What depends on the state of a port mapping. */
const BY_STATE: Readonly<Record<PortMappingPart["state"], Shape>> = {
  idle: mapping<PortMappingPart>({ state: oneOf("idle"), reason: wordOf(NO_MAPPING) }),
  asking: mapping<PortMappingPart>({ state: oneOf("asking"), protocol: PROTOCOL }),
  mapped: mapping<PortMappingPart>({ state: oneOf("mapped"), external: text, protocol: PROTOCOL }),
  failed: mapping<PortMappingPart>({ state: oneOf("failed"), reason: FAILURE }),
};

const ANY_PORT_MAPPING = mapping<PortMappingPart>({
  protocol: nullOr(PROTOCOL),
  external: nullOr(text),
  expiresIn: nullOr(number),
  view: nullOr(wordOf(MAPPING_VIEWS)),
  tried: listOf(mapping<TriedProtocol>({ protocol: PROTOCOL, reason: FAILURE })),
  retryIn: nullOr(number),
});

const PORT_MAPPING: Shape = (value) =>
  ANY_PORT_MAPPING(value) && Object.values(BY_STATE).some((shape) => shape(value));

const GATEWAY = mapping<GatewayPart>({
  connections: number,
  refused: counts,
  accountCount: number,
  accounts: listOf(mapping<AccountPart>({
    name: text,
    bytesOut: number,
    bytesIn: number,
    usedAgo: number,
  })),
});

const PEER = mapping<PeerPart>({
  address: text,
  path: text,
  mapping: nullOr(text),
  age: nullOr(number),
  bytesSent: number,
  bytesReceived: number,
});

const STATUS = mapping<StatusReport>({
  schema: (value) => value === 1,
  role: text,
  state: text,
  ready: flag,
  address: nullOr(text),
  server: nullOr(mapping<NonNullable<StatusReport["server"]>>({
    name: text,
    primary: text,
    secondary: nullOr(text),
    heardAgo: nullOr(number),
  })),
  offline: nullOr(mapping<NonNullable<StatusReport["offline"]>>({
    reason: oneOf<OfflineReason>(
      ...["no_reply_from_primary", "symmetric_nat", "server_lost"] as const,
      ...["authentication_failed", "new_key_needed"] as const,
    ),
    retryIn: number,
  })),
  nat: nullOr(oneOf<NatName>("none", "restricted", "symmetric", "unknown")),
  portPreserved: nullOr(flag),
  localMapping: nullOr(text),
  externalMapping: nullOr(text),
  portMapping: nullOr(PORT_MAPPING),
  interface: nullOr(text),
  interfaceFaults: listOf(mapping<StatusReport["interfaceFaults"][number]>({ message: text })),
  mtu: nullOr(number),
  refreshInterval: nullOr(number),
  served: nullOr(mapping<ServedPart>({
    solicitationsAnswered: number,
    bubblesForwarded: number,
    echoesForwarded: number,
    secure: flag,
  })),
  gateway: nullOr(GATEWAY),
  peerCount: counts,
  peers: listOf(PEER),
  pid: number,
  uptime: number,
  counters: mapping<StatusReport["counters"]>({
    datagramsSent: number,
    datagramsReceived: number,
    bytesSent: number,
    bytesReceived: number,
  }),
  drops: counts,
});

const PING = mapping<PingReport>({
  destination: text,
  outcome: oneOf<PingReport["outcome"]>(
    "answered",
    "unreachable",
    "silent",
    "refused",
    "not_qualified",
  ),
  roundTrip: nullOr(number),
  path: nullOr(text),
  mapping: nullOr(text),
});

/** Whether an answer is a report that can be shown. */
export function isStatusReport(answer: unknown): answer is StatusReport {
  return STATUS(answer);
}

/** Whether an answer is the outcome of an echo request. */
export function isPingReport(answer: unknown): answer is PingReport {
  return PING(answer);
}
