/** Asking a control socket, whoever may be behind it. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../../cli/process/failure.ts";
import { ControlClient } from "../../../cli/ask/control_client.ts";
import { isStrangers } from "../../../cli/daemon/control/control_path.ts";
import { openControl } from "../../../cli/daemon/control/open_control.ts";
import type { Log } from "../../../io/log.ts";
import { openControlSocket } from "../../../cli/daemon/control/control_socket.ts";
import type { HttpHandler } from "../../../cli/daemon/control/http_handler.ts";
import { requires } from "../../capabilities.ts";

const needs = requires("linux");

const NEVER = new AbortController().signal;

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Does something with the path of a socket that answers so. */
async function withSocket(
  handler: HttpHandler,
  action: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const socket = await openControlSocket(`${folder}/role.sock`, handler);
  try {
    await action(socket.path);
  } finally {
    socket[Symbol.dispose]();
    await socket.finished;
    await Deno.remove(folder, { recursive: true });
  }
}

/** An answer without an end. */
function endless(): Response {
  const chunk = new Uint8Array(65_536).fill(0x20);
  return new Response(new ReadableStream({ pull: (controller) => controller.enqueue(chunk) }));
}

/** Who answers, what a person reads, and the exit code. */
const OTHERS:
  readonly (readonly [what: string, handler: HttpHandler, says: string, code: number])[] = [
    [
      "says nothing that is known",
      () => new Response("hello"),
      "something else than Teredo answers there",
      1,
    ],
    ["is of another version", () => Response.json({ schema: 2 }), "another version of Teredo", 1],
    [
      "is of an older version, which reports less",
      () => Response.json({ schema: 1, role: "client" }),
      "another version of Teredo",
      1,
    ],
    ["says null", () => Response.json(null), "another version of Teredo", 1],
    ["never ends", endless, "something else than Teredo answers there", 1],
    [
      "points elsewhere",
      () => Response.redirect("http://127.0.0.1/"),
      "something else than Teredo answers there",
      1,
    ],
    ["refuses", () => new Response("Not you\n", { status: 403 }), ": Not you", 1],
    [
      "refuses without a word",
      () => new Response(null, { status: 500 }),
      "it answers with status 500",
      1,
    ],
    ["still starts", () => new Response("Wait\n", { status: 503 }), ": Wait", 3],
  ];

for (const [what, handler, says, code] of OTHERS) {
  Deno.test({
    name: needs.title(`control client: whoever ${what} gets a message`),
    ignore: needs.ignore,
    fn: () =>
      withSocket(handler, async (path) => {
        using client = new ControlClient(path);
        const error = await assertRejects(() => client.status(NEVER), CliError);
        assertStringIncludes(error.message, `Cannot ask at ${path}: `);
        assertStringIncludes(error.message, says);
        assertEquals(error.exitCode, code);
      }),
  });
}

Deno.test({
  name: needs.title("control client: an answer to a ping that is none gets a message"),
  ignore: needs.ignore,
  fn: async () => {
    for (const answer of [null, 7, {}, { outcome: "answered" }]) {
      await withSocket(() => Response.json(answer), async (path) => {
        using client = new ControlClient(path);
        const error = await assertRejects(() => client.ping("::1", 1, NEVER), CliError);
        assertStringIncludes(error.message, "another version of Teredo");
      });
    }
  },
});

/** An answer that does not go on behind its first octets. */
function stalled(): Response {
  return new Response(new ReadableStream({ start: (body) => body.enqueue(new Uint8Array(1)) }));
}

/** Waits for ever: before the answer, and in the midst of it. */
const WAITS: readonly (readonly [what: string, handler: HttpHandler])[] = [
  ["an answer", () => new Promise(() => {})],
  ["the rest of one", stalled],
];

for (const [what, handler] of WAITS) {
  Deno.test({
    name: needs.title(`control client: ${what} is not waited for without end`),
    ignore: needs.ignore,
    fn: () =>
      withSocket(handler, async (path) => {
        using client = new ControlClient(path, 50);
        const error = await assertRejects(() => client.status(NEVER), CliError);
        assertEquals(error.message, `Cannot ask at ${path}: no answer within 0.05 s`);
      }),
  });

  Deno.test({
    name: needs.title(`control client: an interruption ends the wait for ${what}`),
    ignore: needs.ignore,
    fn: async () => {
      const { promise: asked, resolve } = Promise.withResolvers<void>();
      const over = new AbortController();
      const noting: HttpHandler = (request) => {
        resolve();
        return handler(request);
      };
      await withSocket(noting, async (path) => {
        using client = new ControlClient(path);
        const status = client.status(over.signal);
        await asked;
        over.abort();
        assertEquals(await status, undefined);
      });
    },
  });
}

Deno.test({
  name: needs.title("control path: in /tmp nobody is asked but oneself"),
  ignore: needs.ignore,
  fn: async () => {
    const folder = await Deno.makeTempDir({ dir: "/tmp" });
    try {
      const uid = Deno.uid()!;
      assertEquals(isStrangers(`${folder}/client.sock`, uid), false);
      assertEquals(isStrangers(`${folder}/client.sock`, uid + 1), true);
      await Deno.symlink(folder, `${folder}/link`);
      assertEquals(isStrangers(`${folder}/link/client.sock`, uid), true);
      assertEquals(isStrangers("/run/teredo/client.sock", uid), false);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: needs.title("control socket: a path that is too long, or another's, is told as such"),
  ignore: needs.ignore,
  fn: () =>
    withSocket(() => new Response(), async (path) => {
      const open = (chosen: string) => openControl("relay", chosen, () => new Response(), SILENT);
      const long = `/tmp/${"x".repeat(103)}`;
      const tooLong = await assertRejects(() => open(long), CliError);
      assertStringIncludes(tooLong.message, "its 108 octets are more than the 107 that a socket's");
      const taken = await assertRejects(() => open(path), CliError);
      assertStringIncludes(taken.message, `another process answers at ${path}`);
    }),
});
