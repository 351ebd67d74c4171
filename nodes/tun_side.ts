/**
 * What the interfaces of a client and of a relay have in common.
 *
 * @module
 */

import type { TunOffload } from "../ffi/tun.ts";
import type { HostSide } from "./node_context.ts";

/** What may be said of an interface. */
export interface TunSideOptions {
  /** Its name, of 15 octets at most; `%d` in it stands for the first free number. `teredo` unless given. */
  readonly name?: string | undefined;
  /** Whether packets pass it in bunches, where the kernel has that; unless given, yes. */
  readonly offload?: boolean | undefined;
}

/** An interface as the way to the host. */
export interface TunSide extends HostSide {
  readonly name: string;
  /** Its index in this network namespace. */
  readonly index: number;
  /** How packets pass it in bunches; undefined when each passes alone. */
  readonly offload: TunOffload | undefined;
}
