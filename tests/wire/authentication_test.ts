import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type Authentication,
  authenticationLength,
  authenticationValue,
  encodeAuthentication,
  HMAC_LENGTH,
  isAuthentic,
  nonceOnly,
  parseAuthentication,
} from "../../wire/authentication.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { ACTORS, hex, vector } from "../vectors/vectors.ts";

const elements: fc.Arbitrary<Authentication> = fc.record({
  identifier: fc.uint8Array({ maxLength: 255 }),
  value: fc.uint8Array({ maxLength: 255 }),
  nonce: fc.uint8Array({ minLength: 8, maxLength: 8 }),
  confirmation: fc.nat(255),
});

Deno.test("P-09: an element of every identifier and value length is read", () => {
  const content = new Uint8Array(13 + 255 + 255).map((_, i) => i);
  for (let identifierLength = 0; identifierLength <= 255; identifierLength++) {
    for (let valueLength = 0; valueLength <= 255; valueLength++) {
      const length = 13 + identifierLength + valueLength;
      const datagram = content.subarray(0, length);
      datagram.set([0, 1, identifierLength, valueLength]);
      const element = parseAuthentication(datagram);
      const fits = typeof element === "object" &&
        element.identifier.length === identifierLength && element.value.length === valueLength &&
        element.nonce.byteOffset === 4 + identifierLength + valueLength &&
        element.nonce.length === 8 && element.confirmation === datagram[length - 1];
      assert(fits, `${identifierLength}, ${valueLength}`);
      const truncated = parseAuthentication(datagram.subarray(0, length - 1));
      assert(truncated === "authentication_truncated", `${identifierLength}, ${valueLength}`);
    }
  }
});

Deno.test("P-09: an element that ends early, wherever that is, is truncated", () => {
  const whole = encodeAuthentication({
    identifier: ACTORS.identifier,
    value: new Uint8Array(HMAC_LENGTH),
    nonce: ACTORS.nonce,
    confirmation: 0,
  });
  for (let length = 0; length < whole.length; length++) {
    assertEquals(parseAuthentication(whole.subarray(0, length)), "authentication_truncated");
  }
});

Deno.test("any authentication element survives encoding and parsing", () => {
  fc.assert(fc.property(elements, fc.uint8Array({ maxLength: 9 }), (element, behind) => {
    const octets = encodeAuthentication(element);
    assertEquals(octets.length, authenticationLength(element));
    const read = parseAuthentication(new Uint8Array([...octets, ...behind]));
    assert(typeof read === "object");
    assertEquals(encodeAuthentication(read), octets);
    assertEquals(read.nonce.toHex(), element.nonce.toHex());
  }));
});

Deno.test("a nonce alone makes thirteen octets", () => {
  assertEquals(
    encodeAuthentication(nonceOnly(ACTORS.nonce)),
    hex("00010000a1b2c3d4e5f6071800"),
  );
});

Deno.test("encoding an element too long for its length octets throws", () => {
  const good = nonceOnly(ACTORS.nonce);
  const long = new Uint8Array(256);
  for (const bad of [{ identifier: long }, { value: long }, { nonce: new Uint8Array(4) }]) {
    assertThrows(() => encodeAuthentication({ ...good, ...bad }), RangeError, "Cannot encode");
  }
});

for (const name of ["V6", "V7"]) {
  Deno.test(`P-13: the HMAC-SHA1 of ${name} is computed and verified`, () => {
    const { payload, hmac } = vector(name);
    const { identifier, value, content } = signed(payload)!;
    assertEquals(identifier.toHex(), ACTORS.identifier.toHex());
    assertEquals(authenticationValue(ACTORS.secret, content), hmac!.value);
    assert(isAuthentic(value, ACTORS.secret, content));
    assert(!isAuthentic(value, hex("00"), content));
  });

  Deno.test(`P-13: no octet that the HMAC of ${name} covers can be altered`, () => {
    const { payload, hmac } = vector(name);
    for (let i = payload.length - hmac!.input.length; i < payload.length; i++) {
      const altered = payload.slice();
      altered[i]! ^= 0x01;
      const packet = signed(altered);
      const isAccepted = packet && isAuthentic(packet.value, ACTORS.secret, packet.content);
      assert(!isAccepted, `octet ${i}`);
    }
  });
}

/**
 * Identifier and value of a datagram, and what the value covers; `undefined` if it is malformed.
 */
function signed(datagram: Uint8Array) {
  const packet = parseTeredoPacket(datagram);
  if (typeof packet === "string" || packet.authentication === undefined) return undefined;
  const { authentication: { identifier, value, nonce, confirmation }, origin, ipv6 } = packet;
  return { identifier, value, content: { nonce, confirmation, origin, ipv6 } };
}

Deno.test("an authentication value of another length authenticates nothing and throws nothing", () => {
  const content = { nonce: ACTORS.nonce, confirmation: 0, origin: undefined, ipv6: hex("60") };
  const value = authenticationValue(ACTORS.secret, content);
  assert(isAuthentic(value, ACTORS.secret, content));
  for (const other of [hex(""), value.subarray(0, 19), new Uint8Array([...value, 0])]) {
    assert(!isAuthentic(other, ACTORS.secret, content));
  }
});
