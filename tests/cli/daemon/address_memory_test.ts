import { assertEquals, assertMatch } from "@std/assert";
import { AddressMemory, stateFolder } from "../../../cli/daemon/address_memory.ts";
import { openLog } from "../../../cli/process/open_log.ts";
import { platform } from "../../../ffi/platform.ts";
import "../../ffi/open_libc.ts";
import { assertPrivate } from "../../private_file.ts";
import { ip6 } from "../../vectors/vectors.ts";

const log = openLog("debug", () => {});
const address = ip6("2001:0:5301:101:385c:63bf:acfe:fdf8");

Deno.test("address: what one run writes, the next one reads, and nobody else", async () => {
  const folder = await Deno.makeTempDir();
  assertEquals(new AddressMemory(folder, log).read(), undefined);
  new AddressMemory(folder, log).write({ address, port: 40_000 });
  assertEquals(new AddressMemory(folder, log).read(), { address, port: 40_000 });
  assertPrivate(`${folder}/client-address.json`);
  new AddressMemory(folder, log).write({ address, port: undefined });
  assertEquals(new AddressMemory(folder, log).read(), { address, port: undefined });
});

const DAMAGED = ["", "{", "null", "[]", '{"address":"2001:db8::1"}', '{"address":7}'];

for (const text of DAMAGED) {
  Deno.test(`address: a file that reads ${JSON.stringify(text)} is as good as none`, async () => {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/client-address.json`, text);
    assertEquals(new AddressMemory(folder, log).read(), undefined);
  });
}

Deno.test({
  name: "address: a link in the place of the file is not followed",
  // Windows lets few users make links.
  ignore: !platform.hasFileModes,
  fn: async () => {
    const [folder, elsewhere] = [await Deno.makeTempDir(), await Deno.makeTempDir()];
    new AddressMemory(elsewhere, log).write({ address, port: 40_000 });
    await Deno.symlink(`${elsewhere}/client-address.json`, `${folder}/client-address.json`);
    const lines: string[] = [];
    const memory = new AddressMemory(folder, openLog("debug", (line) => lines.push(line)));
    assertEquals(memory.read(), undefined);
    assertMatch(lines[0]!, /Cannot read the last address from .*: it is not a file/);
    memory.write({ address, port: 1 });
    assertEquals(memory.read(), { address, port: 1 });
    assertEquals(new AddressMemory(elsewhere, log).read(), { address, port: 40_000 });
  },
});

Deno.test("address: an impossible port is left out", async () => {
  const folder = await Deno.makeTempDir();
  const text = '{"address":"2001:0:5301:101:385c:63bf:acfe:fdf8","port":70000}';
  await Deno.writeTextFile(`${folder}/client-address.json`, text);
  assertEquals(new AddressMemory(folder, log).read(), { address, port: undefined });
});

Deno.test("address: without a folder, or with one that is gone, a client does without", () => {
  for (const folder of [undefined, "/dev/null/none"]) {
    const memory = new AddressMemory(folder, log);
    memory.write({ address, port: 1 });
    assertEquals(memory.read(), undefined);
  }
});

Deno.test("address: a folder that takes nothing is warned of once", () => {
  const lines: string[] = [];
  const memory = new AddressMemory("/dev/null", openLog("info", (line) => lines.push(line)));
  for (let i = 0; i < 3; i++) memory.write({ address, port: 1 });
  assertEquals(lines.length, 1);
  assertMatch(lines[0]!, /warn +Cannot remember the address in .*so it may change/);
});

Deno.test("address: systemd names the folder", () => {
  assertEquals(
    stateFolder(() => "/var/lib/teredo-client:/var/lib/other"),
    "/var/lib/teredo-client",
  );
});
