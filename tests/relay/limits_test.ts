/** A relay that goes on with other limits, as after SIGHUP. */
import { assertEquals } from "@std/assert";
import { addressOf, endpoint } from "../../wire/endpoint.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { decodeTeredoAddress, encodeTeredoAddress } from "../../wire/teredo_address.ts";
import { ACTORS, ip4 } from "../vectors/vectors.ts";
import { echo, NO_LIMITS, RelayFixture } from "./relay_fixture.ts";

const { a, addressOfA, host } = ACTORS;
const A = decodeTeredoAddress(addressOfA)!;
const SLOW = { perSecond: 10, burst: 20 };

/** How many bubbles go out when a site sends to so many clients at once that nobody knows. */
function bubblesFor(fixture: RelayFixture, count: number): number {
  const before = fixture.sink.datagrams.length;
  const first = 1 + fixture.relay.status(fixture.now).peers.length;
  for (let port = first; port < first + count; port++) {
    const mapping = endpoint(addressOf(a), port);
    fixture.native(echo(host, encodeTeredoAddress({ ...A, mapping })));
  }
  return fixture.sink.datagrams.length - before;
}

Deno.test("relay: limits can be turned on and off, and the same ones again refill no bucket", () => {
  for (const limit of ["newClientsPerSite", "newClientsInTotal", "bubblesPerServer"] as const) {
    const fixture = new RelayFixture({ limits: NO_LIMITS });
    assertEquals(bubblesFor(fixture, 100), 100);
    fixture.relay.useLimits({ ...NO_LIMITS, [limit]: SLOW });
    assertEquals(bubblesFor(fixture, 100), 20, limit);
    fixture.relay.useLimits({ ...NO_LIMITS, [limit]: { ...SLOW } });
    assertEquals(bubblesFor(fixture, 100), 0, limit);
    fixture.relay.useLimits(NO_LIMITS);
    assertEquals(bubblesFor(fixture, 100), 100, limit);
  }
});

Deno.test("relay: the limit for a client can be turned on and off while it runs", () => {
  const fixture = new RelayFixture({ limits: NO_LIMITS });
  let server = ip4("11.0.0.0");
  const bubbles = () => {
    const before = fixture.sink.datagrams.length;
    const last = server + 100;
    while (server < last) {
      server = ipv4Address(server + 1);
      fixture.native(echo(host, encodeTeredoAddress({ ...A, server })));
    }
    return fixture.sink.datagrams.length - before;
  };
  assertEquals(bubbles(), 100);
  fixture.relay.useLimits({ ...NO_LIMITS, bubblesPerClient: SLOW });
  assertEquals(bubbles(), 20);
  fixture.relay.useLimits(NO_LIMITS);
  assertEquals(bubbles(), 100);
});
