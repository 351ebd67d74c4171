/** A client's port on the router, with a router on the loopback interface. */
import { assert, assertEquals } from "@std/assert";
import { ROUTER_PORT } from "../../portmap/pcp.ts";
import type { MapperEvent } from "../../portmap/mapper_event.ts";
import type { RouterPlace } from "../../portmap/router_place.ts";
import { ClientMapping, type NoMapping } from "../../nodes/client_mapping.ts";
import { type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { formatIpv4, parseIpv4 } from "../../wire/ipv4_address.ts";
import { FakeRouter, type RouterOptions } from "../portmap/fake_router.ts";
import { loopbackTest } from "./loopback.ts";

/** The port of routers is fixed, so runs that go on at the same time differ by the address. */
const ROUTER = parseIpv4(`127.77.${Deno.pid & 255}.${1 + (Deno.pid >> 8) % 250}`)!;
const LOCAL = endpoint(parseIpv4("127.0.0.1")!, 40_000);
const EXTERNAL = endpoint(parseIpv4("83.1.2.1")!, 40_000);

/** A router that speaks PCP alone, on a socket. */
function serve(options: RouterOptions = {}): FakeRouter & Disposable {
  const router = new FakeRouter({ protocols: ["pcp"], address: ROUTER, ...options });
  const socket = Deno.listenDatagram({
    transport: "udp",
    hostname: formatIpv4(ROUTER),
    port: ROUTER_PORT,
  });
  (async () => {
    for await (const [bytes, from] of socket) {
      const { hostname } = from as Deno.NetAddr;
      const to = endpoint(ROUTER, ROUTER_PORT);
      const answer = router.answer(bytes, to, parseIpv4(hostname)!);
      if (answer !== undefined) await socket.send(answer.bytes, from);
    }
  })();
  return Object.assign(router, { [Symbol.dispose]: () => socket.close() });
}

/** Runs a test with a client's mapping, and ends it. */
async function withMapping(
  findRouter: () => RouterPlace | "no_router" | "router_unknown",
  test: (
    mapping: ClientMapping,
    next: (type: MapperEvent["type"]) => Promise<void>,
  ) => Promise<void>,
  protocols: readonly "pcp"[] = ["pcp"],
  local = LOCAL,
): Promise<void> {
  const waiting = new Map<string, () => void>();
  const next = (type: string) => new Promise<void>((resolve) => waiting.set(type, resolve));
  const ending = new AbortController();
  const mapping = new ClientMapping({
    options: { protocols },
    local,
    findRouter,
    onEvent: ({ type }) => waiting.get(type)?.(),
    onFault: (error) => {
      throw error;
    },
  });
  const running = mapping.run(ending.signal);
  await test(mapping, next);
  ending.abort();
  await running;
}

/** What the status says of the mapping, or why there is none. */
function told(mapping: ClientMapping): string {
  const status = mapping.status();
  return status.state === "mapped"
    ? status.view
    : status.state === "idle"
    ? status.reason
    : status.state;
}

loopbackTest("client mapping: what the server sees tells whether a mapping is of use", async () => {
  using router = serve();
  await withMapping(
    () => ({ router: ROUTER, local: parseIpv4("127.0.0.1")! }),
    async (mapping, next) => {
      await next("port_mapped");
      assertEquals(told(mapping), "unknown");
      const views: readonly [Endpoint, string][] = [
        [EXTERNAL, "in_use"],
        [endpoint(parseIpv4("83.1.2.1")!, 50_000), "other_port"],
        [endpoint(parseIpv4("83.1.2.2")!, 40_000), "other_address"],
      ];
      for (const [seen, view] of views) {
        mapping.observe(seen);
        assertEquals(told(mapping), view);
      }
      assertEquals(router.table.size, 1);
    },
  );
  assertEquals(router.table.size, 0, "removed at the end");
});

loopbackTest("client mapping: a client that rests has none", async () => {
  using router = serve();
  await withMapping(
    () => ({ router: ROUTER, local: parseIpv4("127.0.0.1")! }),
    async (mapping, next) => {
      await next("port_mapped");
      mapping.rest(true);
      await next("port_removed");
      assertEquals([told(mapping), router.table.size], ["resting", 0]);
      mapping.rest(false);
      await next("port_mapped");
      assertEquals(router.table.size, 1);
      mapping.useProtocols([]);
      await next("port_removed");
      assertEquals([told(mapping), router.table.size], ["off", 0]);
    },
  );
});

loopbackTest("client mapping: switched on later, the router is asked then", async () => {
  using router = serve();
  await withMapping(
    () => ({ router: ROUTER, local: parseIpv4("127.0.0.1")! }),
    async (mapping, next) => {
      assertEquals([told(mapping), router.asked], ["off", []]);
      mapping.useProtocols(["pcp"]);
      await next("port_mapped");
      assertEquals(router.table.size, 1);
    },
    [],
  );
});

loopbackTest(
  "client mapping: without a router, or with a public address, nobody is asked",
  async () => {
    const reasons: readonly [RouterPlace | "no_router" | "router_unknown", NoMapping][] = [
      ["no_router", "no_router"],
      ["router_unknown", "router_unknown"],
      [{ router: ROUTER, local: parseIpv4("83.1.2.3")! }, "public_address"],
    ];
    using router = serve();
    for (const [place, reason] of reasons) {
      await withMapping(() => place, (mapping) => {
        mapping.lookForRouter();
        assertEquals(told(mapping), reason);
        return Promise.resolve();
      });
      assert(router.asked.length === 0);
    }
  },
);

loopbackTest(
  "client mapping: bound to another address than the router leads to, nobody is asked",
  async () => {
    using router = serve();
    const place = () => ({ router: ROUTER, local: parseIpv4("127.0.0.1")! });
    const elsewhere = endpoint(parseIpv4("127.0.0.2")!, 40_000);
    await withMapping(
      place,
      (mapping) => {
        mapping.lookForRouter();
        assertEquals(told(mapping), "bound_elsewhere");
        return Promise.resolve();
      },
      ["pcp"],
      elsewhere,
    );
    assertEquals(router.asked, []);
    const anywhere = endpoint(parseIpv4("0.0.0.0")!, 40_000);
    await withMapping(place, (_, next) => next("port_mapped"), ["pcp"], anywhere);
  },
);

loopbackTest(
  "client mapping: once there is a router, its absence is no longer the reason",
  async () => {
    using _router = serve();
    let place: RouterPlace | "no_router" = "no_router";
    await withMapping(() => place, async (mapping, next) => {
      mapping.lookForRouter();
      assertEquals(told(mapping), "no_router");
      place = { router: ROUTER, local: parseIpv4("127.0.0.1")! };
      mapping.lookForRouter();
      await next("port_mapped");
      // Until the old mapping is removed, nothing is asked for.
      mapping.useProtocols(["pcp", "pcp"]);
      assertEquals(told(mapping), "starting");
    });
  },
);
