import { assertEquals } from "@std/assert";
import { SERVER_DEFAULTS } from "../../server/server_config.ts";
import { SecretTable } from "../../server/secret_store.ts";
import { encodeAuthentication, nonceOnly } from "../../wire/authentication.ts";
import { writeIcmpv6Checksum } from "../../wire/checksum.ts";
import { plainSolicitationAt } from "../../wire/plain_solicitation.ts";
import { concatOctets } from "../../memory/octets.ts";
import fc from "../../tools/fast_check.ts";
import { ACTORS, at, vectors } from "../vectors/vectors.ts";
import { CONE_SOLICITATION, S1_SOCKET, ServerFixture, SOLICITATION } from "./server_fixture.ts";

Deno.test("solicitations without options are recognised, alone or behind a nonce, and nothing else is", () => {
  const found = vectors.filter(({ payload }) => plainSolicitationAt(payload) >= 0);
  assertEquals(found.map(({ name, payload }) => `${name}: ${plainSolicitationAt(payload)}`), [
    "V1: 0",
    "V2: 13",
    "V3: 13",
  ]);
});

const NONCE = encodeAuthentication(nonceOnly(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)));
const SHAPES = [SOLICITATION, CONE_SOLICITATION].flatMap((it) => [it, concatOctets(NONCE, it)]);

/** Octets that say where something ends: to change them moves all that follows. */
function isLength(datagram: Uint8Array, offset: number): boolean {
  const start = datagram.length - SOLICITATION.length;
  return start > 0 && (offset === 2 || offset === 3) || offset === start + 4 ||
    offset === start + 5;
}

/** A solicitation with an octet changed, its checksum right all the same or not. */
const datagrams = fc.constantFrom(...SHAPES).chain((shape) =>
  fc.tuple(fc.nat(shape.length - 1), fc.nat(255), fc.boolean()).map(([offset, value, isMended]) => {
    const datagram = shape.slice();
    if (!isLength(shape, offset)) datagram[offset] = value;
    if (isMended) writeIcmpv6Checksum(datagram.subarray(shape.length - SOLICITATION.length));
    return datagram;
  })
);

Deno.test("a solicitation of the usual shape is treated like one with a trailer, which is none", () => {
  const secret = { secret: ACTORS.secret, retired: false };
  const configs = [
    {},
    { secondary: undefined },
    { requireNonce: true },
    { limits: SERVER_DEFAULTS.limits },
    { secrets: new SecretTable([[ACTORS.identifier, secret]]) },
  ];
  const pairs = configs.map((it) => [new ServerFixture(it), new ServerFixture(it)] as const);
  const sources = [ACTORS.a, at("10.0.0.1:4096"), S1_SOCKET];
  let now = 0;
  fc.assert(
    fc.property(
      datagrams,
      fc.constantFrom(...pairs),
      fc.constantFrom(...sources),
      fc.constantFrom("primary" as const, "secondary" as const),
      (datagram, [usual, general], from, via) => {
        now += 50;
        usual.receive(datagram, from, via, now);
        general.receive(concatOctets(datagram, Uint8Array.of(0)), from, via, now);
        assertEquals(usual.dropped, general.dropped);
        assertEquals(usual.sent, general.sent);
        assertEquals(usual.sink.datagrams, general.sink.datagrams);
        assertEquals(usual.server.status(), general.server.status());
      },
    ),
    { numRuns: 5000 },
  );
});
