/** A mapper's sockets. */
import { assertEquals } from "@std/assert";
import { MapperDriver } from "../../../io/portmap/mapper_driver.ts";
import { Mapper } from "../../../portmap/mapper.ts";
import { endpoint } from "../../../wire/endpoint.ts";
import { parseIpv4 } from "../../../wire/ipv4_address.ts";
import { seededRandom } from "../../sim/seeded_random.ts";

const REQUEST = new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n");

Deno.test("mapper driver: at the end no exchange by HTTP is left open", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const at = endpoint(parseIpv4("127.0.0.1")!, (listener.addr as Deno.NetAddr).port);
  const faults: unknown[] = [];
  const mapper = new Mapper({ protocols: [], port: 40_000, random: seededRandom("driver") });
  const driver = new MapperDriver(mapper, {
    onEvent() {},
    onFault: (error) => faults.push(error),
  });
  const ending = new AbortController();
  const running = driver.run(
    () => driver.act((_mapper, _now, sink) => sink.exchange(1, at, REQUEST, 5_000)),
    ending.signal,
  );
  using silent = await listener.accept();
  assertEquals(await silent.read(new Uint8Array(100)), REQUEST.length);
  ending.abort();
  await running;
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(late.resolve, 1_000, "still open");
  const closed = await Promise.race([silent.read(new Uint8Array(1)), late.promise]);
  clearTimeout(timer);
  assertEquals(closed, null, "the connection is closed when the driver has ended");
  assertEquals(faults, []);
});
