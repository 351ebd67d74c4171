// deno-lint-ignore-file no-console -- its own program, which a lab waits for
/**
 * Has the kernel translate what comes in by an interface exactly as it does for a gateway, until it
 * is killed. Argument: the name of the interface.
 *
 * @module
 */

import { openSourceNat } from "../../ffi/open.ts";
import { gatewayTranslation } from "../../nodes/host/gateway_tun.ts";

const [name = ""] = Deno.args;
openSourceNat(gatewayTranslation({}, name));
console.log("Translating");
await new Promise<never>(() => setInterval(() => {}, 60_000));
