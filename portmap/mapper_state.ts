/**
 * What a mapper is doing at the moment.
 *
 * @module
 */

import type { TriedProtocol } from "./mapper_event.ts";
import type { MappingFailure, MappingProtocol, PortMapping } from "./port_mapping.ts";

/** What a mapper is doing. Times are of the clock that the mapper is handed. */
export type MapperState =
  /** It has no router to ask. */
  | { readonly name: "idle" }
  | { readonly name: "asking"; readonly protocol: MappingProtocol }
  | {
    readonly name: "mapped";
    readonly mapping: PortMapping;
    /** When the mapping ends unless it is renewed; `Infinity` if it stays. */
    readonly until: number;
  }
  | {
    readonly name: "failed";
    readonly reason: MappingFailure;
    readonly tried: readonly TriedProtocol[];
    /** When the router is asked again. */
    readonly until: number;
  };
