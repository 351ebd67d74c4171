import { assert, assertEquals } from "@std/assert";
import type { DropReason } from "../../../protocol/drop_reason.ts";
import { authenticationValue, nonceOnly } from "../../../wire/authentication.ts";
import { writeIcmpv6Checksum } from "../../../wire/checksum.ts";
import { concatOctets, setU16 } from "../../../memory/octets.ts";
import { parseTeredoPacket } from "../../../wire/teredo_packet.ts";
import { ACTORS, at, hex, ip6, negative, vector } from "../../vectors/vectors.ts";
import {
  type AnswerOptions,
  ClientFixture,
  portOf,
  S1,
  S2,
  vectorRandom,
} from "../client_fixture.ts";

const PRIMARY = portOf(S1, "primary");
const CREDENTIALS = { identifier: ACTORS.identifier, secret: ACTORS.secret };

/** Offsets in a Router Advertisement as an IPv6 packet. */
const HOP_LIMIT = 7;
const IPV6_SOURCE = 8;
const IPV6_DESTINATION = 24;
const ICMPV6_CODE = 41;
const CHECKSUM = 42;
const PREFIX_OPTION = 56;
const PREFIX = 72;

/** The octets at `offset` are others; the checksum is right all the same. */
function patch(offset: number, octets: Uint8Array): (bytes: Uint8Array<ArrayBuffer>) => Uint8Array {
  return (bytes) => {
    bytes.set(octets, offset);
    writeIcmpv6Checksum(bytes);
    return bytes;
  };
}

/** More octets behind the options. */
function append(octets: Uint8Array): (bytes: Uint8Array<ArrayBuffer>) => Uint8Array {
  return (bytes) => {
    const longer = concatOctets(bytes, octets);
    setU16(longer, 4, longer.length - 40);
    writeIcmpv6Checksum(longer);
    return longer;
  };
}

/** Asserts that an answer is dropped in every phase, changes nothing and answers nothing. */
function assertRefused(options: AnswerOptions, reason: DropReason): void {
  const fixture = new ClientFixture().wait(0);
  for (const phase of ["primary", "secondary"] as const) {
    const [sent] = fixture.solicitations;
    fixture.answerTo(sent!, options);
    assertEquals(fixture.dropped, reason, phase);
    assertEquals([fixture.sink.datagrams, fixture.sink.events], [[], []], phase);
    assertEquals(fixture.state, "qualifying");
    fixture.answerTo(sent!);
  }
  assertEquals(fixture.state, "qualified");
  const { address } = fixture;
  fixture.wait(30_000).answer(options);
  assertEquals(fixture.dropped, reason, "refresh");
  assertEquals(fixture.address, address);
}

Deno.test("C-07, N18: an advertisement with another nonce is dropped", () => {
  const fixture = new ClientFixture({ random: vectorRandom() }).wait(0);
  fixture.receive(negative("N18").payload, PRIMARY);
  assertEquals(fixture.dropped, "nonce_mismatch");
  assertEquals(fixture.sink.datagrams, []);
  assertRefused({ authentication: nonceOnly(hex("0011223344556677")) }, "nonce_mismatch");
});

Deno.test("C-07, V22: an advertisement without authentication is dropped", () => {
  const fixture = new ClientFixture({ random: vectorRandom() }).wait(0);
  fixture.receive(vector("V22").payload, PRIMARY);
  assertEquals(fixture.dropped, "nonce_mismatch");
  assertRefused({ authentication: undefined }, "nonce_mismatch");
});

Deno.test("C-07: an advertisement from elsewhere than the solicited address and port is dropped", () => {
  assertRefused({ from: ACTORS.relay }, "advertisement_unexpected");
  assertRefused({ from: at("203.0.113.120:3545") }, "advertisement_unexpected");
  const fixture = new ClientFixture().wait(0).answer({ from: portOf(S1, "secondary") });
  assertEquals(fixture.dropped, "advertisement_unexpected");
});

Deno.test("C-08, N21: an advertisement without origin indication is dropped", () => {
  const fixture = new ClientFixture({ random: vectorRandom() }).wait(0);
  assertEquals(fixture.receive(negative("N21").payload, PRIMARY).dropped, "origin_missing");
  assertRefused({ mapping: null }, "origin_missing");
});

Deno.test("C-08, P-06: a mapping that is not global, or has port 0, is dropped", () => {
  for (const mapping of ["10.0.0.1:4096", "224.0.0.1:4096", "127.0.0.1:4096", "192.0.2.1:0"]) {
    assertRefused({ mapping: at(mapping) }, "origin_not_global");
  }
});

Deno.test("C-08: an origin at the server's own socket would make it our mapping, and is refused", () => {
  for (const which of ["primary", "secondary"] as const) {
    const fixture = new ClientFixture().wait(0);
    if (which === "secondary") fixture.answer();
    const { to } = fixture.solicitations.at(-1)!;
    fixture.answer({ mapping: to });
    assertEquals(fixture.sink.drops, ["loop"], which);
    assertEquals(fixture.client.status(fixture.now).state, "qualifying");
  }
});

Deno.test("C-08, N20: an advertisement with two prefixes, or with none, is dropped", () => {
  const fixture = new ClientFixture({ random: vectorRandom() }).wait(0);
  assertEquals(fixture.receive(negative("N20").payload, PRIMARY).dropped, "prefix_invalid");
  assertRefused({ alter: (bytes) => append(bytes.slice(PREFIX_OPTION))(bytes) }, "prefix_invalid");
  assertRefused({ alter: patch(PREFIX_OPTION, hex("63")) }, "prefix_invalid");
});

Deno.test("C-08, N22: a prefix of another server, length or kind is dropped", () => {
  const fixture = new ClientFixture({ random: vectorRandom() }).wait(0);
  assertEquals(fixture.receive(negative("N22").payload, PRIMARY).dropped, "prefix_invalid");
  assertRefused({ server: S2 }, "prefix_invalid");
  assertRefused({ alter: patch(PREFIX, ip6("3ffe:831f:cb00:7178::")) }, "prefix_invalid");
  assertRefused({ alter: patch(PREFIX_OPTION + 2, hex("3f")) }, "prefix_invalid");
  assertRefused({ server: { primary: S1.secondary, secondary: S1.primary } }, "prefix_invalid");
});

Deno.test("C-08: an advertisement to another address than our solicitation's source is dropped", () => {
  const alter = patch(IPV6_DESTINATION, ip6("fe80::ffff:ffff:ffff"));
  assertRefused({ alter }, "advertisement_unexpected");
});

Deno.test("C-09: an advertisement that fails neighbour discovery's checks is dropped", () => {
  const invalid = "router_advertisement_invalid";
  assertRefused({ alter: patch(HOP_LIMIT, hex("fe")) }, invalid);
  assertRefused({ alter: patch(ICMPV6_CODE, hex("01")) }, invalid);
  assertRefused({ alter: patch(IPV6_SOURCE, ip6("2001:db8::1")) }, invalid);
  assertRefused({ alter: append(hex("0500000000000500")) }, invalid);
  assertRefused({ alter: append(hex("050200000000")) }, invalid);
  const short = (bytes: Uint8Array) => append(new Uint8Array(0))(bytes.slice(0, 40 + 15));
  assertRefused({ alter: short }, invalid);
  const spoil = (bytes: Uint8Array) => {
    bytes[CHECKSUM]! ^= 1;
    return bytes;
  };
  assertRefused({ alter: spoil }, "icmpv6_checksum");
});

Deno.test("C-09: an MTU option outside of 1280 to 65535 drops the advertisement", () => {
  assertRefused({ mtu: 1279 }, "mtu_invalid");
  assertRefused({ mtu: 65_536 }, "mtu_invalid");
});

Deno.test("the host bits of the prefix are ignored: Microsoft's servers leave garbage there", () => {
  const alter = patch(PREFIX + 8, hex("0123456789abcdef"));
  const fixture = new ClientFixture().wait(0).answer({ alter }).answer({ alter });
  assertEquals(fixture.state, "qualified");
});

Deno.test("unknown options are skipped", () => {
  const alter = append(hex("f001000000000000"));
  const fixture = new ClientFixture().wait(0).answer({ alter }).answer({ alter });
  assertEquals(fixture.state, "qualified");
});

Deno.test("C-10, V23: a confirmation other than 0 asks for a new key and does not qualify", () => {
  const fixture = new ClientFixture({ random: vectorRandom() }).wait(0);
  fixture.receive(vector("V23").payload, vector("V23").source);
  assertEquals(fixture.state, "offline");
  assertEquals(fixture.client.status(fixture.now).offline!.reason, "new_key_needed");
  assertEquals(fixture.address, undefined);
});

Deno.test("C-10: a new key asked for at a refresh ends the address", () => {
  const fixture = new ClientFixture().qualify().wait(30_000);
  const [sent] = fixture.solicitations;
  const packet = parseTeredoPacket(sent!.bytes);
  assert(typeof packet !== "string");
  fixture.answerTo(sent!, { authentication: { ...packet.authentication!, confirmation: 1 } });
  assertEquals(fixture.client.status(fixture.now).offline!.reason, "new_key_needed");
  assertEquals(fixture.sink.events[0]!.type, "offline");
});

Deno.test("C-11: a secure client sends V6 and believes V7", () => {
  const fixture = new ClientFixture({ random: vectorRandom(), credentials: CREDENTIALS }).wait(0);
  assertEquals(fixture.sink.datagrams[0]!.bytes, vector("V6").payload);
  fixture.receive(vector("V7").payload, vector("V7").source);
  assertEquals(fixture.targets, ["203.0.113.121:3544"]);
  fixture.receive(vector("V7").payload, portOf(S1, "secondary"));
  assertEquals(fixture.state, "qualified");
});

Deno.test("C-11: a secure client drops V4, which has the nonce but no authentication value", () => {
  const fixture = new ClientFixture({ random: vectorRandom(), credentials: CREDENTIALS }).wait(0);
  fixture.receive(vector("V4").payload, vector("V4").source);
  assertEquals(fixture.dropped, "authentication_failed");
});

Deno.test("a server that proves nothing is distinguished from one that does not answer", () => {
  const reasonAfter = (answer: (fixture: ClientFixture) => void) => {
    const fixture = new ClientFixture({ random: vectorRandom(), credentials: CREDENTIALS }).wait(0);
    answer(fixture);
    return fixture.waitFor("offline").client.status(fixture.now).offline!.reason;
  };
  const unproved = vector("V4");
  assertEquals(
    reasonAfter((fixture) => fixture.receive(unproved.payload, unproved.source)),
    "authentication_failed",
  );
  const stranger = portOf(S1, "secondary");
  assertEquals(
    reasonAfter((fixture) => fixture.receive(unproved.payload, stranger)),
    "no_reply_from_primary",
  );
});

Deno.test("an unproved answer does not shut out an authentic one", () => {
  const fixture = new ClientFixture({ random: vectorRandom(), credentials: CREDENTIALS }).wait(0);
  fixture.receive(vector("V4").payload, vector("V4").source);
  fixture.receive(vector("V7").payload, vector("V7").source);
  fixture.receive(vector("V7").payload, portOf(S1, "secondary"));
  assertEquals(fixture.state, "qualified");
});

Deno.test("C-11: every octet of V7 that the value covers, and the identifier, counts", () => {
  const fixture = new ClientFixture({ random: vectorRandom(), credentials: CREDENTIALS }).wait(0);
  const { payload, source } = vector("V7");
  for (let i = 0; i < payload.length; i++) {
    const forged = payload.slice();
    forged[i]! ^= 0x01;
    fixture.receive(forged, source);
    assert(fixture.dropped !== undefined, `octet ${i}`);
    assertEquals(fixture.sink.datagrams, [], `octet ${i}`);
  }
  assertEquals(fixture.receive(payload, source).dropped, undefined);
});

Deno.test("C-11: a value under another secret is dropped", () => {
  const secret = new TextEncoder().encode("another secret");
  const fixture = new ClientFixture({ credentials: { ...CREDENTIALS, secret } }).wait(0);
  const [sent] = fixture.solicitations;
  const packet = parseTeredoPacket(sent!.bytes);
  assert(typeof packet !== "string");
  const plain = parseTeredoPacket(fixture.answerFor(sent!));
  assert(typeof plain !== "string");
  const { nonce } = packet.authentication!;
  const content = { nonce, confirmation: 0, origin: plain.origin, ipv6: plain.ipv6 };
  const { identifier } = ACTORS;
  const sign = (key: Uint8Array) => {
    const authentication = { identifier, value: authenticationValue(key, content), nonce };
    return fixture.answerTo(sent!, { authentication: { ...authentication, confirmation: 0 } });
  };
  assertEquals(sign(ACTORS.secret).dropped, "authentication_failed");
  assertEquals(sign(secret).dropped, undefined);
});

Deno.test("unsolicited advertisements are dropped: late, repeated and off-line ones", () => {
  const fixture = new ClientFixture().wait(0);
  const [sent] = fixture.solicitations;
  fixture.answerTo(sent!);
  assertEquals(fixture.answerTo(sent!).dropped, "advertisement_unexpected");
  fixture.waitFor("offline");
  assertEquals(fixture.answerTo(sent!).dropped, "advertisement_unexpected");
});
