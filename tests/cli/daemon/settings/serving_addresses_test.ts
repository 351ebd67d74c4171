import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { CliError } from "../../../../cli/process/failure.ts";
import { chooseAddresses } from "../../../../cli/daemon/settings/serving_addresses.ts";
import { openLog } from "../../../../cli/process/open_log.ts";
import { GlobalUnicast } from "../../../../wire/global_unicast.ts";
import { type Ipv4Address, parseIpv4 } from "../../../../wire/ipv4_address.ts";

const ip = (text: string): Ipv4Address => parseIpv4(text)!;
const OWN = ["127.0.0.1", "83.1.1.1", "83.1.1.2", "83.1.1.9"];

/** Chooses for a host with these addresses, and keeps what is logged. */
function choose(
  given: { primary?: string; secondary?: string; bind?: string[] },
  own: readonly string[] = OWN,
) {
  const lines: string[] = [];
  const log = openLog("debug", (line) => lines.push(line));
  const parsed = {
    primary: given.primary === undefined ? undefined : ip(given.primary),
    secondary: given.secondary === undefined ? undefined : ip(given.secondary),
    bind: given.bind?.map(ip),
  };
  const host = { own: own.map(ip), globalUnicast: new GlobalUnicast() };
  const chosen = chooseAddresses(parsed, host, log);
  return { chosen, lines };
}

/** The message that refuses them. */
function refusal(...args: Parameters<typeof choose>): string {
  return assertThrows(() => choose(...args), CliError).message;
}

Deno.test("server addresses: the secondary defaults to the one after the primary", () => {
  const { chosen, lines } = choose({ primary: "83.1.1.1" });
  assertEquals(chosen, { primary: ip("83.1.1.1"), secondary: ip("83.1.1.2"), bind: undefined });
  assertEquals(lines, []);
});

Deno.test("server addresses: without a neighbour the primary serves alone, which the log says", () => {
  const { chosen, lines } = choose({ primary: "83.1.1.2" });
  assertEquals(chosen, { primary: ip("83.1.1.2"), secondary: undefined, bind: undefined });
  assertEquals(lines.length, 1);
  assertStringIncludes(lines[0]!, "info  Serving without a secondary address");
});

Deno.test("server addresses: any two addresses may be given", () => {
  const { chosen } = choose({ primary: "83.1.1.9", secondary: "83.1.1.1" });
  assertEquals(chosen, { primary: ip("83.1.1.9"), secondary: ip("83.1.1.1"), bind: undefined });
});

Deno.test("server addresses: those that are given must be of this host, or --bind is named", () => {
  assertStringIncludes(
    refusal({ primary: "83.1.1.1", secondary: "83.1.1.3" }),
    "Cannot serve on 83.1.1.3",
  );
  assertStringIncludes(
    refusal({ primary: "83.1.1.1" }, ["127.0.0.1", "10.0.0.5"]),
    "translated to one of them (1:1 NAT), add --bind 10.0.0.5",
  );
});

Deno.test("server addresses: both must be public", () => {
  const own = ["127.0.0.1", "10.0.0.1", "83.1.1.1"];
  const message = refusal({ primary: "10.0.0.1" }, own);
  assertStringIncludes(message, "Give --primary the public address");
  assertStringIncludes(message, "--bind 10.0.0.1");
  assertStringIncludes(
    refusal({ primary: "83.1.1.1", secondary: "10.0.0.1" }, own),
    "Give --secondary the public address",
  );
  const loopback = refusal({ primary: "127.0.0.1" });
  assertStringIncludes(loopback, "no other host can reach");
  assertEquals(loopback.includes("--allow-private"), false, "it does not admit loopback");
});

Deno.test("server addresses: without a primary one, the host's only public address is taken", () => {
  const { chosen, lines } = choose({}, ["127.0.0.1", "10.0.0.5", "83.1.1.7"]);
  assertEquals(chosen, { primary: ip("83.1.1.7"), secondary: undefined, bind: undefined });
  assertStringIncludes(lines[0]!, "Taking this host's public address 83.1.1.7 as --primary");
});

Deno.test("server addresses: two public addresses that follow one another are primary and secondary", () => {
  const { chosen } = choose({}, ["83.1.1.2", "127.0.0.1", "83.1.1.1"]);
  assertEquals(chosen, { primary: ip("83.1.1.1"), secondary: ip("83.1.1.2"), bind: undefined });
});

Deno.test("server addresses: a secondary that is given is no candidate for the primary", () => {
  const { chosen } = choose({ secondary: "83.1.1.1" }, ["83.1.1.1", "83.1.1.9"]);
  assertEquals(chosen.primary, ip("83.1.1.9"));
});

Deno.test("server addresses: where there is doubt, or no public address, a person decides", () => {
  assertStringIncludes(refusal({}), "Name one with --primary");
  const message = refusal({}, ["127.0.0.1", "10.0.0.5"]);
  assertStringIncludes(message, "no public IPv4 address (its own are: 127.0.0.1, 10.0.0.5)");
  assertStringIncludes(message, "name it with --primary, and add --bind 10.0.0.5");
  const several = refusal({}, ["10.0.0.5", "10.0.0.6"]);
  assertStringIncludes(several, "name that one with --bind");
});

Deno.test("server addresses: behind a 1:1 NAT, --bind names this host's own", () => {
  const own = ["127.0.0.1", "10.0.0.5", "10.0.0.6"];
  assertEquals(choose({ primary: "83.1.1.1", bind: ["10.0.0.5"] }, own).chosen, {
    primary: ip("83.1.1.1"),
    secondary: undefined,
    bind: { primary: ip("10.0.0.5"), secondary: undefined },
  });
  const both = { primary: "83.1.1.1", secondary: "83.1.1.9" };
  assertEquals(choose({ ...both, bind: ["10.0.0.5", "10.0.0.6"] }, own).chosen.bind, {
    primary: ip("10.0.0.5"),
    secondary: ip("10.0.0.6"),
  });
  const mistakes: [string[], string][] = [
    [["10.0.0.7", "10.0.0.5"], "Cannot bind 10.0.0.7: it is not an address of this host"],
    [["10.0.0.5"], "Give --bind the two addresses in the same order"],
    [["10.0.0.5", "10.0.0.5"], "Cannot bind 10.0.0.5 twice"],
    [["83.1.1.1", "10.0.0.5"], "Leave out --bind if this host has the public address itself"],
  ];
  for (const [bind, expected] of mistakes) {
    assertStringIncludes(refusal({ ...both, bind }, own), expected);
  }
  assertStringIncludes(
    refusal({ primary: "83.1.1.1", bind: ["10.0.0.5", "10.0.0.6"] }, own),
    "Give --bind one address",
  );
});
