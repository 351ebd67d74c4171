import { assertEquals, assertRejects } from "@std/assert";
import { type Lookup, ResolveError, resolveIpv4, resolveIpv6 } from "../../../io/servers/lookup.ts";
import { ServerName } from "../../../io/servers/server_name.ts";
import { formatIpv4, parseIpv4 } from "../../../wire/ipv4_address.ts";
import { formatIpv6 } from "../../../wire/ipv6_address.ts";

const HOSTS: Readonly<Record<string, string[]>> = {
  "teredo.example": ["192.0.2.1", "192.0.2.99"],
  "second.example": ["198.51.100.2"],
  "none.example": [],
};

const lookup: Lookup = (name) => {
  const addresses = HOSTS[name];
  return addresses ? Promise.resolve(addresses) : fail("ENOTFOUND");
};

function fail(code: string): Promise<never> {
  return Promise.reject(Object.assign(new Error(code), { code }));
}

Deno.test("resolve: an IPv4 address is itself, and nobody is asked", async () => {
  const address = await resolveIpv4("192.0.2.7", () => fail("EAI_FAIL"));
  assertEquals(address, [parseIpv4("192.0.2.7")]);
});

Deno.test("resolve: a name has all addresses that the system finds, each once, at most eight", async () => {
  const texts = async (name: string, ask: Lookup) => (await resolveIpv4(name, ask)).map(formatIpv4);
  assertEquals(await texts("teredo.example", lookup), ["192.0.2.1", "192.0.2.99"]);
  const many = Array.from({ length: 20 }, (_, i) => `192.0.2.${i >> 1}`);
  assertEquals(
    await texts("many.example", () => Promise.resolve(many)),
    Array.from({ length: 8 }, (_, i) => `192.0.2.${i}`),
  );
});

Deno.test("resolve: a host to ping is its IPv6 address, or the first of its name", async () => {
  const ask: Lookup = () => Promise.resolve(["2001:db8::7", "2001:db8::8"]);
  assertEquals(formatIpv6(await resolveIpv6("peer.example", ask)), "2001:db8::7");
  assertEquals(formatIpv6(await resolveIpv6("2001:db8::9", ask)), "2001:db8::9");
  const none = () => resolveIpv6("peer.example", () => Promise.resolve([]));
  await assertRejects(none, ResolveError, "it has no IPv6 address");
});

Deno.test("resolve: the system is really asked", async () => {
  assertEquals((await resolveIpv4("localhost")).map(formatIpv4), ["127.0.0.1"]);
});

const FAILURES: readonly [name: string, lookup: Lookup, message: string][] = [
  ["of an unknown name", lookup, "no DNS server answers, or the name has no"],
  ["without a DNS server", () => fail("EAI_AGAIN"), "no DNS server answers"],
  ["for another reason", () => fail("EAI_FAIL"), "EAI_FAIL"],
  ["without an answer", () => new Promise(() => {}), "no answer within 0 s"],
  ["without an IPv4 address", () => Promise.resolve([]), "it has no IPv4 address"],
];

for (const [name, ask, message] of FAILURES) {
  Deno.test(`resolve: a look-up ${name} fails with a message`, async () => {
    const error = await assertRejects(
      () => resolveIpv4("absent.example", ask, 5),
      ResolveError,
      message,
    );
    assertEquals(error.message.startsWith('Cannot resolve "absent.example": '), true);
  });
}

Deno.test("server name: the secondary address is the one after the primary, or the one named", async () => {
  const addresses = async (name: ServerName) =>
    (await name.resolve()).map((server) => Object.values(server).map(formatIpv4));
  const one = new ServerName("192.0.2.1", undefined, lookup);
  assertEquals(await addresses(one), [["192.0.2.1", "192.0.2.2"]]);
  const two = new ServerName("192.0.2.1", "second.example", lookup);
  assertEquals(await addresses(two), [["192.0.2.1", "198.51.100.2"]]);
});

Deno.test("server name: each address of a name is a server with its own secondary address", async () => {
  const book: Record<string, string[]> = {
    "teredo.example": ["192.0.2.1", "198.51.100.1"],
    "second.example": ["198.51.100.9", "192.0.2.9"],
  };
  const addresses = async (secondary?: string) => {
    const name = new ServerName(
      "teredo.example",
      secondary,
      (each) => Promise.resolve(book[each]!),
    );
    return (await name.resolve()).map((server) => Object.values(server).map(formatIpv4).join());
  };
  assertEquals(await addresses(), ["192.0.2.1,192.0.2.2", "198.51.100.1,198.51.100.2"]);
  assertEquals(await addresses("second.example"), [
    "192.0.2.1,192.0.2.9",
    "198.51.100.1,198.51.100.9",
  ]);
});

Deno.test("server name: only a name can move", () => {
  assertEquals(new ServerName("192.0.2.1", undefined).isName, false);
  assertEquals(new ServerName("192.0.2.1", "192.0.2.9").isName, false);
  assertEquals(new ServerName("192.0.2.1", "second.example").isName, true);
  assertEquals(new ServerName("teredo.example", undefined).isName, true);
});
