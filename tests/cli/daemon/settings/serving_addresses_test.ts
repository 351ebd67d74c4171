import { assertEquals, assertThrows } from "@std/assert";
import { CliError } from "../../../../cli/process/failure.ts";
import { chooseAddresses } from "../../../../cli/daemon/settings/serving_addresses.ts";
import { openLog } from "../../../../cli/process/open_log.ts";
import { GlobalUnicast } from "../../../../wire/global_unicast.ts";
import { type Ipv4Address, parseIpv4 } from "../../../../wire/ipv4_address.ts";

const ip = (text: string): Ipv4Address => parseIpv4(text)!;
const OWN = [ip("127.0.0.1"), ip("83.1.1.1"), ip("83.1.1.2"), ip("83.1.1.9")];

/** Chooses, and keeps what is logged. */
function choose(primary: string, secondary?: string) {
  const lines: string[] = [];
  const log = openLog("debug", (line) => lines.push(line));
  const given = { primary: ip(primary), secondary: secondary ? ip(secondary) : undefined };
  const chosen = chooseAddresses(given, OWN, new GlobalUnicast(), log);
  return { chosen, lines };
}

Deno.test("server addresses: the secondary defaults to the one after the primary", () => {
  const { chosen, lines } = choose("83.1.1.1");
  assertEquals(chosen, { primary: ip("83.1.1.1"), secondary: ip("83.1.1.2") });
  assertEquals(lines, []);
});

Deno.test("server addresses: without a neighbour the primary serves alone, with a warning", () => {
  const { chosen, lines } = choose("83.1.1.2");
  assertEquals(chosen, { primary: ip("83.1.1.2"), secondary: undefined });
  assertEquals(lines.length, 1);
  assertEquals(lines[0]!.includes("warn  Serving without a secondary address: 83.1.1.3"), true);
});

Deno.test("server addresses: any two addresses may be given", () => {
  const { chosen } = choose("83.1.1.9", "83.1.1.1");
  assertEquals(chosen, { primary: ip("83.1.1.9"), secondary: ip("83.1.1.1") });
});

Deno.test("server addresses: a secondary that is given must be one of this host", () => {
  assertThrows(() => choose("83.1.1.1", "83.1.1.3"), CliError, "Cannot serve on 83.1.1.3");
});

Deno.test("server addresses: both must be public", () => {
  assertThrows(() => choose("10.0.0.1"), CliError, "Give --primary a public address");
  assertThrows(() => choose("83.1.1.1", "10.0.0.1"), CliError, "Give --secondary a public");
  const refusal = assertThrows(() => choose("127.0.0.1"), CliError, "no other host can reach");
  assertEquals(refusal.message.includes("--allow-private"), false, "it does not admit loopback");
});
