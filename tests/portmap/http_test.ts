/** HTTP, SSDP, XML and SOAP, as routers speak them. */
import { assertEquals } from "@std/assert";
import { connectionServices } from "../../portmap/connection_service.ts";
import { encodeGet, MAX_RESPONSE, parseHttpResponse } from "../../portmap/http_message.ts";
import { parseHttpUrl } from "../../portmap/http_url.ts";
import { encodeCall, parseAnswer } from "../../portmap/soap.ts";
import { parseSearchResponse } from "../../portmap/ssdp.ts";
import { elementsNamed, parseXml, textOf } from "../../portmap/xml.ts";
import { formatEndpoint } from "../../wire/endpoint.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";
import { DESCRIPTION } from "./fake_router.ts";

const ROUTER = parseIpv4("192.168.1.1")!;
const LOCATION = parseHttpUrl("http://192.168.1.1:5000/root.xml", ROUTER)!;

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The body of a response as text, or why there is none. */
function read(text: string, isWhole = true): string | undefined {
  const response = parseHttpResponse(bytesOf(text), isWhole);
  return typeof response === "object" ? new TextDecoder().decode(response.body) : response;
}

Deno.test("HTTP: a body ends with its length, its last chunk, or the connection", () => {
  const ok = "HTTP/1.1 200 OK\r\n";
  assertEquals(read(`${ok}Content-Length: 3\r\n\r\nabc`, false), "abc");
  assertEquals(read(`${ok}content-length:3\r\n\r\nabcdef`, false), "abc");
  assertEquals(read(`${ok}Content-Length: 3\r\n\r\nab`, false), "incomplete");
  assertEquals(read(`${ok}Content-Length: 3\r\n\r\nab`), undefined);
  assertEquals(read(`${ok}\r\nabc`, false), "incomplete");
  assertEquals(read(`${ok}\r\nabc`), "abc");
  assertEquals(read("HTTP/1.1 200 OK\nContent-Length: 3\n\nabcdef", false), "abc");
  const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`;
  assertEquals(read(`${chunked}2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n`, false), "abc");
  assertEquals(read(`${chunked}2\r\nab\r\n`, false), "incomplete");
  assertEquals(read(`${chunked}2\r\nab\r\n`), undefined);
  assertEquals(read(`${chunked}x\r\nab\r\n`), undefined);
  assertEquals(read(`${chunked}ffffff\r\nab`, false), "incomplete");
});

Deno.test("HTTP: what is not a response, and what is too long, is not read", () => {
  assertEquals(read(""), undefined);
  assertEquals(read("SSH-2.0-OpenSSH\r\n\r\n"), undefined);
  assertEquals(read("HTTP/1.1 200 OK\r\n"), undefined);
  assertEquals(read("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", false), undefined);
  assertEquals(parseHttpResponse(new Uint8Array(MAX_RESPONSE + 1), true), undefined);
});

Deno.test("HTTP: a request names the router's own address", () => {
  assertEquals(
    new TextDecoder().decode(encodeGet(LOCATION)),
    "GET /root.xml HTTP/1.1\r\nHost: 192.168.1.1:5000\r\nConnection: close\r\n\r\n",
  );
});

Deno.test("HTTP: a URL must be the router's own, and cannot smuggle a header", () => {
  assertEquals(formatEndpoint(parseHttpUrl("http://192.168.1.1/a", ROUTER)!.at), "192.168.1.1:80");
  assertEquals(parseHttpUrl("/ctl?x=1", ROUTER, LOCATION), { at: LOCATION.at, path: "/ctl?x=1" });
  assertEquals(parseHttpUrl("ctl/IPConn", ROUTER, LOCATION)?.path, "/ctl/IPConn");
  assertEquals(parseHttpUrl("/a b\r\nX: y", ROUTER, LOCATION)?.path, "/a%20bX:%20y");
  for (
    const text of [
      "http://192.168.1.66:5000/",
      "http://router.example/",
      "http://[::1]/",
      "https://192.168.1.1/",
      "ftp://192.168.1.1/",
      "http://user:pass@192.168.1.1/",
      "http://192.168.1.1:0/",
      "//192.168.1.66/x",
      "root.xml",
      "",
    ]
  ) {
    assertEquals(parseHttpUrl(text, ROUTER), undefined, text);
  }
  assertEquals(parseHttpUrl("//192.168.1.66/x", ROUTER, LOCATION), undefined);
  assertEquals(parseHttpUrl(`/${"x".repeat(600)}`, ROUTER, LOCATION), undefined);
});

Deno.test("SSDP: the answer of a router tells where it describes itself", () => {
  const st = "ST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\n";
  const location = "Location: http://192.168.1.1:5000/root.xml\r\n";
  const parse = (text: string) => parseSearchResponse(bytesOf(text), ROUTER);
  assertEquals(parse(`HTTP/1.1 200 OK\r\n${st}${location}\r\n`), LOCATION);
  assertEquals(parse(`HTTP/1.1 200 OK\r\n${location}\r\n`), undefined, "a printer");
  assertEquals(parse(`NOTIFY * HTTP/1.1\r\n${st}${location}\r\n`), undefined);
  assertEquals(parse(`HTTP/1.1 200 OK\r\n${st}\r\n`), undefined);
  assertEquals(parse(`HTTP/1.1 200 OK\r\n${st}LOCATION: http://10.0.0.1/\r\n\r\n`), undefined);
});

Deno.test("XML: elements and their text are read, whatever prefix they have", () => {
  const root = parseXml(
    '\ufeff<?xml version="1.0"?><!-- a <b> --><s:A x="1" y=\'>\'> <B>1 &lt; &#50; &amp;&x;</B>' +
      "<n:C><![CDATA[<raw>&amp;]]></n:C><D/><B>3</B></s:A>\n",
  )!;
  assertEquals(root.name, "A");
  assertEquals(elementsNamed("B", root).map(({ text }) => text), ["1 < 2 &&x;", "3"]);
  assertEquals(textOf("C", root), "<raw>&amp;");
  assertEquals(textOf("D", root), "");
  assertEquals(textOf("E", root), undefined);
});

Deno.test("XML: an entity that is not known stays as it is, whatever objects know", () => {
  for (const entity of ["&unknown;", "&toString;", "&valueOf;", "&#1114112;", "&;"]) {
    assertEquals(parseXml(`<a>${entity}</a>`)?.text, entity);
  }
});

Deno.test("XML: what is not well-formed is refused, and so are document types", () => {
  for (
    const text of [
      "",
      "text",
      "<a>",
      "<a></b>",
      "</a>",
      "<a/><b/>",
      "<a/>text",
      "<a b></a>",
      "<a b=c/>",
      "<a",
      "<!-- a",
      '<!DOCTYPE a [<!ENTITY e "eee">]><a>&e;</a>',
      "<a>".repeat(40) + "</a>".repeat(40),
    ]
  ) {
    assertEquals(parseXml(text), undefined, text);
  }
});

Deno.test("description: the service that maps ports is found, at any depth", () => {
  const services = connectionServices(bytesOf(DESCRIPTION), ROUTER, LOCATION);
  assertEquals(services.map(({ type, control }) => [type, control.path]), [
    ["urn:schemas-upnp-org:service:WANIPConnection:1", "/ctl/IPConn"],
  ]);
  const elsewhere = DESCRIPTION.replace("/ctl/IPConn", "http://10.0.0.1/ctl");
  assertEquals(connectionServices(bytesOf(elsewhere), ROUTER, LOCATION), []);
  const based = DESCRIPTION.replace(
    "<device>",
    "<URLBase>http://192.168.1.1:81/x/</URLBase><device>",
  );
  const [service] = connectionServices(bytesOf(based), ROUTER, LOCATION);
  assertEquals(formatEndpoint(service!.control.at), "192.168.1.1:81");
});

Deno.test("SOAP: a call carries its parameters in order, and its length", () => {
  const [service] = connectionServices(bytesOf(DESCRIPTION), ROUTER, LOCATION);
  const text = new TextDecoder().decode(encodeCall(service!, "Do", { A: "<&>", B: 1 }));
  const [head = "", body = ""] = text.split("\r\n\r\n");
  assertEquals(head.split("\r\n").slice(0, 3), [
    "POST /ctl/IPConn HTTP/1.1",
    "Host: 192.168.1.1:5000",
    "Connection: close",
  ]);
  assertEquals(/Content-Length: (\d+)/.exec(head)?.[1], String(bytesOf(body).length));
  const [call] = elementsNamed("Do", parseXml(body)!);
  assertEquals(call!.children.map(({ name, text }) => [name, text]), [["A", "<&>"], ["B", "1"]]);
});

Deno.test("SOAP: results and errors are read; anything else is not an answer", () => {
  const answer = (status: number, body: string) =>
    parseAnswer({ status, body: bytesOf(body) }, "Do");
  assertEquals(
    answer(200, "<E><Body><u:DoResponse><A>1</A></u:DoResponse></Body></E>"),
    { ok: true, results: { A: "1" } },
  );
  assertEquals(answer(500, "<E><errorCode>718</errorCode></E>"), { ok: false, code: 718 });
  assertEquals(answer(500, "<E><errorCode>no</errorCode></E>"), undefined);
  assertEquals(answer(200, "<E/>"), undefined);
  assertEquals(answer(200, "garbage"), undefined);
});
