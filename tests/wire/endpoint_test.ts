import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { addressOf, endpoint, formatEndpoint, parseEndpoint, portOf } from "../../wire/endpoint.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";

const addresses = fc.nat(0xffffffff).map(ipv4Address);
const ports = fc.nat(0xffff);

Deno.test("an endpoint is a safe integer from which address and port come back", () => {
  fc.assert(fc.property(addresses, ports, (address, port) => {
    const at = endpoint(address, port);
    assert(Number.isSafeInteger(at));
    assertEquals(addressOf(at), address);
    assertEquals(portOf(at), port);
    assertEquals(parseEndpoint(formatEndpoint(at)), at);
  }));
});

Deno.test("the largest endpoint keeps all its 48 bits", () => {
  const last = endpoint(ipv4Address(0xffffffff), 0xffff);
  assertEquals(last, 2 ** 48 - 1);
  assertEquals(formatEndpoint(last), "255.255.255.255:65535");
});

Deno.test("text that is not an address with a port is refused", () => {
  const texts = [
    "",
    ":",
    "192.0.2.1",
    "192.0.2.1:",
    "192.0.2.1:65536",
    "192.0.2.1:123456",
    "192.0.2.1:080",
    "192.0.2.1:-1",
    "192.0.2.1:1e3",
    "192.0.2.1: 1",
    "192.0.2.1:1 ",
    "192.0.2.1:1:2",
    "192.0.2:1",
    ":3544",
    "[::1]:3544",
    "example.org:3544",
  ];
  for (const text of texts) assertEquals(parseEndpoint(text), undefined, JSON.stringify(text));
});
