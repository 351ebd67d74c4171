/** Whatever a router sends, nothing throws, and nothing takes long. */
import { assert, assertEquals } from "@std/assert";
import { connectionServices } from "../../portmap/connection_service.ts";
import { MAX_RESPONSE, parseHttpResponse } from "../../portmap/http_message.ts";
import { parseHttpUrl } from "../../portmap/http_url.ts";
import { parseAnswer } from "../../portmap/soap.ts";
import { parseXml } from "../../portmap/xml.ts";
import { randomBytes } from "../../protocol/random.ts";
import { addressOf, endpoint } from "../../wire/endpoint.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";
import { seededRandom } from "../sim/seeded_random.ts";
import { DESCRIPTION, http } from "./fake_router.ts";
import { LOCAL, MapperWorld } from "./mapper_fixture.ts";

const ROUTER = parseIpv4("192.168.1.1")!;
const LOCATION = parseHttpUrl("http://192.168.1.1:5000/root.xml", ROUTER)!;
const random = seededRandom("hostile router");

/** One of `count` numbers. */
function draw(count: number): number {
  const [low, high] = randomBytes(random, 2) as unknown as [number, number];
  return (256 * high + low) % count;
}

/** The octets with a few of them changed, repeated, or cut off. */
function mutated(bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice(0, draw(4) === 0 ? draw(bytes.length + 1) : bytes.length);
  for (let i = draw(6); i > 0 && changed.length > 0; i--) {
    changed[draw(changed.length)] = randomBytes(random, 1)[0]!;
  }
  return changed;
}

Deno.test("hostile: changed responses by HTTP, descriptions and answers never throw", () => {
  const response = new TextEncoder().encode(http(200, DESCRIPTION));
  let wasRead = 0;
  for (let i = 0; i < 5000; i++) {
    const bytes = mutated(response);
    parseHttpResponse(bytes, false);
    const parsed = parseHttpResponse(bytes, true);
    if (typeof parsed !== "object") continue;
    wasRead++;
    for (const { control } of connectionServices(parsed.body, ROUTER, LOCATION)) {
      assertEquals(addressOf(control.at), ROUTER);
      assert(/^\/[\x21-\x7e]*$/.test(control.path), control.path);
    }
    parseAnswer(parsed, "Do");
  }
  assert(wasRead > 1000);
});

Deno.test("hostile: XML that is made to be slow is read or refused at once", () => {
  const size = MAX_RESPONSE;
  const filled = (piece: string) => piece.repeat(Math.floor(size / piece.length));
  for (
    const text of [
      filled("<a>"),
      filled("<a "),
      filled("<!--"),
      filled("<?"),
      filled("<![CDATA["),
      filled("&#x41;"),
      `<a>${filled("&amp;")}</a>`,
      `<a>${filled("<b/>")}</a>`,
      `<a ${filled("b='c' ")}`,
      `<a${filled(" ")}`,
      `<a${filled(" b")}`,
      `<a b="${filled(" ")}`,
      `</a${filled(" ")}`,
    ]
  ) {
    const start = performance.now();
    parseXml(text);
    const took = performance.now() - start;
    assert(took < 500, `${text.slice(0, 20)}… took ${took} ms`);
  }
});

Deno.test("hostile: changed datagrams never throw, and never map another port than ours", () => {
  for (const protocol of ["pcp", "nat-pmp", "upnp"] as const) {
    for (let run = 0; run < 300; run++) {
      const world = new MapperWorld({ protocols: [protocol] });
      world.isCut = true;
      world.start();
      for (let i = 0; i < 20; i++) {
        const { to, bytes } = world.sent.at(-1)!;
        const answer = world.router.answer(bytes, endpoint(ROUTER, to % 0x10000), LOCAL);
        const forged = mutated(answer?.bytes ?? randomBytes(random, draw(80)));
        const from = answer?.from ?? endpoint(ROUTER, 1900);
        world.act((now, sink) => world.mapper.handleDatagram(forged, from, now, sink));
        world.act((now) => world.mapper.handleAnnouncement(forged, from, now));
        world.act((now, sink) => world.mapper.handleExchange(i, forged, now, sink));
        world.run(300);
      }
      const { state } = world.mapper;
      if (state.name === "mapped") assertEquals(addressOf(state.mapping.internal), LOCAL);
    }
  }
});

Deno.test("hostile: a flood of announcements does not become a flood of requests", () => {
  const world = new MapperWorld({ protocols: ["pcp"] });
  world.start();
  world.run(1000);
  const before = world.sent.length;
  for (let i = 0; i < 1000; i++) {
    world.router.restart();
    const { bytes, from } = world.router.announcement();
    const lie = bytes.slice();
    lie[11] = i % 2 === 0 ? 0 : 200;
    world.act((now) => world.mapper.handleAnnouncement(lie, from, now));
    world.run(10);
  }
  assert(world.sent.length - before <= 5, `${world.sent.length - before} requests in 10 s`);
});
