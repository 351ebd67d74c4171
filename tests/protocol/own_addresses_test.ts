import { assert, assertFalse } from "@std/assert";
import { OwnAddresses } from "../../protocol/own_addresses.ts";
import { ip4, ip6 } from "../vectors/vectors.ts";

const own = new OwnAddresses([ip4("198.51.100.200")]);

Deno.test("OwnAddresses finds an own IPv4 address in every form that a tunnel would decapsulate", () => {
  for (
    const text of [
      "2002:c633:64c8::1",
      "2001:db8::5efe:198.51.100.200",
      "fe80::200:5efe:198.51.100.200",
      "2001:0:cb00:7178:0:efff:39cc:9b37",
      "2001:0:c633:64c8:0:efff:3fff:fdfe",
      "::198.51.100.200",
      "::ffff:198.51.100.200",
    ]
  ) assert(own.isEmbeddedIn(ip6(text), 0), text);
});

Deno.test("OwnAddresses leaves other addresses alone", () => {
  for (
    const text of [
      "2002:c633:64c9::1",
      "2001:db8:c633:64c8::1",
      "2001:db8::198.51.100.200",
      "2001:0:cb00:7178:0:efff:3fff:fdfe",
      "::198.51.100.201",
    ]
  ) assertFalse(own.isEmbeddedIn(ip6(text), 0), text);
});
