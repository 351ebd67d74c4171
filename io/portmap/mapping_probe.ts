/**
 * Trying out what a router maps: a port is mapped by each protocol, and given back at once.
 *
 * @module
 */

import { Mapper } from "../../portmap/mapper.ts";
import type { RouterPlace } from "../../portmap/router_place.ts";
import type { MappingFailure, MappingProtocol } from "../../portmap/port_mapping.ts";
import { type Endpoint, portOf } from "../../wire/endpoint.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { Counters } from "../counters.ts";
import { aborted } from "../run_together.ts";
import { openDenoUdp } from "../udp/deno_udp.ts";
import { MapperDriver } from "./mapper_driver.ts";

/** What came of asking by a protocol: the external endpoint, or why it failed. */
export interface TriedMapping {
  readonly protocol: MappingProtocol;
  readonly result: Endpoint | MappingFailure;
}

/**
 * Tries protocols, all at once.
 *
 * @returns what came of those that ended before `signal` aborted
 */
export async function tryMappings(
  place: RouterPlace,
  protocols: readonly MappingProtocol[],
  signal: AbortSignal,
): Promise<TriedMapping[]> {
  const tried = await Promise.all(
    protocols.map(async (protocol) => {
      const result = await tryMapping(place, protocol, signal);
      return result === undefined ? [] : [{ protocol, result }];
    }),
  );
  return tried.flat();
}

async function tryMapping(
  place: RouterPlace,
  protocol: MappingProtocol,
  signal: AbortSignal,
): Promise<Endpoint | MappingFailure | undefined> {
  // The port is ours while it is mapped.
  using sockets = new DisposableStack();
  const any = { address: ipv4Address(0), port: 0, counters: new Counters() };
  const { local } = sockets.adopt(openDenoUdp(any), (socket) => socket.close());
  const random = (bytes: Uint8Array<ArrayBuffer>) => void crypto.getRandomValues(bytes);
  const mapper = new Mapper({ protocols: [protocol], port: portOf(local), random });
  const found = Promise.withResolvers<Endpoint | MappingFailure>();
  const driver = new MapperDriver(mapper, {
    onEvent(event) {
      if (event.type === "port_mapped") found.resolve(event.mapping.external);
      if (event.type === "port_not_mapped") found.resolve(event.reason);
    },
    onFault: found.reject,
  });
  const ending = new AbortController();
  const running = driver.run(
    () => driver.act((mapper, now, sink) => mapper.useRouter(place, now, sink)),
    ending.signal,
  );
  try {
    return await Promise.race([found.promise, aborted(signal).then(() => undefined)]);
  } finally {
    ending.abort();
    await running;
  }
}
