import { assertEquals, assertStringIncludes } from "@std/assert";
import { addressOf, portOf } from "../../../wire/endpoint.ts";
import { formatIpv4 } from "../../../wire/ipv4_address.ts";
import { isLinkLocal } from "../../../wire/ipv6_address.ts";
import { isTeredo } from "../../../wire/teredo_address.ts";
import { addresses } from "../../vectors/vectors.ts";
import { run, runIn } from "../recording.ts";

/** Link-local addresses that Windows sends from, whatever its mapping. */
const FIXED = ["A10", "A11"];

for (const { name, text, exploded, octets, server, flags, mapping } of addresses) {
  const isMapped = isTeredo(octets) || (isLinkLocal(octets) && !FIXED.includes(name));
  if (!isMapped) {
    Deno.test(`decode: ${name} is refused`, async () => {
      const { code, stdout } = await run("decode", text);
      assertEquals([code, stdout], [1, ""]);
    });
    continue;
  }

  const expected = {
    server: isTeredo(octets) ? formatIpv4(server) : null,
    flags: flags.toString(16).padStart(4, "0"),
    cone: flags >= 0x8000,
    port: portOf(mapping),
    client: formatIpv4(addressOf(mapping)),
  };

  Deno.test(`decode: ${name} as JSON`, async () => {
    for (const address of [text, exploded, text.toUpperCase()]) {
      const { code, stdout, stderr } = await run("decode", address, "--json");
      assertEquals([code, stderr], [0, ""]);
      assertEquals(JSON.parse(stdout), { address, ...expected });
      assertEquals(
        Object.keys(JSON.parse(stdout)),
        ["address", "server", "flags", "cone", "port", "client"],
      );
    }
  });

  Deno.test(`decode: ${name} as text`, async () => {
    const { stdout } = await run("decode", text);
    const rows = stdout.trimEnd().split("\n").map((line) => line.split(/ +/));
    const entries = Object.entries(expected).filter(([, value]) => value !== null)
      .map(([key, value]) => [key, String(value)]);
    assertEquals(rows, entries);
  });
}

const ADDRESS = "2001:0:cb00:7178:385c:efff:3fff:fdfe";

for (const around of [`[${ADDRESS}]`, `[${ADDRESS}]:443`, `${ADDRESS}%2`, `${ADDRESS}/128`]) {
  Deno.test(`decode: an address is found in ${around}`, async () => {
    assertEquals(await run("decode", around), await run("decode", ADDRESS));
  });
}

Deno.test("decode: a link-local address with a zone", async () => {
  const { code, stdout } = await run("decode", "fe80::8000:f227:34ff:8e87%eth0");
  assertEquals([code, stdout.split("\n").at(-2)], [0, "client  203.0.113.120"]);
});

for (const address of ["fe80::1", "fe80::5054:ff:fe12:3502", "fe80::ffff:ffff:fffe%3"]) {
  Deno.test(`decode: ${address} holds no mapping`, async () => {
    const { code, stdout, stderr } = await run("decode", address);
    assertEquals([code, stdout], [1, ""]);
    assertStringIncludes(stderr, "it is a link-local address, and holds no mapping\n");
  });
}

Deno.test("decode: several addresses, of which one says nothing", async () => {
  const other = "fe80::8000:f227:34ff:8e87";
  const { code, stdout, stderr } = await run("decode", ADDRESS, "2001:db8::1", other);
  assertEquals(code, 1);
  assertStringIncludes(stdout, `${ADDRESS}\nserver  203.0.113.120\n`);
  assertStringIncludes(stdout, `\n\n${other}\nflags   8000\n`);
  assertEquals(
    stderr,
    "teredo: Cannot decode 2001:db8::1: it is not a Teredo address, which starts with 2001:0:\n",
  );
  const lines = (await run("decode", ADDRESS, other, "--json")).stdout.trimEnd().split("\n");
  assertEquals(lines.map((line) => JSON.parse(line).address), [ADDRESS, other]);
});

Deno.test("decode: addresses from the standard input", async () => {
  const { code, stdout } = await runIn({ input: `${ADDRESS}\n[${ADDRESS}]:80\n` }, "decode", "-");
  assertEquals([code, stdout.split("server").length], [0, 3]);
});

Deno.test("decode: what stands among addresses and is not one is a mistake of usage", async () => {
  const { code, stdout, stderr } = await run("decode", ADDRESS, "peer");
  assertEquals([code, stdout], [2, ""]);
  assertStringIncludes(stderr, 'Cannot decode "peer": it is not an IPv6 address\n');
});
