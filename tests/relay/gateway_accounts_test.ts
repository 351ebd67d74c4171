import { assert, assertEquals } from "@std/assert";
import { GatewayAccounts } from "../../relay/gateway_accounts.ts";
import { RELAY_DEFAULTS } from "../../relay/relay_config.ts";

Deno.test("gateway accounts: there is one for every client, and the least recently opened makes room", () => {
  const accounts = new GatewayAccounts(undefined);
  const first = accounts.open("0", 0);
  const second = accounts.open("1", 0);
  for (let i = 2; i < RELAY_DEFAULTS.maxPeers; i++) accounts.open(`${i}`, 0);
  assertEquals(Array.from(accounts).length, RELAY_DEFAULTS.maxPeers);
  assert(accounts.open("0", 1) === first);
  accounts.open("another", 2);
  assertEquals(Array.from(accounts).length, RELAY_DEFAULTS.maxPeers);
  assert(accounts.open("0", 3) === first);
  assert(accounts.open("1", 3) !== second);
});

Deno.test("gateway accounts: the latest are those opened last, the last one used first", () => {
  const accounts = new GatewayAccounts(undefined);
  for (let i = 0; i < 4; i++) accounts.open(`${i}`, i);
  accounts.open("0", 10).takeOut(1, 10);
  accounts.open("2", 11);
  const names = (count: number) => accounts.latest(count).map(({ name }) => name);
  assertEquals(names(2), ["0", "2"]);
  assertEquals(names(Infinity), ["0", "3", "2", "1"]);
  assertEquals(accounts.size, 4);
});
