import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { explainPacket } from "../../../cli/decode/packet.ts";
import { parseHexadecimal } from "../../../cli/decode/hexadecimal.ts";
import { parseTeredoPacket } from "../../../wire/teredo_packet.ts";
import { captures, negatives, vector, vectors } from "../../vectors/vectors.ts";
import { run } from "../recording.ts";

/** The octets that fields are made of, one behind the other. */
function joined(payload: Uint8Array): string {
  let offset = 0;
  return explainPacket(payload).fields.map((field) => {
    assertEquals(field.offset, offset, `${field.name} follows without a gap`);
    offset += field.octets.length / 2;
    return field.octets;
  }).join("");
}

for (const { name, purpose, payload, fields } of vectors) {
  Deno.test(`decode: ${name}, ${purpose}, is cut where another decoder cuts it`, () => {
    assertEquals(joined(payload), payload.toHex());
    const found = explainPacket(payload);
    assertEquals(found.malformed, null);
    const offsets = new Set(found.fields.map(({ offset }) => offset));
    assertEquals(fields.filter(({ offset }) => !offsets.has(offset)), []);
  });
}

Deno.test("decode: captured and hostile packets are explained to their last octet", () => {
  for (const { payload } of [...captures, ...negatives]) {
    assertEquals(joined(payload), payload.toHex());
    const reason = parseTeredoPacket(payload);
    if (typeof reason === "string") assertEquals(explainPacket(payload).malformed, reason);
  }
});

Deno.test("decode: whatever the octets, all are explained and nothing throws", () => {
  const payloads = vectors.map(({ payload }) => payload);
  fc.assert(
    fc.property(
      fc.constantFrom(...payloads),
      fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 5 }),
      fc.nat(200),
      (payload, changes, length) => {
        const mutated = payload.slice(0, length);
        for (const [at, value] of changes) if (at < mutated.length) mutated[at] = value;
        assertEquals(joined(mutated), mutated.toHex());
      },
    ),
  );
});

const KINDS: readonly (readonly [vector: string, kind: string])[] = [
  ["V1", "ICMPv6 Router Solicitation"],
  ["V2", "ICMPv6 Router Solicitation, with a nonce"],
  ["V7", "ICMPv6 Router Advertisement, with authentication and an origin indication"],
  ["V8", "Bubble"],
  ["V10", "Bubble, with an origin indication"],
  ["V14", "ICMPv6 Echo Request"],
  ["V17", "Bubble, with trailers"],
];

for (const [name, kind] of KINDS) {
  Deno.test(`decode: ${name} is called "${kind}"`, () => {
    assertEquals(explainPacket(vector(name).payload).kind, kind);
  });
}

const MEANINGS: readonly (readonly [vector: string, field: string, meaning: string])[] = [
  ["V4", "origin address", "complemented: 192.0.2.1"],
  ["V4", "origin port", "complemented: 4096"],
  ["V4", "prefix", "2001:0:cb00:7178::/64"],
  ["V4", "MTU", "1280"],
  ["V6", "client identifier", '"client-a"'],
  ["V23", "confirmation", "the client needs a new key"],
  ["V18", "alternate address", "192.168.1.10:40000"],
  ["V20", "trailer value", "0: solicitation"],
  [
    "V8",
    "source",
    "2001:0:cb00:7178:385c:efff:3fff:fdfe: the client seen at 192.0.2.1:4096, " +
    "of server 203.0.113.120, flags 385c",
  ],
];

for (const [name, field, meaning] of MEANINGS) {
  Deno.test(`decode: ${field} of ${name} means ${meaning}`, () => {
    const { fields } = explainPacket(vector(name).payload);
    assertEquals(fields.find((each) => each.name === field)?.meaning, meaning);
  });
}

Deno.test("decode: a wrong checksum is said to be wrong, with the right one", () => {
  const { payload } = vector("V1");
  payload[43]! ^= 1;
  const { fields, malformed } = explainPacket(payload);
  assertEquals(malformed, "icmpv6_checksum");
  assertEquals(
    fields.find(({ name }) => name === "checksum")?.meaning,
    "wrong: 7d38 would be right",
  );
});

Deno.test("decode: a packet as JSON", async () => {
  const digits = vector("V8").payload.toHex();
  const { code, stdout, stderr } = await run("decode", digits, "--json");
  assertEquals([code, stderr], [0, ""]);
  const { kind, fields, malformed } = JSON.parse(stdout);
  assertEquals([kind, malformed], ["Bubble", null]);
  assertEquals(fields[0], {
    offset: 0,
    octets: "60000000",
    name: "version, class, flow",
    meaning: "version 6, traffic class 0, flow label 00000",
  });
});

Deno.test("decode: what is dropped is explained, with the reason and code 1", async () => {
  const { code, stdout, stderr } = await run("decode", "00 00 ef ff 3f");
  assertEquals(code, 1);
  assertStringIncludes(stdout, "origin port");
  assertStringIncludes(stdout, "cut off: 3 of 4 octets are missing");
  assertEquals(
    stderr,
    "teredo: Every Teredo node drops this: origin_truncated, the origin indication is cut off\n",
  );
});

Deno.test("decode: octets are read as people copy them", () => {
  const texts = [
    ...["0a0B", "0x0a0b", "0a 0b", " 0a0b\n", "0a:0b", "0A-0B"],
    ...["0x0a, 0x0b", "\\x0a\\x0b", "0a\r\n0b\n"],
    ...["0000  0a 0b  ab", "\t0x0000:  0a0b  ..\n", "00000000: 0a0b                 ab"],
    "00000000  0a 0b    |..|\n00000002\n",
  ];
  for (const text of texts) {
    const octets = parseHexadecimal(text);
    assert(octets instanceof Uint8Array, text);
    assertEquals([...octets], [10, 11], text);
  }
  for (const text of ["", " ", "0a:b", "2001:0:1", "0g", "hello", "0x"]) {
    assertEquals(parseHexadecimal(text), undefined, text);
  }
  assertEquals(parseHexadecimal("abc"), "odd");
});

Deno.test("decode: lines of a dump are joined without their offsets and texts", () => {
  const octets = "6000000000003b15fe8000000000000000000000000000012001";
  const dumps = {
    wireshark: `0000   60 00 00 00 00 00 3b 15 fe 80 00 00 00 00 00 00   \`.....;.........
0010   00 00 00 00 00 00 00 01 20 01                     ........ .`,
    tcpdump: `\t0x0000:  6000 0000 0000 3b15 fe80 0000 0000 0000  \`.....;.........
\t0x0010:  0000 0000 0000 0001 2001                 ........|.`,
    hexdump: `00000000  60 00 00 00 00 00 3b 15  fe 80 00 00 00 00 00 00  |\`.....;.........|
00000010  00 00 00 00 00 00 00 01  20 01                    |........ .|
0000001a`,
  };
  for (const [program, dump] of Object.entries(dumps)) {
    const found = parseHexadecimal(dump);
    assert(found instanceof Uint8Array, program);
    assertEquals(found.toHex(), octets, program);
  }
});

Deno.test("decode: a message that its IPv6 header cuts short takes no octets of what follows", () => {
  // An advertisement of four octets, then a trailer.
  const text = `600000000004 3aff ${"00".repeat(32)} 8600abcd 0404aabbccdd`;
  const payload = parseHexadecimal(text) as Uint8Array;
  assertEquals(joined(payload), payload.toHex());
  const names = explainPacket(payload).fields.slice(6).map(({ name }) => name);
  assertEquals(names, [
    ...["type", "code", "checksum"],
    ...["trailer", "trailer length", "trailer value"],
  ]);
});

Deno.test("decode: an origin indication that is cut off tells what is there", () => {
  const { fields } = explainPacket(parseHexadecimal("0000efff3f") as Uint8Array);
  assertEquals(fields.map(({ meaning }) => meaning), [
    "an origin indication follows",
    "complemented: 4096",
    "cut off: 3 of 4 octets are missing",
  ]);
});

Deno.test("decode: a datagram with its IPv4 and UDP headers is taken out of them", () => {
  for (const { payload } of vectors) {
    const headers = parseHexadecimal(
      "46000000 00004000 40110000 c0000201 cb007178 01010101 10000dd8 00000000",
    ) as Uint8Array;
    const datagram = new Uint8Array([...headers, ...payload]);
    assertEquals(joined(datagram), datagram.toHex());
    const { kind, malformed, fields } = explainPacket(datagram);
    const inner = explainPacket(payload);
    assertEquals(
      [kind, malformed],
      [`${inner.kind}, from 192.0.2.1:4096 to 203.0.113.120:3544`, null],
    );
    const ofPayload = fields.filter(({ offset }) => offset >= headers.length);
    assertEquals(
      ofPayload.map(({ octets, name, meaning }) => [octets, name, meaning]),
      inner.fields.map(({ octets, name, meaning }) => [octets, name, meaning]),
    );
  }
});

Deno.test("decode: octets may be several words", async () => {
  const digits = vector("V8").payload.toHex();
  const whole = await run("decode", digits);
  assertEquals(await run("decode", ...digits.match(/.{1,4}/g)!), whole);
});

Deno.test("decode: an odd digit too many is a mistake of usage", async () => {
  const { code, stdout, stderr } = await run("decode", "600");
  assertEquals([code, stdout], [2, ""]);
  assertStringIncludes(stderr, 'Cannot decode "600": it has an odd number of digits');
});
