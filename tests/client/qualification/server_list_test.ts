import { assert, assertEquals, assertThrows } from "@std/assert";
import { ServerList } from "../../../client/qualification/server_list.ts";
import { seededRandom } from "../../sim/seeded_random.ts";
import { S1, S2 } from "../client_fixture.ts";

const newList = (servers = [S1, S2]) => new ServerList(servers, seededRandom("servers"));

Deno.test("server list: the fallback follows the preferred server at once, then comes a pause", () => {
  const list = newList();
  assertEquals(list.current, S1);
  assert(!list.isFallback);
  assertEquals(list.advance(), 0);
  assertEquals(list.current, S2);
  assert(list.isFallback);
  assert(list.advance() >= 3_750);
  assertEquals(list.current, S1);
});

Deno.test("server list: the pauses grow until a server answers", () => {
  const list = newList([S1]);
  const [first, second] = [list.advance(), list.advance()];
  assert(first <= 6_250 && second >= 7_500);
  list.forgetFailures();
  assert(list.advance() <= 6_250);
});

Deno.test("server list: the server in use stays when the list is replaced", () => {
  const list = newList([S1]);
  assert(!list.replace([S2]));
  assertEquals(list.current, S1);
  assert(list.isFallback);
  list.usePreferred();
  assertEquals(list.current, S2);
  assert(list.replace([S1, S2]));
});

Deno.test("server list: an empty list throws", () => {
  assertThrows(() => newList([]), RangeError, "Cannot qualify without a server");
  assertThrows(() => newList().replace([]), RangeError);
});
