/**
 * How the router is asked for the client's port.
 *
 * @module
 */

/** What `--port-mapping` takes: one protocol alone, all of them, or none. */
export const PORT_MAPPING_MODES = ["auto", "pcp", "nat-pmp", "upnp", "off"] as const;

/** How the router is asked for the client's port; see {@linkcode PORT_MAPPING_MODES}. */
export type PortMappingMode = typeof PORT_MAPPING_MODES[number];
