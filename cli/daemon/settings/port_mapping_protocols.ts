/**
 * What `--port-mapping` means for the node.
 *
 * @module
 */

import { MAPPING_PROTOCOLS, type MappingProtocol } from "../../../portmap/port_mapping.ts";
import type { PortMappingMode } from "../../args/kinds/port_mapping_mode.ts";

/** The protocols to try, in this order. */
export function mappingProtocols(mode: PortMappingMode): readonly MappingProtocol[] {
  switch (mode) {
    case "auto":
      return MAPPING_PROTOCOLS;
    case "off":
      return [];
    default:
      return [mode];
  }
}
