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

Deno.test("an endpoint that another identifier proves belongs to that one", () => {
  const proofs = new ProvedEndpoints();
  proofs.add(at(1), Uint8Array.of(1), SECRET, 0);
  proofs.add(at(1), Uint8Array.of(2), SECRET, 0);
  assertEquals([proofs.size, proofs.accountOf(at(1), 0)], [1, "02"]);
});

Deno.test("what was proved by a secret that is not valid any more is forgotten", () => {
  const proofs = new ProvedEndpoints();
  proofs.add(at(1), Uint8Array.of(1), SECRET, 0);
  proofs.add(at(2), Uint8Array.of(2), SECRET, 0);
  proofs.revoke(([identifier], secret) => identifier === 2 && secret === SECRET);
  assertEquals([1, 2].map((port) => proofs.accountOf(at(port), 0)), [undefined, "02"]);
});
