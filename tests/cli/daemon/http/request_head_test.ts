import { assert, assertEquals } from "@std/assert";
import { parseRequestHead } from "../../../../cli/daemon/http/request_head.ts";

/** A head of these lines. */
function head(...lines: string[]): string {
  return lines.join("\r\n");
}

Deno.test("request: method, path, query and headers", () => {
  const request = parseRequestHead(head(
    "POST /ping?address=::1&timeout=5 HTTP/1.1",
    "Host: 127.0.0.1:9641",
    "X-One:  1 ",
    "x-one: 2",
  ));
  assert(request !== undefined);
  assertEquals(request.method, "POST");
  assertEquals(request.url, "http://127.0.0.1:9641/ping?address=::1&timeout=5");
  assertEquals(request.headers.get("x-one"), "1, 2");
});

Deno.test("request: a target may be absolute, as for a proxy", () => {
  const request = parseRequestHead(head("GET http://127.0.0.1/status HTTP/1.1", "Host: 127.0.0.1"));
  assertEquals(request?.url, "http://127.0.0.1/status");
});

const WRONG = [
  "",
  "hello",
  head("GET / HTTP/1.1"),
  head("GET / HTTP/2.0", "Host: a"),
  head("get / HTTP/1.1", "Host: a"),
  head("GET status HTTP/1.1", "Host: a"),
  head("CONNECT / HTTP/1.1", "Host: a"),
  head("GET / HTTP/1.1", "Host: a b:99999"),
  head("GET / HTTP/1.1", "Host: a/b"),
  head("GET / HTTP/1.1", "Host: user@a"),
  head("GET / HTTP/1.1", "Host: a", "no colon"),
  head("GET / HTTP/1.1", "Host: a", "x : y"),
  head("GET / HTTP/1.1", "Host: a", "x: \u0000"),
];

for (const wrong of WRONG) {
  Deno.test(`request: ${JSON.stringify(wrong)} is not one`, () => {
    assertEquals(parseRequestHead(wrong), undefined);
  });
}

Deno.test("request: a head of blanks is read in no time", () => {
  const blanks = " ".repeat(8_000);
  for (const line of [`a:${blanks}\u0001`, `a${blanks}: b`, blanks, `${blanks}:`, `a:${blanks}`]) {
    const start = performance.now();
    parseRequestHead(head("GET / HTTP/1.1", "Host: a", line));
    parseRequestHead(head(`GET /${blanks} HTTP/1.1`, "Host: a"));
    parseRequestHead(head("GET / HTTP/1.1", `Host:${blanks}a${blanks}`));
    assert(performance.now() - start < 100);
  }
});
