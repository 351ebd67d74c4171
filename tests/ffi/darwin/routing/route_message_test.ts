import { assertEquals } from "@std/assert";
import {
  addressIn,
  encodeRouteMessage,
  interfaceAddress,
  interfaceNameIn,
  maskLength,
  parseAddresses,
  parseRouteMessage,
  prefixMask,
  socketAddress,
} from "../../../../ffi/darwin/routing/route_message.ts";
import { parseIpv6 } from "../../../../wire/ipv6_address.ts";

Deno.test("routing message: RTM_ADD of 2001::/32 through interface 7, octet by octet", () => {
  const message = encodeRouteMessage({
    ...{ type: 1, flags: 0x801, index: 0, sequence: 3 },
    addresses: {
      0: socketAddress(parseIpv6("2001::")!),
      1: interfaceAddress(7),
      2: prefixMask(32),
    },
  });
  const zeros = (count: number) => new Array<number>(count).fill(0);
  assertEquals([...message], [
    ...[168, 0, 5, 1, 0, 0, 0, 0, 0x01, 0x08, 0, 0, 0x07, 0, 0, 0],
    ...[...zeros(4), 3, 0, 0, 0, ...zeros(92 - 24)],
    ...[28, 30, ...zeros(6), 0x20, 0x01, ...zeros(18)],
    ...[20, 18, 7, 0, ...zeros(16)],
    ...[28, 30, ...zeros(6), 0xff, 0xff, 0xff, 0xff, ...zeros(16)],
  ]);
  const parsed = parseRouteMessage(message);
  assertEquals([parsed?.type, parsed?.flags, parsed?.sequence], [1, 0x801, 3]);
  assertEquals(Object.keys(parsed!.addresses), ["0", "1", "2"]);
  assertEquals(maskLength(parsed!.addresses[2], 16), 32);
  assertEquals(addressIn(parsed!.addresses[0]), parseIpv6("2001::"));
  assertEquals(addressIn(parsed!.addresses[1]), undefined, "an interface");
});

Deno.test("routing message: an address of length 0 takes 4 octets, and others are rounded up", () => {
  // A netmask of no bits, one of 12 bits of IPv4 without the zeros at its end, and an IPv4 address.
  const bytes = Uint8Array.of(
    0,
    0,
    0,
    0,
    6,
    0,
    0,
    0,
    0xff,
    0xf0,
    0,
    0,
    16,
    2,
    0,
    0,
    192,
    0,
    2,
    1,
    ...new Uint8Array(8),
  );
  const addresses = parseAddresses(bytes, 0b10_0110);
  assertEquals([maskLength(addresses[1], 16), maskLength(addresses[2], 4)], [0, 12]);
  assertEquals(addressIn(addresses[5]), Uint8Array.of(192, 0, 2, 1));
  assertEquals(maskLength(undefined, 4), 32, "a host has none");
});

Deno.test("routing message: addresses that do not fit are left out", () => {
  assertEquals(parseAddresses(Uint8Array.of(16, 2, 0, 0), 1), {});
  assertEquals(parseAddresses(new Uint8Array(0), 0xff)[0], new Uint8Array(0));
  assertEquals(addressIn(Uint8Array.of(8, 30, 0, 0, 0, 0, 0, 0)), undefined);
});

Deno.test("routing message: the name of an interface has no NUL at its end", () => {
  const name = [..."utun12"].map((letter) => letter.charCodeAt(0));
  const address = Uint8Array.of(20, 18, 9, 0, 1, name.length, 0, 0, ...name, 0, 0, 0, 0, 0, 0);
  assertEquals(interfaceNameIn(address), "utun12");
  assertEquals(interfaceNameIn(interfaceAddress(9)), undefined);
  assertEquals(interfaceNameIn(socketAddress(parseIpv6("fe80::1")!)), undefined);
  assertEquals(interfaceNameIn(undefined), undefined);
});
