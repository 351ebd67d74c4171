import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Answers, controlHandler } from "../../../../cli/daemon/control/control_handler.ts";
import { MAX_CONNECTIONS, serveHttp } from "../../../../cli/daemon/http/http_server.ts";
import type { PingReport } from "../../../../cli/daemon/status/ping_report.ts";

const PONG: PingReport = {
  destination: "2001:db8::1",
  outcome: "answered",
  roundTrip: 1,
  path: "relay",
  mapping: "192.0.2.1:1",
};

/** What a handler with these answers says to a request. */
async function ask(answers: Partial<Answers>, method: string, what: string) {
  const handler = controlHandler({
    report: () => undefined,
    activity: () => "Looking up teredo.example",
    ping: () => undefined,
    ...answers,
  });
  const response = await handler(new Request(`http://teredo${what}`, { method }));
  return { status: response.status, text: await response.text() };
}

Deno.test("control: a ping is handed on with its address and timeout", async () => {
  const asked: unknown[] = [];
  const ping = (destination: Uint8Array, timeout: number) => {
    asked.push(destination.toHex(), timeout);
    return Promise.resolve(PONG);
  };
  const { status, text } = await ask({ ping }, "POST", "/ping?address=2001:db8::1&timeout=500");
  assertEquals([status, JSON.parse(text)], [200, PONG]);
  assertEquals(asked, ["20010db8000000000000000000000001", 500]);
});

/** Requests that are refused, with the status and a word of the reason. */
const REFUSALS: readonly (readonly [method: string, what: string, status: number, word: string])[] =
  [
    ["GET", "/status", 503, "Looking up"],
    ["POST", "/status", 404, "GET /status"],
    ["GET", "/ping?address=::1&timeout=1", 404, "POST /ping"],
    ["POST", "/ping?timeout=1", 400, "address"],
    ["POST", "/ping?address=1.2.3.4&timeout=1", 400, "address"],
    ["POST", "/ping?address=::1", 400, "timeout"],
    ["POST", "/ping?address=::1&timeout=60001", 400, "timeout"],
    ["POST", "/ping?address=::1&timeout=x", 400, "timeout"],
    ["POST", "/ping?address=::1&timeout=1", 501, "client"],
  ];

for (const [method, what, status, word] of REFUSALS) {
  Deno.test(`control: ${method} ${what} is refused with ${status}`, async () => {
    const answer = await ask({}, method, what);
    assertEquals(answer.status, status);
    assertStringIncludes(answer.text, word);
  });
}

Deno.test("control: no more than eight pings are under way", async () => {
  const { promise, resolve } = Promise.withResolvers<PingReport>();
  const handler = controlHandler({
    report: () => undefined,
    activity: () => "",
    ping: () => promise,
  });
  const request = () =>
    handler(new Request("http://teredo/ping?address=::1&timeout=1", { method: "POST" }));
  const waiting = Array.from({ length: 8 }, request);
  const refused = await request();
  assertEquals(refused.status, 429);
  assertStringIncludes(await refused.text(), "8 pings are already under way. Try again later");
  resolve(PONG);
  for (const each of await Promise.all(waiting)) assertEquals(each.status, 200);
  assertEquals((await request()).status, 200);
});

Deno.test("control: pings under way leave room for the status", async () => {
  const { promise, resolve } = Promise.withResolvers<PingReport>();
  const full = Promise.withResolvers<void>();
  let taken = 0;
  const take = () => {
    if (++taken === MAX_CONNECTIONS) full.resolve();
  };
  const handler = controlHandler({
    report: () => undefined,
    activity: () => "Waiting",
    ping: () => {
      take();
      return promise;
    },
  });
  const end = new AbortController();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const served = serveHttp(listener, handler, end.signal);
  const url = `http://127.0.0.1:${listener.addr.port}`;
  const pings = Array.from({ length: MAX_CONNECTIONS }, async () => {
    const { status, body } = await fetch(`${url}/ping?address=::1&timeout=1`, { method: "POST" });
    await body?.cancel();
    if (status === 429) take();
  });
  await full.promise;
  const status = await fetch(`${url}/status`);
  assertEquals([status.status, await status.text()], [503, "Waiting\n"]);
  resolve(PONG);
  await Promise.all(pings);
  end.abort();
  await served;
});
