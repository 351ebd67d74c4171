/**
 * The checklist: what the RFCs ask of Teredo nodes, item by item.
 *
 * @module
 */

import { CLIENT } from "./client_items.ts";
import { EXTENSIONS } from "./extension_items.ts";
import type { Group } from "./item.ts";
import { PACKETS } from "./packet_items.ts";
import { RELAY } from "./relay_items.ts";
import { SERVER } from "./server_items.ts";

/** All groups, in the order of the document. */
export const CHECKLIST: readonly Group[] = [PACKETS, CLIENT, SERVER, RELAY, EXTENSIONS];
