import { assertEquals, assertRejects } from "@std/assert";
import type { ServerAddresses } from "../../../client/client_config.ts";
import { openLog } from "../../../cli/process/open_log.ts";
import { ResolveError } from "../../../io/servers/lookup.ts";
import { ServerDirectory } from "../../../io/servers/server_directory.ts";
import { ServerName } from "../../../io/servers/server_name.ts";
import { formatIpv4, parseIpv4 } from "../../../wire/ipv4_address.ts";

/**
 * A directory of `hosts`, a telephone book that the test may change, and everything that was told.
 */
function make(...hosts: string[]) {
  const told: string[] = [];
  const book: Record<string, string> = {
    "a.example": "192.0.2.1",
    "b.example": "192.0.2.11",
  };
  const asked: string[] = [];
  const lookup = (name: string) => {
    asked.push(name);
    const address = book[name];
    return address === undefined
      ? Promise.reject(Object.assign(new Error(name), { code: "EAI_AGAIN" }))
      : Promise.resolve(address.split(" "));
  };
  const log = openLog("debug", (line) => told.push(line.slice(25).trim()));
  const check = ({ primary }: ServerAddresses) => {
    if (primary === parseIpv4("10.0.0.1")) throw new Error("10.0.0.1 is private");
  };
  const names = hosts.map((host) => new ServerName(host, undefined, lookup));
  const list = new ServerDirectory(names, check, log);
  const changes: string[] = [];
  const text = (servers: ServerAddresses[]) => servers.map(({ primary }) => formatIpv4(primary));
  const refresh = () => list.refresh((servers) => changes.push(text(servers).join()));
  return { list, book, told, asked, changes, refresh, known: () => text(list.addresses) };
}

const NO_ANSWER = (name: string) =>
  `warn  Cannot resolve "${name}": no DNS server answers. ` +
  "Check this host's network and DNS servers, or give the server's IPv4 address";

Deno.test("server directory: servers keep their order, and their names", async () => {
  const { list, known } = make("b.example", "198.51.100.1", "a.example");
  await list.find();
  assertEquals(known(), ["192.0.2.11", "198.51.100.1", "192.0.2.1"]);
  assertEquals(list.nameOf(parseIpv4("192.0.2.11")!), "b.example");
  assertEquals(list.nameOf(parseIpv4("198.51.100.1")!), "198.51.100.1");
  assertEquals(list.nameOf(parseIpv4("192.0.2.99")!), "192.0.2.99");
});

Deno.test("server directory: a server that is not found is done without, and looked up later", async () => {
  const { list, book, told, changes, refresh, known } = make("c.example", "a.example");
  await list.find();
  assertEquals(known(), ["192.0.2.1"]);
  assertEquals(told, [NO_ANSWER("c.example")]);
  book["c.example"] = "192.0.2.21";
  await refresh();
  assertEquals(known(), ["192.0.2.21", "192.0.2.1"]);
  assertEquals(changes, ["192.0.2.21,192.0.2.1"]);
});

Deno.test("server directory: without any server, the failure of the first is thrown", async () => {
  const { list } = make("c.example", "d.example");
  await assertRejects(() => list.find(), ResolveError, '"c.example"');
});

Deno.test("server directory: a server that moved is reported once", async () => {
  const { list, book, told, changes, refresh } = make("a.example", "b.example");
  await list.find();
  book["a.example"] = "198.51.100.1";
  await refresh();
  await refresh();
  assertEquals(told, ["info  Server a.example is at 198.51.100.1 now"]);
  assertEquals(changes, ["198.51.100.1,192.0.2.11"]);
});

Deno.test("server directory: what cannot be looked up, or used, stays where it was known", async () => {
  const { list, book, told, changes, refresh, known } = make("a.example", "b.example");
  await list.find();
  delete book["a.example"];
  book["b.example"] = "10.0.0.1";
  await refresh();
  assertEquals(told, [NO_ANSWER("a.example"), "warn  10.0.0.1 is private"]);
  assertEquals([known(), changes], [["192.0.2.1", "192.0.2.11"], []]);
});

Deno.test("server directory: nobody is asked for an address, nor twice at a time", async () => {
  const { list, asked, refresh } = make("192.0.2.1", "a.example");
  await list.find();
  await Promise.all([refresh(), refresh()]);
  assertEquals(asked, ["a.example", "a.example"]);
  const literal = make("192.0.2.1");
  await literal.list.find();
  await literal.refresh();
  assertEquals(literal.asked, []);
});

Deno.test("server directory: it is settled with all servers known and the preferred one in use", async () => {
  const { list, book, refresh } = make("c.example", "a.example");
  await list.find();
  const [fallback] = list.addresses;
  assertEquals(list.isSettledOn(fallback!), false);
  book["c.example"] = "198.51.100.1";
  await refresh();
  const [preferred] = list.addresses;
  assertEquals([list.isSettledOn(fallback!), list.isSettledOn(preferred!)], [false, true]);
});

Deno.test("server directory: all addresses of a name are servers, whose order does not matter", async () => {
  const { list, book, told, changes, refresh, known } = make("a.example", "b.example");
  book["a.example"] = "192.0.2.1 198.51.100.1";
  await list.find();
  assertEquals(known(), ["192.0.2.1", "198.51.100.1", "192.0.2.11"]);
  assertEquals(list.nameOf(parseIpv4("198.51.100.1")!), "a.example");
  book["a.example"] = "198.51.100.1 192.0.2.1";
  await refresh();
  assertEquals([known()[0], changes, told], ["192.0.2.1", [], []]);
  book["a.example"] = "198.51.100.1";
  await refresh();
  assertEquals(changes, ["198.51.100.1,192.0.2.11"]);
});

Deno.test("server directory: an address of a name that cannot be used is left out", async () => {
  const { list, book, told, known } = make("a.example");
  book["a.example"] = "10.0.0.1 192.0.2.1";
  await list.find();
  assertEquals([known(), told], [["192.0.2.1"], []]);
});

Deno.test("server directory: a mistake is thrown rather than a look-up that may succeed later", async () => {
  const { list } = make("c.example", "10.0.0.1");
  await assertRejects(() => list.find(), Error, "10.0.0.1 is private");
});
