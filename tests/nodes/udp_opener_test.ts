import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { Poller } from "../../ffi/polling/poller.ts";
import { Counters } from "../../io/counters.ts";
import { SystemErrors } from "../../io/system_errors.ts";
import { ListenError } from "../../nodes/listen_error.ts";
import { UdpOpener } from "../../nodes/udp_opener.ts";
import { portOf } from "../../wire/endpoint.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";
import { supports } from "../../ffi/open.ts";
import { requires } from "../capabilities.ts";

/** What the fixture prints. */
interface Told {
  readonly type?: string;
  readonly reason?: string;
  readonly needsPoller?: boolean;
  readonly error?: string;
}

/** Opens sockets in a process that may or may not call the C library. */
async function open(mode: string, permissions: string[]): Promise<Told[]> {
  const fixture = new URL("./fixtures/open_socket.ts", import.meta.url).pathname;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--cached-only", ...permissions, fixture, mode],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  assertEquals(decoder.decode(stderr), "");
  return decoder.decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
}

const LINUX = requires("linux");

/**
 * Why there are no batches: this program may not call the C library, or the system has none. A
 * process that pretends to be elsewhere starts one that knows better.
 */
const WHY = LINUX.ignore ? /It needs Linux|ffi/ : /ffi/;

Deno.test({
  name: LINUX.title("auto takes batches on Linux, and says so once"),
  ignore: LINUX.ignore,
  fn: async () => {
    const [first, ...more] = await open("auto", ["--allow-all"]);
    assertEquals(first!.type, "batched");
    assertEquals(more, [{ needsPoller: true }]);
  },
});

Deno.test("auto falls back where the C library cannot be called, and says why", async () => {
  const told = await open("auto", ["--allow-net", "--allow-read", "--deny-ffi"]);
  const [single] = told.filter(({ type }) => type === "single");
  assertMatch(single!.reason!, WHY);
  // Options of the sockets cannot be set either, which each of them says where there are some.
  const refused = supports("socketOptions") ? 2 : 0;
  assertEquals(told.filter(({ type }) => type === "options_refused").length, refused);
  assertEquals(told.at(-1), { needsPoller: false });
  assertEquals(told.length, 2 + refused);
});

Deno.test("batched ends where there are no batches", async () => {
  const [told, ...more] = await open("batched", ["--allow-net", "--allow-read", "--deny-ffi"]);
  assertMatch(told!.error!, /^ListenError: Cannot move UDP datagrams in batches: /);
  assertMatch(told!.error!, WHY);
  assertEquals(more, []);
});

Deno.test("deno does as told", async () => {
  const told = await open("deno", ["--allow-all"]);
  assertEquals(told, [{ type: "single" }, { needsPoller: false }]);
});

Deno.test("what stands in the way of a socket is told apart", () => {
  const counters = new Counters();
  const opener = new UdpOpener({
    mode: "deno",
    ffi: false,
    watcher: new Poller(),
    counters,
    errors: new SystemErrors(counters, () => {}),
    onNews: () => {},
  });
  const loopback = parseIpv4("127.0.0.1")!;
  const first = opener.open(loopback, 0);
  const port = portOf(first.local);
  const taken = assertThrows(() => opener.open(loopback, port), ListenError);
  first.close();
  assertEquals(taken.obstacle, "in_use");
  assertEquals(taken.port, port);
  assertEquals(
    taken.message,
    `Cannot listen on UDP 127.0.0.1:${port}: another program has the port`,
  );
  const foreign = assertThrows(() => opener.open(parseIpv4("192.0.2.1")!, 0), ListenError);
  assertEquals(foreign.obstacle, "not_local");
});
