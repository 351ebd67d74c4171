import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { explainPacket } from "../../../cli/decode/packet.ts";
import { readHexDump } from "../../../cli/decode/hex_dump.ts";
import { readDigits } from "../../../cli/decode/hexadecimal.ts";
import { parseTeredoPacket } from "../../../wire/teredo_packet.ts";
import { captures, negatives, vector, vectors } from "../../vectors/vectors.ts";
import { run, runIn } from "../recording.ts";

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
    "wrong: 7d38 would be correct",
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
    "teredo: Every Teredo node drops this packet: origin_truncated, the origin indication is cut off\n",
  );
});

/** The only packet of a text. */
function onlyPacket(text: string): Uint8Array {
  const octets = readHexDump(text) ?? readDigits(text);
  assert(octets !== undefined && "packets" in octets, text);
  assertEquals(octets.packets.length, 1, text);
  return octets.packets[0]!;
}

Deno.test("decode: octets are read as people copy them", () => {
  const texts = [
    ...["0a0B", "0x0a0b", "0a 0b", " 0a0b\n", "0a:0b", "0A-0B"],
    ...["0x0a, 0x0b", "\\x0a\\x0b", "0a\r\n0b\n", "0a  0b"],
    ...["0000  0a 0b  ab", "\t0x0000:  0a0b  ..\n", "00000000: 0a0b                 ab"],
    "00000000  0a 0b    |..|\n00000002\n",
  ];
  for (const text of texts) assertEquals([...onlyPacket(text)], [10, 11], text);
  for (const text of ["", " ", "0a:b", "2001:0:1", "0g", "hello", "0x"]) {
    assertEquals([readHexDump(text), readDigits(text)], [undefined, undefined], text);
  }
  const problem = "it has an odd number of digits, but each octet takes two";
  assertEquals(readDigits("abc"), { problem });
  assertEquals(onlyPacket("60000000  00003b15").length, 8);
  assertEquals(onlyPacket("0000efff\n3ffffdfe").length, 8);
});

Deno.test("decode: lines of a dump are joined without their offsets and texts", () => {
  const octets = "6000000000003b15fe8000000000000000000000000000012001";
  const dumps = {
    wireshark: `0000   60 00 00 00 00 00 3b 15 fe 80 00 00 00 00 00 00   \`.....;.........
0010   00 00 00 00 00 00 00 01 20 01                     ........ .`,
    tcpdump: `\t0x0000:  6000 0000 0000 3b15 fe80 0000 0000 0000  \`.....;.........
\t0x0010:  0000 0000 0000 0001 2001                 ........|.`,
    "tcpdump, with text that looks like hexdump's":
      `\t0x0000:  6000 0000 0000 3b15 fe80 0000 0000 0000  |....;.........|
\t0x0010:  0000 0000 0000 0001 2001                 ab  |ab|`,
    "tcpdump -x": `\t0x0000:  6000 0000 0000 3b15 fe80 0000 0000 0000
\t0x0010:  0000 0000 0000 0001 2001`,
    xxd: `00000000: 6000 0000 0000 3b15 fe80 0000 0000 0000  \`.....;.........
00000010: 0000 0000 0000 0001 2001                 ........ .`,
    hexdump: `00000000  60 00 00 00 00 00 3b 15  fe 80 00 00 00 00 00 00  |\`.....;.........|
00000010  00 00 00 00 00 00 00 01  20 01                    |........ .|
0000001a`,
  };
  for (const [program, dump] of Object.entries(dumps)) {
    assertEquals(onlyPacket(dump).toHex(), octets, program);
  }
});

Deno.test("decode: a dump has as many packets as lines that count from 0", () => {
  const dump = `12:00:00.000005 IP6 fe80::1 > ff02::2: ICMP6, router solicitation
\t0x0000:  6000 0000
\t0x0004:  0000
12:00:01.000005 IP 192.0.2.1.4096 > 203.0.113.120.3544: UDP, length 40
\t0x0000:  4500

0000   60 01
0002   02 03
`;
  const found = readHexDump(dump);
  assert(found !== undefined && "packets" in found);
  assertEquals(found.packets.map((packet) => packet.toHex()), ["600000000000", "4500", "60010203"]);
});

Deno.test("decode: a dump from which a line is missing is refused, with the line", () => {
  const dump = "\t0x0000:  6000 0000\n\t0x0010:  0000";
  assertEquals(readHexDump(dump), {
    problem: "line 2 counts 16 octets before it, where there are 4",
  });
});

Deno.test("decode: a message that its IPv6 header cuts short takes no octets of what follows", () => {
  // An advertisement of four octets, then a trailer.
  const text = `600000000004 3aff ${"00".repeat(32)} 8600abcd 0404aabbccdd`;
  const payload = onlyPacket(text);
  assertEquals(joined(payload), payload.toHex());
  const names = explainPacket(payload).fields.slice(6).map(({ name }) => name);
  assertEquals(names, [
    ...["type", "code", "checksum"],
    ...["trailer", "trailer length", "trailer value"],
  ]);
});

Deno.test("decode: an origin indication that is cut off tells what is there", () => {
  const { fields } = explainPacket(onlyPacket("0000efff3f"));
  assertEquals(fields.map(({ meaning }) => meaning), [
    "an origin indication follows",
    "complemented: 4096",
    "cut off: 3 of 4 octets are missing",
  ]);
});

Deno.test("decode: a datagram with its IPv4 and UDP headers is taken out of them", () => {
  for (const { payload } of vectors) {
    const headers = onlyPacket(
      "46000000 00004000 40110000 c0000201 cb007178 01010101 10000dd8 00000000",
    );
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

/** Headers of links, which tcpdump -XX shows before that of IPv4. */
const LINKS: Readonly<Record<string, string>> = {
  "Ethernet": "525400123502 080027a54a2f 0800",
  "Ethernet on the loopback interface": "000000000000 000000000000 0800",
  "Ethernet with a VLAN tag": "525400123502 080027a54a2f 8100000a 0800",
  "Linux cooked capture": "0004 0001 0006 000000000000 0000 0800",
  "Linux cooked capture 2": "0800 0000 00000001 0001 00 06 0000000000000000",
};

for (const [name, digits] of Object.entries(LINKS)) {
  Deno.test(`decode: a header of ${name} is known, and so is what fills the frame`, () => {
    const link = onlyPacket(digits);
    for (const { payload } of vectors) {
      const udpLength = (8 + payload.length).toString(16).padStart(4, "0");
      const headers = onlyPacket(
        `45000000 00004000 40110000 c0000201 cb007178 10000dd8 ${udpLength}0000`,
      );
      const frame = new Uint8Array([...link, ...headers, ...payload, 0, 0, 0]);
      assertEquals(joined(frame), frame.toHex());
      const { kind, malformed, fields } = explainPacket(frame);
      const inner = explainPacket(payload);
      assertEquals(
        [kind, malformed],
        [`${inner.kind}, from 192.0.2.1:4096 to 203.0.113.120:3544`, null],
      );
      assertEquals(fields.at(-1)?.name, "padding");
      assertEquals(fields.at(-2)?.meaning, inner.fields.at(-1)?.meaning);
    }
  });
}

Deno.test("decode: a payload that begins like a header of a link is not taken for one", () => {
  for (const { payload } of vectors) assertEquals(explainPacket(payload).fields[0]?.offset, 0);
  const names = vectors.flatMap(({ payload }) => explainPacket(payload).fields.map((f) => f.name));
  assertEquals(names.filter((name) => /^(?:Ethernet|Linux)|padding/.test(name)), []);
});

Deno.test("decode: the packets of a dump are explained one by one, the broken ones with code 1", async () => {
  const bubble = vector("V8").payload.toHex().replace(/.{4}/g, "$& ").trim();
  const rows = bubble.split(" ");
  const dump = Array.from(
    { length: Math.ceil(rows.length / 8) },
    (_, i) =>
      `\t0x${(16 * i).toString(16).padStart(4, "0")}:  ${rows.slice(8 * i, 8 * i + 8).join(" ")}`,
  );
  const text = [
    "12:00:00.000005 IP6 2001:0:cb00:7178::1 > 2001:0:cb00:7178::2: no next header",
    ...dump,
    "12:00:01.000005 IP 192.0.2.1.4096 > 203.0.113.120.3544: UDP, length 5",
    "\t0x0000:  0000 efff 3f",
  ].join("\n");
  const { code, stdout, stderr } = await runIn({ input: text }, "decode", "-");
  assertEquals(code, 1);
  assertStringIncludes(stdout, "Packet 1: Bubble, 40 octets\n");
  assertStringIncludes(stdout, "\n\nPacket 2: Not a whole Teredo packet, 5 octets\n");
  assertEquals(
    stderr,
    "teredo: Every Teredo node drops packet 2: origin_truncated, the origin indication is cut off\n",
  );
  const asJson = await runIn({ input: text }, "decode", "-", "--json");
  const kinds = asJson.stdout.trimEnd().split("\n").map((line) => JSON.parse(line).kind);
  assertEquals(kinds, ["Bubble", "Not a whole Teredo packet"]);
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
