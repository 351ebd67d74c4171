/**
 * What a running role offers to its operators.
 *
 * @module
 */

import type { ListenAddress } from "../../args/kinds/listen_address.ts";

/** Where a running role can be asked. */
export interface ServiceOptionValues {
  /** The path of the control socket; `undefined` for the usual one. */
  readonly control: string | undefined;
  /** Where to serve metrics; `undefined` for nowhere. */
  readonly metrics: ListenAddress | undefined;
}
