/**
 * What a server does for one packet, without the sockets: `deno bench bench/server_bench.ts`.
 *
 * @module
 */

import { SERVER_LIMITS } from "../server/server_limits.ts";
import { SecretTable } from "../server/secret_store.ts";
import { Server } from "../server/server.ts";
import type { ServerSink } from "../server/server_event.ts";
import { addressOf, type Endpoint, endpoint } from "../wire/endpoint.ts";
import { GlobalUnicast } from "../wire/global_unicast.ts";
import { ipv4Address } from "../wire/ipv4_address.ts";
import { ACTORS, vector } from "../tests/vectors/vectors.ts";

const CONFIG = {
  primary: ACTORS.s1,
  secondary: ACTORS.s1Secondary,
  globalUnicast: new GlobalUnicast("rfc4380"),
  random: (octets: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(octets),
  limits: "off",
} as const;

let octets = 0;
let refused = 0;

/** Looks at what it is handed, so that nothing is optimised away. */
const SINK: ServerSink = {
  datagram: (_to, _via, bytes) => octets += bytes.length,
  packet: (ipv6) => octets += ipv6.length,
  event: () => {},
  drop: () => refused++,
};

const server = new Server(CONFIG);
const secure = new Server({
  ...CONFIG,
  secrets: new SecretTable([[ACTORS.identifier, { secret: ACTORS.secret, retired: false }]]),
});
const limited = new Server({ ...CONFIG, limits: SERVER_LIMITS });

function bench(name: string, machine: Server, payload: Uint8Array, from: Endpoint): void {
  Deno.bench(name, () => machine.handleDatagram(payload, from, "primary", 0, SINK));
}

const v2 = vector("V2").payload;
bench("solicitation with nonce -> advertisement", server, v2, ACTORS.a);
bench("solicitation without -> advertisement", server, vector("V1").payload, ACTORS.a);
bench("secure solicitation -> advertisement", secure, vector("V6").payload, ACTORS.a);
bench("bubble of a relay -> client", server, vector("V11").payload, ACTORS.relay);
bench("bubble of a client -> another server's client", server, vector("V9").payload, ACTORS.a);
bench("echo of a client -> native host", server, vector("V14").payload, ACTORS.a);
bench("data, dropped", server, new Uint8Array(1280).fill(0x60), ACTORS.a);

let source = addressOf(ACTORS.a) as number;
Deno.bench("limited: solicitation with nonce, each from another address", () => {
  source = (source + 0x9e3779b1) >>> 0;
  const from = endpoint(ipv4Address(source & 0x7fffff | 0x0b000000), 4096);
  limited.handleDatagram(v2, from, "primary", 0, SINK);
});

let now = 0;
Deno.bench("limited: solicitation with nonce, all from one address", () => {
  now += 200;
  limited.handleDatagram(v2, ACTORS.a, "primary", now, SINK);
});
