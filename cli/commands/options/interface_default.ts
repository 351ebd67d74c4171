/**
 * The interface that a role makes unless another is named.
 *
 * @module
 */

import { platform } from "../../../ffi/platform.ts";

/** For the help: "teredo, or teredo0 and so on if another role has that". */
export const INTERFACE_DEFAULT: string = describe(platform.interfaceName);

function describe(name: string): string {
  return name.includes("%d")
    ? `${name.replace("%d", "0")}, or the first number that is free`
    : `${name}, or ${name}0 and so on if another role has that`;
}
