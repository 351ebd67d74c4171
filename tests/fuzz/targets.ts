/**
 * Everything that is fuzzed.
 *
 * @module
 */

import type { FuzzTarget } from "./target.ts";
import { ANSWER, HTTP_SERVER, REQUEST } from "./targets/control.ts";
import { CLIENT, GATEWAY, RELAY, SERVER } from "./targets/machines.ts";
import { COALESCING, SEGMENTATION } from "./targets/offload.ts";
import { ARGUMENTS, CONFIG, DECODE, INVITATION, SECRETS } from "./targets/people.ts";
import { MAPPER, ROUTER_DATAGRAM, ROUTER_RESPONSE, XML } from "./targets/portmap.ts";
import { CONTROL_MESSAGES, NETLINK, ROUTING_SOCKET, WINDOWS_TEXT } from "./targets/system.ts";
import { ADDRESS_TEXT, AUTHENTICATION, WIRE } from "./targets/wire.ts";

/** The targets. */
export const TARGETS: readonly FuzzTarget[] = [
  ...[WIRE, AUTHENTICATION, ADDRESS_TEXT, SEGMENTATION, COALESCING],
  ...[CLIENT, SERVER, RELAY, GATEWAY],
  ...[ROUTER_DATAGRAM, ROUTER_RESPONSE, XML, MAPPER],
  ...[NETLINK, CONTROL_MESSAGES, ROUTING_SOCKET, WINDOWS_TEXT],
  ...[CONFIG, SECRETS, INVITATION, ARGUMENTS, DECODE, REQUEST, HTTP_SERVER, ANSWER],
];
