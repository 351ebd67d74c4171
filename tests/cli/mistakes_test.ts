/** What wrong command lines get: an exit code, one message, and nothing on the standard output. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { run, runIn } from "./recording.ts";

/** A command line, the exit code, and what the message says. */
type Mistake = readonly [line: string, code: number, ...says: string[]];

const USAGE: readonly Mistake[] = [
  ["servr", 2, "Unknown command servr. Did you mean server?", 'See "teredo --help"'],
  ["hepl", 2, "Unknown command hepl. Did you mean help?"],
  ["help servr", 2, "Unknown command servr. Did you mean server?", 'See "teredo --help"'],
  ["frobnicate", 2, "Unknown command frobnicate\n"],
  ["--vresion", 2, "Unknown option --vresion. Did you mean --version?"],
  ["--log-level debug server", 2, "Unexpected option --log-level: options come after the command"],
  ["--version=1", 2, "Unknown option --version. Did you mean --version?"],
  ["version", 2, "Unknown command version. Did you mean --version?"],
  ["", 2, 'Unknown command ""\n'],
  ["help client server", 2, 'Unexpected argument "server"'],
  ["help --hepl", 2, "Unknown option --hepl. Did you mean --help?"],
  ["stat", 2, "Unknown command stat. Did you mean status?"],
  [
    "client",
    2,
    '"teredo client" needs --server, host names or IPv4 addresses',
    "Give it, or set server in /",
    'See "teredo client --help"',
  ],
  ["client a.example --server b.example", 2, "--server is given twice: also as HOST"],
  [
    "client a b --server2 c",
    2,
    "--server2 needs one secondary address for each server",
    "2 and not 1",
  ],
  ["client a --server2 A", 2, "--server2 needs another address than --server\n"],
  ["client --server a,b --server2 c,b", 2, "--server2 needs another address than --server\n"],
  ["client --server a,,b", 2, "--server needs host names or IPv4 addresses, separated by commas"],
  ["client a --identifier i", 2, "--identifier needs --secret-file"],
  ["client a --secret-file f", 2, "--secret-file needs --identifier"],
  ["client a --identifier hex:0", 2, '--identifier needs text, or octets as "hex:0a1b…"'],
  ["client -", 2, 'HOST needs a host name or IPv4 address, not "-"'],
  ["client -- -x", 2, 'HOST needs a host name or IPv4 address, not "-x"'],
  ["client a..b", 2, 'not "a..b"'],
  ["client .", 2, 'not "."'],
  ["client 1.2.3", 2, 'HOST needs a host name or IPv4 address, not "1.2.3"'],
  ["client --server a,192.0.2.256", 2, 'not "a,192.0.2.256"'],
  ["client a --server2 0x7f.1", 2, 'not "0x7f.1"'],
  ["client a --interface ter%d", 2, "--interface needs a name of 15 octets at most", '"ter%d"'],
  ["client a --interface sixteen-octets-x", 2, '"%", for the interface, not "sixteen-octets-x"'],
  ["client a --interface a/b", 2, 'not "a/b"'],
  ["client a --interface fünfzehn-octets", 2, 'not "fünfzehn-octets"'],
  ["relay --interface ..", 2, 'not ".."'],
  ["client --serverr a", 2, "Unknown option --serverr. Did you mean --server?"],
  ["client --interfce=x a", 2, "Unknown option --interfce. Did you mean --interface?"],
  ["client --no-default-rout a", 2, "Did you mean --no-default-route?"],
  ["client -x a", 2, "Unknown option -x"],
  ["client --server", 2, "--server needs host names or IPv4 addresses, separated by commas\n"],
  [
    "client --server --port 1",
    2,
    "--server needs host names or IPv4 addresses, separated by commas\n",
  ],
  ["client --server= ", 2, "--server needs host names or IPv4 addresses, separated by commas\n"],
  ["client --server http://a.example/", 2, 'by commas, not "http://a.example/"'],
  [
    "client teredo.example:3544",
    2,
    'HOST needs a host name or IPv4 address, not "teredo.example:3544". ' +
    "A server's port is always 3544 (RFC 4380 §2.7): give teredo.example alone\n",
  ],
  ["client --server a,192.0.2.1:4000", 2, "always 3544 (RFC 4380 §2.7): give 192.0.2.1 alone\n"],
  ["client a --server2 b:3544", 2, "--server2 needs", "(RFC 4380 §2.7): give b alone\n"],
  ["client --server a:b", 2, 'by commas, not "a:b"\n'],
  ["client --server 2001:db8::1", 2, 'by commas, not "2001:db8::1"\n'],
  ["probe a:3544,b", 2, 'not "a:3544,b". A server\'s port is always 3544', "give a alone\n"],
  ["client a --port 0", 2, '--port needs a port number from 1 to 65535, not "0"'],
  ["client a --port 65536", 2, 'not "65536"'],
  ["client a --port http", 2, 'not "http"'],
  ["client a --port 1 --port 2", 2, "--port is given twice"],
  [
    "client a --refresh-interval 4",
    2,
    "--refresh-interval needs a number of seconds from 5 to 3600",
  ],
  ["client a --refresh-interval 3601", 2, 'from 5 to 3600, not "3601"'],
  ["client a --refresh-interval 30.5", 2, 'not "30.5"'],
  ["client a --no-default-route=yes", 2, "--no-default-route takes no value"],
  ["client a --log-level loud", 2, "one of debug, info, warn, error", 'not "loud"'],
  [
    "server --gateway --primary 83.1.1.1",
    2,
    "--gateway needs to know who may use this host's address: add --secrets with the file of its " +
    'clients ("teredo invite" makes one), or --gateway-for with their prefixes or "all"',
    "teredo server --help",
  ],
  ["relay --gateway", 2, 'add --gateway-for with the prefixes of its clients, or "all"'],
  ["server --gateway --gateway-for all --host-only", 2, "leave out --host-only"],
  [
    "server --primary 83.1.1.1 --client-rate 1M",
    2,
    "--client-rate is for gateways: add --gateway",
  ],
  ["relay --gateway-for all", 2, "--gateway-for is for gateways: add --gateway"],
  [
    "server --gateway-for 10.0.0.1/8",
    2,
    "--gateway-for needs IPv4 prefixes",
    'not "10.0.0.1/8". 10.0.0.1 is one address in 10.0.0.0/8: ' +
    "give 10.0.0.0/8 for all of them, or 10.0.0.1/32 for that one\n",
  ],
  [
    "relay --prefix 2001:db8::/32,2001:db8::1/64",
    2,
    "2001:db8::1 is one address in 2001:db8::/64: " +
    "give 2001:db8::/64 for all of them, or 2001:db8::1/128 for that one\n",
  ],
  ["server --gateway-for 10.0.0.0/33", 2, "--gateway-for needs IPv4 prefixes"],
  ["server --gateway-services 22", 2, "--gateway-services needs services such as tcp/22 or udp/53"],
  ["server --client-rate 20", 2, "--client-rate needs a number of bits per second such as 500k"],
  ["server --bind 10.0.0.256", 2, "--bind needs IPv4 addresses such as 10.0.0.5"],
  ["server --primary", 2, "--primary needs an IPv4 address such as 192.0.2.1\n"],
  ["server --primary teredo.example", 2, '192.0.2.1, not "teredo.example"'],
  [
    "server --primary 192.0.2.1:3544",
    2,
    '--primary needs an IPv4 address such as 192.0.2.1, not "192.0.2.1:3544". ' +
    "Clients know no other port than 3544 (RFC 4380 §2.7): give 192.0.2.1 alone\n",
  ],
  ["server --primary 192.0.2.1 --secondary 192.0.2.2:1", 2, "give 192.0.2.2 alone\n"],
  ["relay --bind 192.0.2.1:1", 2, "The port is a separate setting: give 192.0.2.1 alone\n"],
  ["server --primary 192.0.2", 2, 'not "192.0.2"'],
  ["server --primary 2001:db8::1", 2, 'not "2001:db8::1"'],
  ["server --primary 192.0.2.1 192.0.2.2", 2, 'Unexpected argument "192.0.2.2"'],
  ["server --primry 192.0.2.1", 2, "Did you mean --primary?"],
  ["server --allow-private=no --primary 192.0.2.1", 2, "--allow-private takes no value"],
  [
    "client 192.0.2.1 --limits to-client=9",
    2,
    '"to-client" is not a limit; these are: answers-per-peer',
  ],
  ["server --primary 192.0.2.1 --limits no", 2, '--limits needs "on", "off", or rates'],
  ["server --primary 192.0.2.1 --mtu 1279", 2, 'from 1280 to 1500, or "omit", not "1279"'],
  ["server --primary 192.0.2.1 --host-only", 2, "--host-only is for relays: add --relay"],
  ["server --primary 192.0.2.1 --prefix 2001:db8::/32", 2, "--prefix is for relays"],
  ["server --primary 192.0.2.1 --interface t", 2, "--interface is for relays"],
  [
    "server --primary 192.0.2.1 --limits to-client=9,bubbles-per-server=1",
    2,
    "--limits has bubbles-per-server, which is for relays: add --relay",
  ],
  [
    "server --primary 192.0.2.1 --relay --host-only --prefix 2001:db8::/32",
    2,
    "--host-only serves only this host's own addresses: leave out --prefix",
  ],
  [
    "server --primary 192.0.2.1 --secondary 192.0.2.1",
    2,
    "--secondary and --primary must be different addresses",
  ],
  ["client a --log-format xml", 2, '--log-format needs one of text, json, not "xml"'],
  ["client a --metrics 9641", 2, "--metrics needs an address and port such as 127.0.0.1:9641"],
  ["relay --hook x", 2, "Unknown option --hook"],
  ["status servr", 2, 'ROLE needs one of client, server, relay, not "servr"'],
  ["status client server", 2, 'Unexpected argument "server"'],
  ["ping", 2, '"teredo ping" needs an IPv6 address'],
  [
    "ping 192.0.2.1",
    2,
    'HOST needs an IPv6 address such as 2001:db8::1, or a host name, not "192.0.2.1"',
  ],
  ["ping ::1 -c 0", 2, '--count needs a number from 1 to 1000, not "0"'],
  ["ping ::1 -i 0", 2, '--interval needs a number of seconds from 1 to 60, not "0"'],
  ["ping ::1 --timeout 61", 2, '--timeout needs a number of seconds from 1 to 60, not "61"'],
  ["ping ::1 -c 1 --count 2", 2, "--count is given twice"],
  ["decode", 2, '"teredo decode" needs a Teredo address'],
  ["decode 2001:0:1", 2, 'Cannot decode "2001:0:1": it is not an IPv6 address'],
  ["decode 2001:: 2001:", 2, 'Cannot decode "2001:": it is not an IPv6 address'],
  ["decode 60 00 0", 2, "an odd number of digits"],
  ["decode --jsn 2001::", 2, "Unknown option --jsn. Did you mean --json?"],
];

const FAILURES: readonly Mistake[] = [
  [
    "status --control /nowhere/a.sock",
    3,
    "Teredo is not running here: there is no socket /nowhere",
  ],
  ["ping ::1 --control /nowhere/a.sock", 3, "Teredo is not running here: there is no socket /nowh"],
  ["decode 2001:db8::1", 1, "it is not a Teredo address, which starts with 2001:0:"],
  ["decode 3ffe:831f::1", 1, "3ffe:831f::/32 was Teredo's prefix in tests"],
  [
    "client a --identifier i --secret-file /nowhere/secret",
    78,
    "Cannot read the secret file /nowhere/secret: there is no such file",
  ],
  ["server --primary 10.0.0.1", 78, "Cannot serve on 10.0.0.1", "--allow-private"],
  ["server --primary 100.64.0.1", 78, "Cannot serve on 100.64.0.1", "--allow-private"],
  ["server --primary 192.0.2.1", 78, "Cannot serve on 192.0.2.1", "--allow-private"],
  ["server --primary 8.8.8.8", 1, "it is not an address of this host", "127.0.0.1"],
  ["server --primary 127.0.0.1 --allow-private", 78, "Cannot serve on 127.0.0.1"],
  ["server --primary 224.0.0.1 --allow-private", 78, "Cannot serve on 224.0.0.1"],
];

for (const [line, code, ...says] of [...USAGE, ...FAILURES]) {
  Deno.test(`mistake: teredo ${line}`, async () => {
    const { code: found, stdout, stderr } = await run(...line.split(" "));
    for (const text of says) assertStringIncludes(stderr, text);
    assertEquals(stderr.startsWith("teredo: "), true);
    assertEquals(stderr.split("\n").length, code === 2 ? 3 : 2, "one message");
    assertEquals([found, stdout], [code, ""]);
  });
}

Deno.test("mistake: teredo alone prints the help where mistakes go, with the code of one", async () => {
  const { code, stdout, stderr } = await run();
  assertEquals([code, stdout], [2, ""]);
  assertStringIncludes(stderr, "Usage: teredo COMMAND");
});

Deno.test("mistake: a stack trace comes with --log-level debug only", async () => {
  const line = ["server", "--primary", "10.0.0.1"];
  assertEquals((await run(...line)).stderr.includes("    at "), false);
  assertStringIncludes((await run(...line, "--log-level", "debug")).stderr, "    at ");
  assertStringIncludes((await run(...line, "--log-level=debug")).stderr, "    at ");
  const environment = { TEREDO_LOG_LEVEL: "debug" };
  assertStringIncludes((await runIn({ environment }, ...line)).stderr, "    at ");
});

Deno.test("mistake: what keeps a role from running is a line of JSON where its log is", async () => {
  const line = ["server", "--primary", "10.0.0.1"];
  const asked = [
    await run(...line, "--log-format", "json"),
    await run(...line, "--log-format=json", "--no-such"),
    await runIn({ environment: { TEREDO_LOG_FORMAT: "json" } }, ...line),
  ];
  for (const { code, stderr } of asked) {
    assertEquals(stderr.split("\n").length, 2, stderr);
    const { time, level, message } = JSON.parse(stderr);
    assertEquals([code > 0, level, Number.isNaN(Date.parse(time))], [true, "error", false]);
    assertStringIncludes(message, code === 2 ? "Unknown option --no-such" : "Cannot serve on");
  }
});
