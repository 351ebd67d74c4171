import { assertEquals } from "@std/assert";
import { PROOF_LIMITS, ProvedEndpoints } from "../../protocol/proved_endpoints.ts";
import { type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { ip4 } from "../vectors/vectors.ts";

const SECRET = Uint8Array.of(1, 2, 3);
const HOST = ip4("192.0.2.1");

function at(port: number): Endpoint {
  return endpoint(HOST, port);
}

Deno.test("what was proved at an endpoint counts for the lifetime, from the latest proof on", () => {
  const proofs = new ProvedEndpoints();
  proofs.add(at(1), Uint8Array.of(0xab), SECRET, 0);
  const { lifetime } = PROOF_LIMITS;
  assertEquals(proofs.accountOf(at(1), lifetime - 1), "ab");
  assertEquals(proofs.accountOf(at(1), lifetime), undefined);
  assertEquals(proofs.accountOf(at(2), 0), undefined);
  proofs.add(at(1), Uint8Array.of(0xab), SECRET, 1000);
  assertEquals(proofs.accountOf(at(1), lifetime), "ab");
  assertEquals(proofs.size, 1);
});

Deno.test("fifty friends who share an invitation all keep their access", () => {
  const proofs = new ProvedEndpoints();
  const friends = Array.from({ length: 50 }, (_, i) => at(1000 + i));
  for (const friend of friends) proofs.add(friend, Uint8Array.of(1), SECRET, 0);
  assertEquals(friends.filter((friend) => proofs.accountOf(friend, 0) === undefined), []);
});

Deno.test("one identifier displaces only what is its own", () => {
  const proofs = new ProvedEndpoints({ lifetime: 1000, perIdentifier: 3, capacity: 100 });
  proofs.add(at(1), Uint8Array.of(1), SECRET, 0);
  for (let port = 10; port < 1000; port++) proofs.add(at(port), Uint8Array.of(2), SECRET, 0);
  assertEquals(proofs.size, 4);
  const accounts = [1, 996, 997, 998, 999].map((port) => proofs.accountOf(at(port), 0));
  assertEquals(accounts, ["01", undefined, "02", "02", "02"]);
});

Deno.test("many identifiers together stay within the capacity; the latest proofs stay", () => {
  const proofs = new ProvedEndpoints({ lifetime: 1000, perIdentifier: 3, capacity: 100 });
  for (let i = 0; i < 10_000; i++) {
    proofs.add(at(i), Uint8Array.of(i >>> 8, i & 255), SECRET, 0);
  }
  assertEquals(proofs.size, 100);
  assertEquals(proofs.accountOf(at(9_900), 0), "26ac");
  assertEquals(proofs.accountOf(at(9_899), 0), undefined);
});

Deno.test("an endpoint stays with its identifier, whatever others prove there, until its proof ends", () => {
  const proofs = new ProvedEndpoints({ lifetime: 1000, perIdentifier: 3, capacity: 100 });
  const [theirs, mine] = [Uint8Array.of(1), Uint8Array.of(2)];
  proofs.add(at(1), theirs, SECRET, 0);
  proofs.add(at(1), mine, SECRET, 100);
  assertEquals([proofs.size, proofs.accountOf(at(1), 100)], [2, "01"]);
  proofs.add(at(1), theirs, SECRET, 900);
  proofs.add(at(1), mine, SECRET, 901);
  assertEquals(proofs.accountOf(at(1), 1899), "01");
  assertEquals(proofs.accountOf(at(1), 1900), "02");
  proofs.add(at(1), theirs, SECRET, 1900);
  assertEquals([proofs.size, proofs.accountOf(at(1), 1900)], [2, "02"]);
});

Deno.test("a client with another invitation has access at once, and its own account when the other ends", () => {
  const proofs = new ProvedEndpoints();
  proofs.add(at(1), Uint8Array.of(1), SECRET, 0);
  proofs.add(at(1), Uint8Array.of(2), SECRET, 1);
  assertEquals(proofs.accountOf(at(1), 1), "01");
  proofs.revoke(([identifier]) => identifier === 2);
  assertEquals([proofs.size, proofs.accountOf(at(1), 2)], [1, "02"]);
});

Deno.test("proofs of many identifiers at one endpoint stay within the capacity", () => {
  const proofs = new ProvedEndpoints({ lifetime: 1000, perIdentifier: 3, capacity: 100 });
  for (let i = 0; i < 1_000; i++) {
    proofs.add(at(1), Uint8Array.of(i >>> 8, i & 255), SECRET, i / 10);
  }
  assertEquals(proofs.size, 100);
});

Deno.test("what was proved again under a secret that replaced another one outlives that", () => {
  const proofs = new ProvedEndpoints();
  const other = Uint8Array.of(4, 5, 6);
  proofs.add(at(1), Uint8Array.of(1), SECRET, 0);
  proofs.add(at(1), Uint8Array.of(1), other, 1);
  proofs.revoke((_identifier, secret) => secret === other);
  assertEquals(proofs.accountOf(at(1), 2), "01");
});

Deno.test("what was proved by a secret that is not valid any more is forgotten", () => {
  const proofs = new ProvedEndpoints();
  proofs.add(at(1), Uint8Array.of(1), SECRET, 0);
  proofs.add(at(2), Uint8Array.of(2), SECRET, 0);
  proofs.revoke(([identifier], secret) => identifier === 2 && secret === SECRET);
  assertEquals([1, 2].map((port) => proofs.accountOf(at(port), 0)), [undefined, "02"]);
});
