import { assertEquals, assertRejects } from "@std/assert";
import { type Lookup, ResolveError, resolveIpv4 } from "../../../io/servers/lookup.ts";
import { ServerName } from "../../../io/servers/server_name.ts";
import { formatIpv4, parseIpv4 } from "../../../wire/ipv4_address.ts";

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
  assertEquals(address, parseIpv4("192.0.2.7"));
});

Deno.test("resolve: a name has the first address that the system finds", async () => {
  assertEquals(formatIpv4(await resolveIpv4("teredo.example", lookup)), "192.0.2.1");
});

Deno.test("resolve: the system is really asked", async () => {
  assertEquals(formatIpv4(await resolveIpv4("localhost")), "127.0.0.1");
});

const FAILURES: readonly [name: string, lookup: Lookup, message: string][] = [
  ["of an unknown name", lookup, "there is no such name"],
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
  const addresses = async (name: ServerName) => Object.values(await name.resolve()).map(formatIpv4);
  const one = new ServerName("teredo.example", undefined, lookup);
  assertEquals(await addresses(one), ["192.0.2.1", "192.0.2.2"]);
  const two = new ServerName("192.0.2.1", "second.example", lookup);
  assertEquals(await addresses(two), ["192.0.2.1", "198.51.100.2"]);
});

Deno.test("server name: only a name can move", () => {
  assertEquals(new ServerName("192.0.2.1", undefined).isName, false);
  assertEquals(new ServerName("192.0.2.1", "192.0.2.9").isName, false);
  assertEquals(new ServerName("192.0.2.1", "second.example").isName, true);
  assertEquals(new ServerName("teredo.example", undefined).isName, true);
});
