/** One request and one response over TCP. */
import { assert, assertEquals } from "@std/assert";
import { exchangeHttp } from "../../../io/portmap/http_exchange.ts";
import { MAX_RESPONSE } from "../../../portmap/http_message.ts";
import { type Endpoint, endpoint } from "../../../wire/endpoint.ts";
import { parseIpv4 } from "../../../wire/ipv4_address.ts";

const REQUEST = new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n");

/** Runs a test with a server that does something with each connection. */
async function withServer(
  serve: (connection: Deno.TcpConn) => Promise<void>,
  test: (at: Endpoint) => Promise<void>,
): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      serving.push(serve(connection).catch(() => {}).finally(() => connection.close()));
    }
  })().catch(() => {});
  await test(endpoint(parseIpv4("127.0.0.1")!, (listener.addr as Deno.NetAddr).port));
  listener.close();
  await accepting;
  await Promise.all(serving);
}

async function write(connection: Deno.TcpConn, text: string): Promise<void> {
  await connection.write(new TextEncoder().encode(text));
}

Deno.test("HTTP exchange: a response with a length is read to its end, whatever follows", async () => {
  await withServer(async (connection) => {
    await connection.read(new Uint8Array(100));
    await write(connection, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
    // The server keeps the connection: the client ends it.
    await connection.read(new Uint8Array(1));
  }, async (at) => {
    const bytes = await exchangeHttp(at, REQUEST, 5000);
    assert(new TextDecoder().decode(bytes).endsWith("\r\n\r\nabc"));
  });
});

Deno.test("HTTP exchange: a response without end is cut off", async () => {
  await withServer(async (connection) => {
    const piece = "x".repeat(10_000);
    await write(connection, "HTTP/1.1 200 OK\r\n\r\n");
    for (let i = 0; i < 1000; i++) await write(connection, piece);
  }, async (at) => {
    const bytes = await exchangeHttp(at, REQUEST, 5000);
    assert(bytes !== undefined && bytes.length === MAX_RESPONSE + 1);
  });
});

Deno.test("HTTP exchange: nobody there, or nobody who answers, is no response", async () => {
  let at: Endpoint | undefined;
  await withServer(async (connection) => {
    await connection.read(new Uint8Array(100));
    await connection.read(new Uint8Array(100));
  }, async (silent) => {
    at = silent;
    assertEquals(await exchangeHttp(silent, REQUEST, 50), undefined);
  });
  assertEquals(await exchangeHttp(at!, REQUEST, 5000), undefined);
});

Deno.test("HTTP exchange: a signal ends it at once", async () => {
  await withServer(async (connection) => {
    await connection.read(new Uint8Array(100));
    await connection.read(new Uint8Array(100));
  }, async (silent) => {
    const start = performance.now();
    const ending = new AbortController();
    const exchange = exchangeHttp(silent, REQUEST, 5000, ending.signal);
    ending.abort();
    assertEquals(await exchange, undefined);
    assertEquals(await exchangeHttp(silent, REQUEST, 5000, ending.signal), undefined);
    assert(performance.now() - start < 4000);
  });
});
