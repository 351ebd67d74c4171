/**
 * What wrong command lines of `teredo probe` get, and servers that need no network to be refused.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { run } from "../recording.ts";

const USAGE: readonly (readonly [line: string, ...says: string[]])[] = [
  ["probe", '"teredo probe" needs the name of a server', 'See "teredo probe --help"'],
  ["probe --json", '"teredo probe" needs the name of a server'],
  ["probe http://a.example/", 'IPv4 address, or two separated by a comma, not "http://a.example/"'],
  ["probe a.example,", 'not "a.example,"'],
  ["probe a,b,c", 'not "a,b,c"'],
  ["probe a --jsn", "Unknown option --jsn. Did you mean --json?"],
  ["probe a --json=yes", "--json takes no value"],
  ["probe a --timeout", "--timeout needs a number of seconds from 1 to 60"],
  ["probe a --timeout 0", 'not "0"'],
  ["probe a --timeout 61", 'not "61"'],
  ["probe a --refresh 1d", 'a number of seconds from 5 to 3600, not "1d"'],
  ["prob a", "Unknown command prob. Did you mean probe?"],
];

for (const [line, ...says] of USAGE) {
  Deno.test(`mistake: teredo ${line}`, async () => {
    const { code, stdout, stderr } = await run(...line.split(" "));
    for (const text of says) assertStringIncludes(stderr, text);
    assertEquals([code, stdout], [2, ""]);
  });
}

const REFUSED = [
  ["10.0.0.1", "10.0.0.1 is not a public address", "allow private addresses with --allow-private"],
  ["203.0.113.1,127.0.0.1", "203.0.113.1 is not a public address", "--allow-private"],
  ["8.8.8.8,8.8.8.8", "8.8.8.8 is given for both addresses", "Give its other address"],
  ["127.0.0.1", "127.0.0.1 is not a public address", "the one by which other hosts reach"],
] as const;

for (const [server, problem, remedy] of REFUSED) {
  Deno.test(`probe: ${server} is refused with a remedy and code 3`, async () => {
    const { code, stdout, stderr } = await run("probe", server, "--json");
    const [{ checks }] = JSON.parse(stdout).servers;
    assertEquals([code, checks[0].result], [3, "FAIL"]);
    assertStringIncludes(checks[0].detail, problem);
    assertStringIncludes(checks[0].remedy, remedy);
    assertEquals(stderr, "teredo: The server does not work from here: see the report\n");
  });
}

Deno.test("probe: a server that is named twice is asked once", async () => {
  const { stdout } = await run("probe", "10.0.0.1", "10.0.0.2", "10.0.0.1", "--json");
  const names = JSON.parse(stdout).servers.map(({ server }: { server: string }) => server);
  assertEquals(names, ["10.0.0.1", "10.0.0.2"]);
});

Deno.test("mistake: teredo probe --identifier without --secret-file", async () => {
  const { code, stderr } = await run("probe", "a", "--identifier", "alice");
  assertStringIncludes(stderr, "--identifier needs --secret-file");
  assertEquals(code, 2);
});
