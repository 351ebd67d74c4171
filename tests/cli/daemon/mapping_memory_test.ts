/** What a client remembers of its port mapping. */
import { assertEquals, assertMatch } from "@std/assert";
import { MappingMemory } from "../../../cli/daemon/mapping_memory.ts";
import { openLog } from "../../../cli/process/open_log.ts";
import { SILENT_LOG } from "../../../io/log.ts";
import type { PortMapping } from "../../../portmap/port_mapping.ts";
import { parseEndpoint } from "../../../wire/endpoint.ts";
import { parseIpv4 } from "../../../wire/ipv4_address.ts";
import { requires } from "../../capabilities.ts";
import "../../ffi/open_libc.ts";

const { title, ignore } = requires("linux");

const MAPPING: PortMapping = {
  protocol: "nat-pmp",
  router: parseIpv4("192.168.1.1")!,
  internal: parseEndpoint("192.168.1.10:40000")!,
  external: parseEndpoint("203.0.113.5:40001")!,
  nonce: Uint8Array.fromHex("000102030405060708090a0b"),
};

Deno.test("mapping memory: a mapping is remembered for its user alone, and forgotten", async () => {
  const folder = await Deno.makeTempDir();
  const memory = new MappingMemory(folder, SILENT_LOG);
  assertEquals(memory.read(), undefined);
  memory.write(MAPPING);
  assertEquals(memory.read(), MAPPING);
  const { mode } = await Deno.stat(`${folder}/client-mapping.json`);
  if (mode !== null && Deno.build.os !== "windows") assertEquals(mode & 0o777, 0o600);
  memory.forget();
  memory.forget();
  assertEquals(memory.read(), undefined);
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name: title("mapping memory: a link in the place of the file or its draft is not followed"),
  ignore,
  async fn() {
    const folder = await Deno.makeTempDir();
    const victim = `${folder}/victim`;
    await Deno.writeTextFile(victim, "untouched");
    for (const name of ["client-mapping.json", "client-mapping.json.new"]) {
      await Deno.symlink(victim, `${folder}/${name}`);
    }
    const memory = new MappingMemory(folder, SILENT_LOG);
    memory.write(MAPPING);
    assertEquals(await Deno.readTextFile(victim), "untouched");
    assertEquals(memory.read(), MAPPING);
    assertEquals((await Deno.lstat(`${folder}/client-mapping.json`)).isSymlink, false);
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("mapping memory: a file that makes no sense is as good as none", async () => {
  const folder = await Deno.makeTempDir();
  const memory = new MappingMemory(folder, SILENT_LOG);
  memory.write(MAPPING);
  const path = `${folder}/client-mapping.json`;
  const text = await Deno.readTextFile(path);
  for (
    const other of [
      "",
      "null",
      "{}",
      text.replace("nat-pmp", "ftp"),
      text.replace("192.168.1.10:40000", "192.168.1.10"),
      text.replace("00010203", "zz010203"),
      text.replace("00010203", ""),
    ]
  ) {
    await Deno.writeTextFile(path, other);
    assertEquals(memory.read(), undefined, other);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("mapping memory: without a folder nothing is remembered", () => {
  const memory = new MappingMemory(undefined, SILENT_LOG);
  memory.write(MAPPING);
  memory.forget();
  assertEquals(memory.read(), undefined);
});

Deno.test("mapping memory: a folder that takes nothing is warned of once", () => {
  const lines: string[] = [];
  const memory = new MappingMemory("/dev/null", openLog("info", (line) => lines.push(line)));
  for (let i = 0; i < 3; i++) memory.write(MAPPING);
  assertEquals(lines.length, 1);
  assertMatch(lines[0]!, /warn +Cannot remember the port mapping in .*so the router may keep it/);
});
