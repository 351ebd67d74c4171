/**
 * Builds a lab, says the number of a process in it, and waits to be killed: for the test of what is
 * left then.
 *
 * @module
 */

import { createLab } from "./lab.ts";

await using lab = await createLab({ A: { by: "user", kind: "cone" } });
const inhabitant = await lab.server.spawn("sleep", "60");
await Deno.stdout.write(new TextEncoder().encode(`${inhabitant.pid}\n`));
await inhabitant.status;
