/** Asking a control socket, whoever may be behind it. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../../cli/process/failure.ts";
import { ControlClient } from "../../../cli/ask/control_client.ts";
import { openControl } from "../../../cli/daemon/control/open_control.ts";
import type { Log } from "../../../io/log.ts";
import { OWN_CHANNEL } from "../../../cli/daemon/control/own_channel.ts";
import type { ControlChannel } from "../../../cli/daemon/control/control_channel.ts";
import { pathIn } from "../../../cli/process/folders.ts";
import type { HttpHandler } from "../../../cli/daemon/http/http_handler.ts";
import { CHANNELS } from "../daemon/control/channels.ts";
import { requires } from "../../capabilities.ts";

const NEVER = new AbortController().signal;

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Does something with the path of a socket that answers so. */
async function withSocket(
  channel: ControlChannel,
  handler: HttpHandler,
  action: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const socket = await channel.open(pathIn(folder, "role"), handler);
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
      "something other than Teredo answers there",
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
    ["never ends", endless, "something other than Teredo answers there", 1],
    [
      "points elsewhere",
      () => Response.redirect("http://127.0.0.1/"),
      "something other than Teredo answers there",
      1,
    ],
    ["refuses", () => new Response("Not you\n", { status: 403 }), ": Not you", 1],
    [
      "refuses with words that move the cursor",
      () => new Response("\x1b[2J\x07All is well\n\x9b1A", { status: 503 }),
      ": it is still starting. [2J All is well 1A",
      3,
    ],
    [
      "refuses at length",
      () => new Response("a".repeat(100_000), { status: 403 }),
      `: ${"a".repeat(1_000)}`,
      1,
    ],
    [
      "refuses without a word",
      () => new Response(null, { status: 500 }),
      "it answers with status 500",
      1,
    ],
    [
      "still starts",
      () => new Response("Wait\n", { status: 503 }),
      ": it is still starting. Wait",
      3,
    ],
  ];

for (const [name, channel] of CHANNELS) {
  for (const [what, handler, says, code] of OTHERS) {
    Deno.test(`control client, ${name}: whoever ${what} gets a message`, () =>
      withSocket(channel, handler, async (path) => {
        const client = new ControlClient(path, undefined, channel);
        const error = await assertRejects(() => client.status(NEVER), CliError);
        assertStringIncludes(error.message, `Cannot ask at ${path}: `);
        assertStringIncludes(error.message, says);
        assertEquals(error.exitCode, code);
      }));
  }

  Deno.test(`control client, ${name}: an answer to a ping that is none gets a message`, async () => {
    for (const answer of [null, 7, {}, { outcome: "answered" }]) {
      await withSocket(channel, () => Response.json(answer), async (path) => {
        const client = new ControlClient(path, undefined, channel);
        const error = await assertRejects(() => client.ping("::1", 1, NEVER), CliError);
        assertStringIncludes(error.message, "another version of Teredo");
      });
    }
  });
}

/** An answer that does not go on behind its first octets. */
function stalled(): Response {
  return new Response(new ReadableStream({ start: (body) => body.enqueue(new Uint8Array(1)) }));
}

/** Waits for ever: before the answer, and in the midst of it. */
const WAITS: readonly (readonly [what: string, handler: HttpHandler])[] = [
  ["an answer", () => new Promise(() => {})],
  ["the rest of one", stalled],
];

for (const [name, channel] of CHANNELS) {
  for (const [what, handler] of WAITS) {
    Deno.test(`control client, ${name}: ${what} is not waited for without end`, () =>
      withSocket(channel, handler, async (path) => {
        const client = new ControlClient(path, 200, channel);
        const error = await assertRejects(() => client.status(NEVER), CliError);
        assertEquals(error.message, `Cannot ask at ${path}: no answer within 0.2 s`);
      }));

    Deno.test(`control client, ${name}: an interruption ends the wait for ${what}`, async () => {
      const { promise: asked, resolve } = Promise.withResolvers<void>();
      const over = new AbortController();
      const noting: HttpHandler = (request) => {
        resolve();
        return handler(request);
      };
      await withSocket(channel, noting, async (path) => {
        const client = new ControlClient(path, undefined, channel);
        const status = client.status(over.signal);
        await asked;
        over.abort();
        assertEquals(await status, undefined);
      });
    });
  }
}

const unix = requires("linux");

Deno.test({
  name: unix.title("control socket: a path that is too long gets a message"),
  ignore: unix.ignore,
  fn: async () => {
    const long = `/tmp/${"x".repeat(103)}`;
    const error = await assertRejects(() => openAt(long), CliError);
    assertStringIncludes(error.message, "its 108 octets are more than the 107 that a socket's");
  },
});

Deno.test("control socket: a path that another process has gets a message", () =>
  withSocket(OWN_CHANNEL, () => new Response(), async (path) => {
    const error = await assertRejects(() => openAt(path), CliError);
    assertStringIncludes(error.message, `another process answers at ${path}`);
  }));

function openAt(chosen: string): Promise<unknown> {
  return openControl("relay", chosen, () => new Response(), SILENT);
}
