/** What the TCP channel keeps out: other users, browsers, and programs that got a dead role's port. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ControlSocketInUse } from "../../../../cli/daemon/control/control_channel.ts";
import { parseTokenFile, type TokenFile } from "../../../../cli/daemon/control/control_token.ts";
import { TCP_CHANNEL } from "../../../../cli/daemon/control/tcp_channel.ts";
import { pathIn } from "../../../../cli/process/folders.ts";
import { platform } from "../../../../ffi/platform.ts";
import "../../../ffi/open_libc.ts";
import { temporaryFolder } from "../../../temporary_folder.ts";

/** Does something while a role answers; counts the requests that reach it. */
async function withRole(
  action: (file: TokenFile, path: string) => Promise<void>,
): Promise<number> {
  await using files = await temporaryFolder();
  const path = pathIn(files.folder, "client.control");
  let requests = 0;
  const socket = await TCP_CHANNEL.open(path, () => {
    requests++;
    return new Response("the report");
  });
  try {
    await action(parseTokenFile(Deno.readTextFileSync(path))!, path);
  } finally {
    socket[Symbol.dispose]();
    await socket.finished;
  }
  return requests;
}

/** Sends a request as it stands, and gives the first line of the answer. */
async function send(port: number, lines: readonly string[]): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(
    new TextEncoder().encode([...lines, "connection: close", "", ""].join("\r\n")),
  );
  const text = await new Response(connection.readable).text();
  return text.split("\r\n", 1)[0]!;
}

Deno.test("TCP control: the token's file is for its user alone, and holds port and token", async () => {
  await withRole((_, path) => {
    assertMatch(Deno.readTextFileSync(path), /^\d+ [\da-f]{64}\n$/);
    if (platform.hasFileModes) assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
    return Promise.resolve();
  });
});

Deno.test("TCP control: each run has another token", async () => {
  const tokens = new Set<string>();
  for (let i = 0; i < 2; i++) {
    await withRole(({ token }) => {
      tokens.add(token);
      return Promise.resolve();
    });
  }
  assertEquals(tokens.size, 2);
});

/** The lines of requests, given port and token, and what is answered. */
const REQUESTS: readonly (readonly [
  what: string,
  lines: (file: TokenFile) => readonly string[],
  status: number,
])[] = [
  [
    "the token",
    ({ port, token }) => [`host: 127.0.0.1:${port}`, `authorization: Bearer ${token}`],
    200,
  ],
  ["no token", ({ port }) => [`host: 127.0.0.1:${port}`], 401],
  [
    "another token",
    ({ port }) => [`host: 127.0.0.1:${port}`, `authorization: Bearer ${"0".repeat(64)}`],
    401,
  ],
  [
    "part of the token",
    ({ port, token }) => [
      `host: 127.0.0.1:${port}`,
      `authorization: Bearer ${token.slice(0, -1)}`,
    ],
    401,
  ],
  [
    "a name that somebody's DNS gave this host",
    ({ port, token }) => [`host: teredo.example:${port}`, `authorization: Bearer ${token}`],
    421,
  ],
  [
    "the name localhost",
    ({ port, token }) => [`host: localhost:${port}`, `authorization: Bearer ${token}`],
    421,
  ],
  [
    "the origin of a page",
    ({ port, token }) => [
      `host: 127.0.0.1:${port}`,
      `authorization: Bearer ${token}`,
      "origin: https://site.example",
    ],
    403,
  ],
  [
    "what a browser says about a request",
    ({ port, token }) => [
      `host: 127.0.0.1:${port}`,
      `authorization: Bearer ${token}`,
      "sec-fetch-site: none",
    ],
    403,
  ],
];

for (const [what, lines, status] of REQUESTS) {
  Deno.test(`TCP control: a request with ${what} is answered with ${status}`, async () => {
    const requests = await withRole(async (file) => {
      const first = await send(file.port, ["GET /status HTTP/1.1", ...lines(file)]);
      assertEquals(first.split(" ")[1], String(status));
    });
    assertEquals(requests, status === 200 ? 1 : 0);
  });
}

Deno.test("TCP control: a page may not ask for permission", async () => {
  await withRole(async ({ port }) => {
    const response = await fetch(`http://127.0.0.1:${port}/status`, {
      method: "OPTIONS",
      headers: {
        origin: "https://site.example",
        "access-control-request-method": "GET",
        "access-control-request-headers": "authorization",
      },
    });
    await response.body?.cancel();
    assertEquals([response.status, response.headers.get("access-control-allow-origin")], [
      403,
      null,
    ]);
  });
});

Deno.test("TCP control: a program that got the port of a dead role does not get the token", async () => {
  await using files = await temporaryFolder();
  const path = pathIn(files.folder, "client.control");
  const token = "5".repeat(64);
  const heard: string[] = [];
  const answers = ["", "yes", "0".repeat(64), token];
  const stranger = Deno.serve({
    ...{ hostname: "127.0.0.1", port: 0, onListen() {} },
    handler(request) {
      heard.push(request.url, ...Array.from(request.headers, (header) => header.join(": ")));
      return new Response(answers[heard.length % answers.length]);
    },
  });
  Deno.writeTextFileSync(path, `${stranger.addr.port} ${token}\n`);
  for (const _ of answers) {
    assertEquals(await TCP_CHANNEL.state(path), "dead");
    await assertRejects(() => TCP_CHANNEL.connect(path), Deno.errors.ConnectionRefused);
  }
  assertEquals(heard.join("\n").includes(token), false);
  const socket = await TCP_CHANNEL.open(path, () => new Response());
  assertEquals(await TCP_CHANNEL.state(path), "answered");
  socket[Symbol.dispose]();
  await Promise.all([socket.finished, stranger.shutdown()]);
});

Deno.test("TCP control: a stranger that never answers, or never ends, is not waited for", async () => {
  await using files = await temporaryFolder();
  const path = pathIn(files.folder, "client.control");
  const endless = new ReadableStream({ start: (body) => body.enqueue(new Uint8Array(9)) });
  for (
    const [state, handler] of [
      // It may be a role that has much to do, so the file stays.
      ["answered", () => new Promise<Response>(() => {})],
      ["dead", () => new Response(endless)],
    ] as const
  ) {
    const end = new AbortController();
    const stranger = Deno.serve({
      ...{ hostname: "127.0.0.1", port: 0, onListen() {} },
      ...{ handler, signal: end.signal },
    });
    Deno.writeTextFileSync(path, `${stranger.addr.port} ${"5".repeat(64)}\n`);
    assertEquals(await TCP_CHANNEL.state(path), state);
    end.abort();
    await stranger.finished;
  }
});

Deno.test("TCP control: a role that does not answer in time keeps its file", async () => {
  await using files = await temporaryFolder();
  const path = pathIn(files.folder, "client.control");
  // Nobody accepts its connections.
  using role = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const text = `${role.addr.port} ${"5".repeat(64)}\n`;
  Deno.writeTextFileSync(path, text);
  const error = await assertRejects(
    () => TCP_CHANNEL.open(path, () => new Response()),
    ControlSocketInUse,
  );
  assertEquals([error.state, Deno.readTextFileSync(path)], ["answered", text]);
});

Deno.test("TCP control: files that no role wrote are left alone", () => {
  const token = "a".repeat(64);
  for (
    const text of [
      "",
      "49152",
      `49152 ${token}`,
      `0 ${token}\n`,
      `65536 ${token}\n`,
      `49152 ${token}a\n`,
      `-1 ${token}\n`,
      `49152 ${token}\nmore\n`,
    ]
  ) {
    assertEquals(parseTokenFile(text), undefined);
  }
  assertEquals(parseTokenFile(`49152 ${token}\n`), { port: 49_152, token });
});

Deno.test({
  name: "TCP control: a file that this user may not read is denied",
  // Root may read everything.
  ignore: !platform.hasFileModes || Deno.uid() === 0,
  fn: async () => {
    await using files = await temporaryFolder();
    const path = pathIn(files.folder, "client.control");
    Deno.writeTextFileSync(path, "", { mode: 0 });
    assertEquals(await TCP_CHANNEL.state(path), "denied");
  },
});

Deno.test("TCP control: the proxy of the environment does not get the request", async () => {
  await withRole(async (_, path) => {
    const script = `import { TCP_CHANNEL } from ${
      JSON.stringify(import.meta.resolve("../../../../cli/daemon/control/tcp_channel.ts"))
    };
      using role = await TCP_CHANNEL.connect(${JSON.stringify(path)});
      console.log(await (await role.fetch("/status", {})).text());`;
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", script],
      env: { http_proxy: "http://127.0.0.1:1", HTTP_PROXY: "http://127.0.0.1:1" },
      stderr: "inherit",
    }).output();
    assertEquals(new TextDecoder().decode(stdout).trim(), "the report");
  });
});
