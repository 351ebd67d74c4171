import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { describeBatches, describeRefusal } from "../../cli/udp_mode.ts";
import { requires } from "../capabilities.ts";

/** Opens sockets in a process that may or may not call the C library. */
async function open(mode: string, permissions: string[]): Promise<{ said: string; log: string }> {
  const assert = import.meta.resolve("@std/assert");
  const map = assert.startsWith("file:")
    ? ["--import-map", new URL("./import_map.json", assert).pathname]
    : [];
  const fixture = new URL("./fixtures/open_socket.ts", import.meta.url).pathname;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--cached-only", ...map, ...permissions, fixture, mode],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { said: decoder.decode(stdout).trim(), log: decoder.decode(stderr) };
}

const LINUX = requires("linux");

Deno.test({
  name: LINUX.title("--udp auto takes batches on Linux, and says so once"),
  ignore: LINUX.ignore,
  fn: async () => {
    const { said, log } = await open("auto", ["--allow-all"]);
    assertEquals(said, "true");
    assertMatch(log, /^\S+ info +UDP datagrams are moved in batches( with [A-Z_ and]+)?\n$/);
  },
});

Deno.test("--udp auto falls back where the C library cannot be called, and says why", async () => {
  const { said, log } = await open("auto", ["--allow-net", "--allow-read", "--deny-ffi"]);
  assertEquals(said, "false");
  const [first, second, ...more] = log.trim().split("\n").filter((line) => line.includes("UDP"));
  assertStringIncludes(
    first! + second,
    "UDP datagrams are moved one by one: batches are not to be had",
  );
  // Options of the sockets cannot be set either, which each of them says.
  assertEquals(more.length, 1, log);
});

Deno.test("--udp batched ends with one message where there are no batches", async () => {
  const { said, log } = await open("batched", ["--allow-net", "--allow-read", "--deny-ffi"]);
  assertMatch(said, /^CliError: Cannot move UDP datagrams in batches: .*Leave out "--udp batched"/);
  assertEquals(log, "");
});

Deno.test("--udp deno does as told", async () => {
  const { said, log } = await open("deno", ["--allow-all"]);
  assertEquals(said, "false");
  assertMatch(log, /UDP datagrams are moved one by one: so --udp deno asks\n$/);
});

Deno.test("what is in use, and what is given up, is said in words", () => {
  assertEquals(
    describeBatches({ isSegmenting: true, isJoining: true }),
    "UDP datagrams are moved in batches with UDP_SEGMENT and UDP_GRO",
  );
  assertEquals(
    describeBatches({ isSegmenting: false, isJoining: false }),
    "UDP datagrams are moved in batches",
  );
  assertEquals(
    describeRefusal("never", "EIO"),
    "UDP_SEGMENT is given up: the kernel refuses it (EIO)",
  );
});
