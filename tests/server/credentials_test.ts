import { assertEquals } from "@std/assert";
import { type ClientSecret, SecretTable } from "../../server/secret_store.ts";
import {
  type Authentication,
  authenticationValue,
  isAuthentic,
  nonceOnly,
} from "../../wire/authentication.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import { encodeTeredoPacket, parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { ACTORS, negative, sizes, vector } from "../vectors/vectors.ts";
import { CONE_SOLICITATION, ServerFixture, SOLICITATION } from "./server_fixture.ts";

const { identifier, secret, nonce } = ACTORS;

function secureServer(client: Partial<ClientSecret> = {}): ServerFixture {
  const secrets = new SecretTable([[identifier, { secret, retired: false, ...client }]]);
  return new ServerFixture({ secrets });
}

/** A solicitation with the value that belongs to it, but for what is given. */
function solicitation(
  changes: Partial<Authentication> = {},
  ipv6: Uint8Array = SOLICITATION,
): Uint8Array {
  const content = { nonce, confirmation: 0, origin: undefined, ipv6: SOLICITATION };
  const value = authenticationValue(secret, content);
  const authentication = { identifier, value, nonce, confirmation: 0, ...changes };
  return encodeTeredoPacket({ authentication, ipv6 });
}

Deno.test("S-05: a secure server drops solicitations without an authentication element", () => {
  assertEquals(secureServer().receive(vector("V1").payload).dropped, "authentication_missing");
});

Deno.test("S-05: a secure server drops solicitations whose authentication fails", () => {
  const failures = {
    "N19, a wrong value": negative("N19").payload,
    "a nonce alone": encodeTeredoPacket({ authentication: nonceOnly(nonce), ipv6: SOLICITATION }),
    "another identifier": solicitation({ identifier: new TextEncoder().encode("client-b") }),
    "no identifier": solicitation({ identifier: new Uint8Array(0) }),
    "a value of 19 octets": solicitation({ value: vector("V7").hmac!.value.slice(0, 19) }),
    "a value of 16 octets, as of MD5": solicitation({ value: new Uint8Array(16) }),
    "a value of 255 octets": solicitation({ value: new Uint8Array(255) }),
    "another nonce": solicitation({ nonce: new Uint8Array(8) }),
    "another confirmation": solicitation({ confirmation: 1 }),
    "another IPv6 packet": solicitation({}, CONE_SOLICITATION),
  };
  for (const [what, payload] of Object.entries(failures)) {
    assertEquals(secureServer().receive(payload).dropped, "authentication_failed", what);
  }
  assertEquals(secureServer().receive(solicitation()).dropped, undefined);
});

Deno.test("S-05: a refused client is reported with its identifier, endpoint and the cause", () => {
  const bob = new TextEncoder().encode("bob");
  const none = new Uint8Array(0);
  const cases = [
    [vector("V1").payload, none, "no_identifier"],
    [
      encodeTeredoPacket({ authentication: nonceOnly(nonce), ipv6: SOLICITATION }),
      none,
      "no_identifier",
    ],
    [solicitation({ identifier: bob }), bob, "unknown_identifier"],
    [negative("N19").payload, identifier, "wrong_secret"],
  ] as const;
  for (const [payload, identifier, cause] of cases) {
    const { events } = secureServer().receive(payload).sink;
    assertEquals(events, [{ type: "client_refused", cause, identifier, client: ACTORS.a }]);
  }
});

Deno.test("S-05: refusals are reported once a minute for each client, and 16 times altogether", () => {
  const server = secureServer();
  const reports = (identifier: string, from: Endpoint, now: number) => {
    const bytes = new TextEncoder().encode(identifier);
    const payload = solicitation({ identifier: bytes });
    return server.receive(payload, from, "primary", now).sink.events.length;
  };
  assertEquals([reports("bob", ACTORS.a, 0), reports("bob", ACTORS.a, 4_000)], [1, 0]);
  assertEquals([reports("eve", ACTORS.a, 4_000), reports("bob", ACTORS.b, 4_000)], [1, 1]);
  assertEquals(reports("bob", ACTORS.a, 60_000), 1);
  let flood = 0;
  for (let i = 0; i < 10_000; i++) flood += reports(`forged ${i}`, ACTORS.a, 61_000 + i / 1000);
  assertEquals(flood, 13);
});

Deno.test("S-19: a retired identifier is reported once a minute", () => {
  const fixture = secureServer({ retired: true });
  const reports = [0, 4_000, 8_000, 60_000].map((now) =>
    fixture.receive(vector("V6").payload, ACTORS.a, "primary", now).sink.events.length
  );
  assertEquals(reports, [1, 0, 0, 1]);
});

Deno.test("S-05: a secure server forwards bubbles as any other", () => {
  assertEquals(secureServer().receive(vector("V11").payload, ACTORS.relay).sent.length, 1);
});

Deno.test("S-18, S-19: V6 is answered by V7, with the client's identifier and nonce", () => {
  const fixture = secureServer().receive(vector("V6").payload);
  assertEquals(fixture.sent, [`primary > 192.0.2.1:4096 ${vector("V7").payload.toHex()}`]);
  assertEquals(fixture.sink.events, []);
});

Deno.test("S-19: a retired identifier is answered by its old secret, and told to get a new key", () => {
  const fixture = secureServer({ retired: true }).receive(vector("V6").payload);
  const packet = parseTeredoPacket(fixture.sink.datagrams[0]!.bytes);
  if (typeof packet === "string") throw new Error(packet);
  const { authentication, origin, ipv6 } = packet;
  assertEquals(authentication!.confirmation, 1);
  const content = { nonce, confirmation: 1, origin, ipv6 };
  assertEquals(isAuthentic(authentication!.value, secret, content), true);
  assertEquals(fixture.sink.events, [{ type: "retired_key_used", identifier, client: ACTORS.a }]);
});

Deno.test("S-18: identifiers of every length are echoed", () => {
  for (const length of [1, 20, 254, 255]) {
    const long = new Uint8Array(length).fill(7);
    const secrets = new SecretTable([[long, { secret, retired: false }]]);
    const fixture = new ServerFixture({ secrets }).receive(solicitation({ identifier: long }));
    const packet = parseTeredoPacket(fixture.sink.datagrams[0]!.bytes);
    if (typeof packet === "string") throw new Error(packet);
    assertEquals(packet.authentication!.identifier, long);
  }
});

Deno.test("S-28: the secure answer has the size of §12.2", () => {
  const { udpIn, udpOut } = sizes[3]!;
  assertEquals(vector("V6").payload.length, udpIn);
  const { datagrams } = secureServer().receive(vector("V6").payload).sink;
  assertEquals(datagrams[0]!.bytes.length, udpOut);
});

Deno.test("the last entry of an identifier counts", () => {
  const other = new TextEncoder().encode("another secret");
  const table = new SecretTable([
    [identifier, { secret: other, retired: false }],
    [identifier, { secret, retired: true }],
  ]);
  assertEquals(table.find(identifier.slice()), { secret, retired: true });
  assertEquals(table.find(identifier.subarray(1)), undefined);
});
