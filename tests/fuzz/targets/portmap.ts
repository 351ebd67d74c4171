/**
 * What a router on the local network sends: PCP, NAT-PMP and UPnP.
 *
 * @module
 */

import { connectionServices } from "../../../portmap/connection_service.ts";
import { encodeGet, MAX_RESPONSE, parseHttpResponse } from "../../../portmap/http_message.ts";
import { parseHttpUrl } from "../../../portmap/http_url.ts";
import { parseNatPmpAddressResponse, parseNatPmpMapResponse } from "../../../portmap/nat_pmp.ts";
import {
  isPcpUnsupported,
  parsePcpAnnouncement,
  parsePcpMapResponse,
} from "../../../portmap/pcp.ts";
import { MAPPING_PROTOCOLS } from "../../../portmap/port_mapping.ts";
import { encodeCall, parseAnswer } from "../../../portmap/soap.ts";
import { parseSearchResponse } from "../../../portmap/ssdp.ts";
import { elementsNamed, parseXml, type XmlElement } from "../../../portmap/xml.ts";
import { addressOf, endpoint } from "../../../wire/endpoint.ts";
import { parseIpv4 } from "../../../wire/ipv4_address.ts";
import { DESCRIPTION, http } from "../../portmap/fake_router.ts";
import { LOCAL, MapperWorld, PORT } from "../../portmap/mapper_fixture.ts";
import { Choices } from "../choices.ts";
import { type FuzzTarget, hold, octetsOf, textOf, words } from "../target.ts";

const ROUTER = parseIpv4("192.168.1.1")!;
const LOCATION = parseHttpUrl("http://192.168.1.1:5000/root.xml", ROUTER)!;
const REQUEST = {
  internal: endpoint(LOCAL, PORT),
  nonce: Uint8Array.from({ length: 12 }, (_, i) => i),
  externalPort: PORT,
  lifetime: 3600,
};

const FOUND = "HTTP/1.1 200 OK\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\n" +
  "LOCATION: http://192.168.1.1:5000/root.xml\r\n\r\n";

const ANSWER =
  '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">' +
  "<s:Body><u:GetExternalIPAddressResponse><NewExternalIPAddress>203.0.113.7" +
  "</NewExternalIPAddress></u:GetExternalIPAddressResponse></s:Body></s:Envelope>";

const FAULT = "<s:Envelope><s:Body><s:Fault><detail><UPnPError><errorCode>725</errorCode>" +
  "</UPnPError></detail></s:Fault></s:Body></s:Envelope>";

const XML_WORDS = words(
  ...[
    "<",
    ">",
    "</",
    "/>",
    "<a>",
    "</a>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?",
    "?>",
    "<!DOCTYPE",
  ],
  ...[
    "&amp;",
    "&#x41;",
    "&#xd800;",
    "&#1114112;",
    "&lt;",
    "&toString;",
    "&",
    ";",
    '"',
    "'",
    "=",
    " ",
  ],
  ...["<service>", "</service>", "<serviceType>", "<controlURL>", "<URLBase>", "/ctl", "a='b' "],
);

const HTTP_WORDS = words(
  ...["HTTP/1.1 200 OK\r\n", "HTTP/1.1 500 ", "\r\n", "\n", "\r\n\r\n", ":", " ", "\t"],
  ...["Content-Length: 10\r\n", "Transfer-Encoding: chunked\r\n", "5\r\nabcde\r\n", "0\r\n\r\n"],
  ...[
    "ffffff",
    "999999999",
    ";",
    "http://192.168.1.1/",
    "http://[::1]/",
    "@",
    "%00",
    "\\",
    "#",
    "?",
  ],
);

/** Datagrams of routers. */
export const ROUTER_DATAGRAM: FuzzTarget = {
  name: "router-datagram",
  seeds: [
    octetsOf(FOUND),
    ...[
      "028100000000000e10000000010000000000000000000000000001020304050607080" +
      "90a0b110000009c409c4000000000000000000000ffffcb007107",
      "0280000000000000000000070000000000000000000000000",
      "0081000000000007" + "9c409c4000000e10",
      "0080000000000007cb007107",
      "00800001" + "00000007",
    ].map((hex) => Uint8Array.fromHex(hex.slice(0, hex.length & ~1))),
  ],
  words: [...HTTP_WORDS, Uint8Array.of(0, 0x81), Uint8Array.of(2, 0x81), Uint8Array.of(2, 0x80)],
  maxLength: 1_200,
  stressLength: 65_507,
  run(input) {
    const address = parseNatPmpAddressResponse(input)?.address;
    hold(address === undefined || address >= 0, "A negative address");
    parseNatPmpMapResponse(input, PORT);
    parsePcpMapResponse(input, REQUEST);
    parsePcpAnnouncement(input);
    isPcpUnsupported(input);
    const found = parseSearchResponse(input, ROUTER);
    if (found === undefined) return;
    hold(addressOf(found.at) === ROUTER, "A description at another host is believed");
    hold(isOneRequest(encodeGet(found)), `${found.path} makes another request`);
  },
};

/** One line, and fields: nothing of what was given is taken for either. */
function isOneRequest(request: Uint8Array): boolean {
  return /^GET \/[\x21-\x7e]* HTTP\/1\.1\r\nHost: [\d.:]+\r\nConnection: close\r\n\r\n$/.test(
    textOf(request),
  );
}

/** Responses by HTTP, and what they contain. */
export const ROUTER_RESPONSE: FuzzTarget = {
  name: "router-response",
  seeds: [
    octetsOf(http(200, DESCRIPTION)),
    octetsOf(http(200, ANSWER)),
    octetsOf(http(500, FAULT)),
    octetsOf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<a/> \r\n0\r\n\r\n"),
    octetsOf(`HTTP/1.0 200 OK\n\n${ANSWER}`),
  ],
  words: [...XML_WORDS, ...HTTP_WORDS],
  maxLength: 2_048,
  stressLength: MAX_RESPONSE,
  run(input) {
    const early = parseHttpResponse(input, false);
    const response = parseHttpResponse(input, true);
    if (typeof early === "object") hold(typeof response === "object", "A whole response is lost");
    if (typeof response !== "object") return;
    hold(response.body.length <= input.length, "The body is longer than the response");
    for (const { type, control } of connectionServices(response.body, ROUTER, LOCATION)) {
      hold(addressOf(control.at) === ROUTER, "A service at another host is believed");
      const call = textOf(encodeCall({ type, control }, "AddPortMapping", { a: "<" }));
      hold(
        /^POST \/[\x21-\x7e]* HTTP\/1\.1\r\n/.test(call),
        `${control.path} makes another request`,
      );
    }
    const answer = parseAnswer(response, "GetExternalIPAddress");
    if (answer?.ok) {
      for (const value of Object.values(answer.results)) {
        hold(typeof value === "string", "A result is not text");
      }
    }
  },
};

/** XML: text and names come from the document, and take no more room than it. */
export const XML: FuzzTarget = {
  name: "xml",
  seeds: words(
    DESCRIPTION,
    ANSWER,
    FAULT,
    "<a>&amp;</a>",
    "<a b='c'>&#65;<![CDATA[x]]><!-- y --><d/></a>",
  ),
  words: XML_WORDS,
  maxLength: 2_048,
  stressLength: MAX_RESPONSE,
  run(input) {
    const text = textOf(input);
    const root = parseXml(text);
    if (root === undefined) return;
    hold(sizeOf(root) <= text.length, "The document has grown");
    hold(elementsNamed("a", root).length <= text.length / 4, "There are more elements than text");
  },
};

function sizeOf({ name, text, children }: XmlElement): number {
  return children.reduce((sum, child) => sum + sizeOf(child), name.length + text.length);
}

/** The most datagrams and requests in ten minutes: three protocols, each asked again and again. */
const MOST_SENT = 400;

/** A mapper among datagrams, responses, announcements and timers. */
export const MAPPER: FuzzTarget = {
  name: "mapper",
  seeds: Array.from({ length: 4 }, (_, i) => new Uint8Array(60).map((_, k) => 31 * k * (i + 1))),
  words: [],
  maxLength: 300,
  stressLength: 0,
  run(input) {
    const choices = new Choices(input);
    const protocols = choices.of([
      MAPPING_PROTOCOLS,
      ...MAPPING_PROTOCOLS.map((each) => [each]),
    ]);
    const world = new MapperWorld({ protocols }, { protocols });
    world.start();
    for (let steps = 0; choices.hasMore && steps < 60; steps++) mapperStep(world, choices);
    hold(world.sent.length <= MOST_SENT * 60, `${world.sent.length} datagrams`);
    const { state } = world.mapper;
    if (state.name === "mapped") {
      hold(addressOf(state.mapping.internal) === LOCAL, "Another host's port is mapped");
    }
  },
};

function mapperStep(world: MapperWorld, choices: Choices): void {
  const last = world.sent.at(-1);
  const honest = last && world.router.answer(last.bytes, last.to, LOCAL);
  const forged = (honest?.bytes ?? octetsOf(http(200, DESCRIPTION))).slice();
  const from = honest?.from ?? endpoint(ROUTER, choices.of([5351, 1900]));
  for (let i = choices.below(4); i > 0; i--) {
    forged[choices.octet() % forged.length] = choices.octet();
  }
  const bytes = choices.oneIn(6) ? forged.subarray(0, choices.octet()) : forged;
  switch (choices.below(8)) {
    case 0:
      return world.act((now, sink) => world.mapper.handleDatagram(bytes, from, now, sink));
    case 1:
      return world.act((now) => world.mapper.handleAnnouncement(bytes, from, now));
    case 2: {
      const number = choices.below(12);
      return world.act((now, sink) => world.mapper.handleExchange(number, bytes, now, sink));
    }
    case 3:
      world.isCut = choices.oneIn(2);
      return;
    case 4:
      return world.router.restart();
    case 5:
      return world.useRouter(choices.oneIn(3) ? undefined : { router: ROUTER, local: LOCAL });
    default:
      return world.run(choices.of([1, 50, 500, 5_000, 60_000, 600_000]));
  }
}
