import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { HttpHandler } from "../../../../cli/daemon/http/http_handler.ts";
import { serveHttp } from "../../../../cli/daemon/http/http_server.ts";

/** Connections that the server has at once. */
const CAPACITY = 16;

/** Does something with a server at this port. */
async function withServer(
  handler: HttpHandler,
  action: (port: number) => Promise<void>,
): Promise<void> {
  const end = new AbortController();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const finished = serveHttp(listener, handler, end.signal);
  try {
    await action(listener.addr.port);
  } finally {
    end.abort();
    await finished;
  }
}

/** What the server sends to a connection that says this, until it closes it. */
async function conversation(port: number, says: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(says));
  return await new Response(connection.readable).text();
}

const REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

Deno.test("http server: a request is answered, and the connection closed", () =>
  withServer(({ url }) => new Response(`You asked for ${url}`), async (port) => {
    const answer = await conversation(port, "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert(answer.startsWith("HTTP/1.1 200 "));
    assert(answer.endsWith("\r\n\r\nYou asked for http://localhost/a"), answer);
    const response = await fetch(`http://127.0.0.1:${port}/b`);
    assertEquals(await response.text(), `You asked for http://127.0.0.1:${port}/b`);
  }));

Deno.test("http server: HEAD gets the head alone", () =>
  withServer(() => new Response("body"), async (port) => {
    const answer = await conversation(port, REQUEST.replace("GET", "HEAD"));
    assert(answer.endsWith("\r\n\r\n"));
  }));

Deno.test("http server: nonsense is refused, and a handler that fails is said", () =>
  withServer(() => {
    throw new Error("no");
  }, async (port) => {
    assertStringIncludes(await conversation(port, "hello\r\n\r\n"), "HTTP/1.1 400");
    assertStringIncludes(await conversation(port, REQUEST), "HTTP/1.1 500");
    assertEquals(await conversation(port, "x".repeat(8_192)), "");
  }));

/** Idle connections. Under wine, each slows down the next, so a thousand would take minutes. */
const IDLE = Deno.build.os === "windows" ? 100 : 1_000;

Deno.test("http server: many idle connections keep nobody out", () =>
  withServer(() => new Response("here"), async (port) => {
    const idle: Deno.Conn[] = [];
    try {
      for (let i = 0; i < IDLE; i++) {
        idle.push(await Deno.connect({ hostname: "127.0.0.1", port }));
        if (i % 100 === 0) assertStringIncludes(await conversation(port, REQUEST), "here");
      }
      assertStringIncludes(await conversation(port, REQUEST), "here");
    } finally {
      for (const connection of idle) connection.close();
    }
  }));

Deno.test("http server: requests that are being answered make no room for others", async () => {
  const gate = Promise.withResolvers<void>();
  const full = Promise.withResolvers<void>();
  let busy = 0;
  await withServer(async () => {
    if (++busy === CAPACITY) full.resolve();
    await gate.promise;
    return new Response("at last");
  }, async (port) => {
    const answers = Array.from({ length: CAPACITY }, () => conversation(port, REQUEST));
    await full.promise;
    assertEquals(await conversation(port, ""), "");
    gate.resolve();
    for (const answer of answers) assertStringIncludes(await answer, "at last");
  });
});

/** More octets than the buffers of a connection take. */
const LONG = 16 * 1024 * 1024;

Deno.test("http server: those that don't read their answers keep nobody out", async () => {
  const full = Promise.withResolvers<void>();
  const answer = new Uint8Array(LONG);
  let answered = 0;
  await withServer(({ url }) => {
    if (!url.endsWith("/long")) return new Response("here");
    const pull = (body: ReadableStreamDefaultController) => {
      body.enqueue(answer);
      if (++answered === CAPACITY) full.resolve();
    };
    return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }));
  }, async (port) => {
    const slow: Deno.Conn[] = [];
    try {
      for (let i = 0; i < CAPACITY; i++) {
        const connection = await Deno.connect({ hostname: "127.0.0.1", port });
        slow.push(connection);
        await connection.write(new TextEncoder().encode(REQUEST.replace("/", "/long")));
      }
      await full.promise;
      for (let i = 0; i < 2 * CAPACITY; i++) {
        assertStringIncludes(await conversation(port, REQUEST), "here");
      }
    } finally {
      for (const connection of slow) connection.close();
    }
  });
});

Deno.test("http server: an end waits for answers under way, not for idle connections", async () => {
  const end = new AbortController();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const begun = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<Response>();
  const finished = serveHttp(listener, () => {
    begun.resolve();
    return gate.promise;
  }, end.signal);
  const { port } = listener.addr;
  using _idle = await Deno.connect({ hostname: "127.0.0.1", port });
  const answer = conversation(port, REQUEST);
  await begun.promise;
  end.abort();
  gate.resolve(new Response("the last word"));
  await finished;
  assertStringIncludes(await answer, "the last word");
});
