import { assertEquals } from "@std/assert";
import { openLog } from "../../io/log.ts";
import type { Lookup } from "../../io/resolve.ts";
import { ServerName } from "../../io/server_name.ts";
import { ServerRefresh } from "../../io/server_refresh.ts";
import { formatIpv4, ipv4Address, parseIpv4 } from "../../wire/ipv4_address.ts";

const KNOWN = parseIpv4("192.0.2.1")!;

/** A refresh of `host`, which was found at 192.0.2.1, with everything that it tells. */
function make(host: string, lookup: Lookup) {
  const told: string[] = [];
  const log = openLog("debug", (line) => told.push(line.slice(25).trim()));
  const known = { primary: KNOWN, secondary: ipv4Address(KNOWN + 1) };
  const name = new ServerName(host, undefined, lookup);
  const refresh = new ServerRefresh(name, known, log, ({ primary }) => {
    told.push(`changed to ${formatIpv4(primary)}`);
  });
  return { refresh, told };
}

Deno.test("server refresh: a server that moved is told, once", async () => {
  const { refresh, told } = make("teredo.example", () => Promise.resolve(["198.51.100.1"]));
  await refresh.begin();
  await refresh.begin();
  assertEquals(told, [
    "info  Server teredo.example is at 198.51.100.1 now",
    "changed to 198.51.100.1",
  ]);
});

Deno.test("server refresh: the same address is no news", async () => {
  const { refresh, told } = make("teredo.example", () => Promise.resolve(["192.0.2.1"]));
  await refresh.begin();
  assertEquals(told, []);
});

Deno.test("server refresh: nobody is asked for an address", async () => {
  const { refresh, told } = make("192.0.2.1", () => Promise.resolve(["198.51.100.1"]));
  await refresh.begin();
  assertEquals(told, []);
});

Deno.test("server refresh: a failure is a warning, and the next look-up is made again", async () => {
  let count = 0;
  const { refresh, told } = make(
    "teredo.example",
    () => Promise.reject(Object.assign(new Error(`try ${++count}`), { code: "EAI_AGAIN" })),
  );
  await refresh.begin();
  await refresh.begin();
  assertEquals(count, 2);
  assertEquals(told[0]!.startsWith('warn  Cannot resolve "teredo.example": no DNS server'), true);
});

Deno.test("server refresh: one look-up at a time", async () => {
  const answer = Promise.withResolvers<string[]>();
  let asked = 0;
  const { refresh } = make("teredo.example", () => {
    asked++;
    return answer.promise;
  });
  const first = refresh.begin();
  await refresh.begin();
  answer.resolve(["192.0.2.1"]);
  await first;
  assertEquals(asked, 1);
});
