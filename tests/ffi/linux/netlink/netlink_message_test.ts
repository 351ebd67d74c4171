import { assertEquals } from "@std/assert";
import { parseRejection } from "../../../../ffi/linux/netlink/netlink_answer.ts";
import {
  attribute,
  encodeMessage,
  numberAttribute,
  numberIn,
  parseAttributes,
  parseMessages,
} from "../../../../ffi/linux/netlink/netlink_message.ts";

Deno.test("attribute() counts its header, and pads without counting", () => {
  assertEquals([...attribute(3, Uint8Array.of(1))], [5, 0, 3, 0, 1, 0, 0, 0]);
  assertEquals([...numberAttribute(4, 0x01020304)], [8, 0, 4, 0, 4, 3, 2, 1]);
});

Deno.test("attribute() nests: other attributes make up its value", () => {
  const nested = attribute(26, attribute(10, attribute(8, Uint8Array.of(1))));
  assertEquals([...nested], [16, 0, 26, 0, 12, 0, 10, 0, 5, 0, 8, 0, 1, 0, 0, 0]);
});

Deno.test("parseAttributes() gives back what attribute() made", () => {
  const one = attribute(1, Uint8Array.of(1, 2, 3));
  const two = attribute(2, Uint8Array.of(4));
  const parsed = parseAttributes(Uint8Array.of(...one, ...two));
  assertEquals([...parsed.keys()], [1, 2]);
  assertEquals([...parsed.get(1)!], [1, 2, 3]);
  assertEquals([...parsed.get(2)!], [4]);
});

Deno.test("parseMessages() gives back what encodeMessage() made", () => {
  const first = encodeMessage({ type: 16, flags: 5, sequence: 7 }, [Uint8Array.of(1, 2, 3, 4)]);
  const second = encodeMessage({ type: 20, flags: 1, sequence: 8 }, []);
  const parsed = parseMessages(Uint8Array.of(...first, ...second));
  assertEquals(parsed.map(({ payload, ...header }) => ({ ...header, payload: [...payload] })), [
    { type: 16, flags: 5, sequence: 7, payload: [1, 2, 3, 4] },
    { type: 20, flags: 1, sequence: 8, payload: [] },
  ]);
});

Deno.test("parsing stops at a length that cannot be", () => {
  for (const length of [0, 3, 9, 255]) {
    assertEquals(parseAttributes(Uint8Array.of(length, 0, 1, 0, 0, 0, 0, 0)).size, 0);
  }
  const message = encodeMessage({ type: 1, flags: 0, sequence: 1 }, []);
  for (const length of [0, 15, 17, 255]) {
    message[0] = length;
    assertEquals(parseMessages(message), []);
  }
});

Deno.test("a number that is cut off is not one", () => {
  const attributes = parseAttributes(Uint8Array.of(6, 0, 4, 0, 1, 0, 0, 0));
  assertEquals(numberIn(attributes.get(4)), undefined);
  assertEquals(numberIn(parseAttributes(numberAttribute(4, 7)).get(4)), 7);
});

Deno.test("an acknowledgement that is cut off refuses", () => {
  const message = (payload: number[], flags = 0) => ({
    type: 2,
    sequence: 1,
    flags,
    payload: Uint8Array.from(payload),
  });
  assertEquals(parseRejection(message([]))?.ok, false);
  assertEquals(parseRejection(message([0, 0, 0]))?.ok, false);
  assertEquals(parseRejection(message([0, 0, 0, 0])), undefined);
  const words = { ok: false, errno: 1, explanation: "" } as const;
  assertEquals(parseRejection(message([255, 255, 255, 255, 1], 0x200)), words);
});
