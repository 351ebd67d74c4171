/**
 * Keeps a port mapped for twelve seconds at a time, until SIGTERM:
 *
 *     deno run -A keep_port_mapped.ts PROTOCOL PORT
 *
 * @module
 */

import { findRoute } from "../../ffi/open.ts";
import { defaultRouter } from "../../io/portmap/default_router.ts";
import { MapperDriver } from "../../io/portmap/mapper_driver.ts";
import { Mapper } from "../../portmap/mapper.ts";
import type { MappingProtocol } from "../../portmap/port_mapping.ts";

const [protocol, port] = Deno.args;
const ending = new AbortController();
Deno.addSignalListener("SIGTERM", () => ending.abort());

const mapper = new Mapper({
  protocols: [protocol as MappingProtocol],
  port: Number(port),
  lifetime: 12_000,
  random: (bytes) => crypto.getRandomValues(bytes),
});
const driver = new MapperDriver(mapper, {
  onEvent: ({ type }) => say(type),
  onFault: (error) => say(`fault: ${error}`),
});
const place = defaultRouter(findRoute);
if (typeof place === "string") throw new Error(place);
await driver.run(
  () => driver.act((mapper, now, sink) => mapper.useRouter(place, now, sink)),
  ending.signal,
);
Deno.exit();

function say(word: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${word}\n`));
}
