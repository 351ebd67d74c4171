import { assertEquals } from "@std/assert";
import { addressOf, portOf } from "../../../wire/endpoint.ts";
import { formatIpv4 } from "../../../wire/ipv4_address.ts";
import { isTeredo } from "../../../wire/teredo_address.ts";
import { addresses } from "../../vectors/vectors.ts";
import { run } from "../recording.ts";

for (const { name, text, exploded, octets, server, flags, mapping } of addresses) {
  if (!isTeredo(octets)) {
    Deno.test(`decode: ${name} is refused`, async () => {
      const { code, stdout } = await run("decode", text);
      assertEquals([code, stdout], [1, ""]);
    });
    continue;
  }

  const expected = {
    server: formatIpv4(server),
    flags: flags.toString(16).padStart(4, "0"),
    cone: flags >= 0x8000,
    port: portOf(mapping),
    client: formatIpv4(addressOf(mapping)),
  };

  Deno.test(`decode: ${name} as JSON`, async () => {
    for (const address of [text, exploded, text.toUpperCase()]) {
      const { code, stdout, stderr } = await run("decode", address, "--json");
      assertEquals([code, stderr], [0, ""]);
      assertEquals(JSON.parse(stdout), expected);
      assertEquals(Object.keys(JSON.parse(stdout)), ["server", "flags", "cone", "port", "client"]);
    }
  });

  Deno.test(`decode: ${name} as text`, async () => {
    const { stdout } = await run("decode", text);
    const rows = stdout.trimEnd().split("\n").map((line) => line.split(/ +/));
    const entries = Object.entries(expected).map(([key, value]) => [key, String(value)]);
    assertEquals(rows, entries);
  });
}
