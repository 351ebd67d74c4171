/** Which sockets are asked, and what is said where there are none. */
import { assertEquals, assertRejects } from "@std/assert";
import { CliError } from "../../../cli/process/failure.ts";
import type { PathContext } from "../../../cli/daemon/control/control_path.ts";
import { chooseSockets } from "../../../cli/ask/find_controls.ts";
import { openControlSocket } from "../../../cli/daemon/control/control_socket.ts";
import { requires } from "../../capabilities.ts";

const needs = requires("linux");

/** Where the sockets of these names answer. */
async function withSockets(
  names: readonly string[],
  action: (folder: string, context: PathContext) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const open = names.map((name) => openControlSocket(`${folder}/${name}`, () => new Response()));
  const sockets = await Promise.all(open);
  const env = (name: string) => name === "RUNTIME_DIRECTORY" ? folder : undefined;
  try {
    await action(folder, { env, uid: Deno.uid()!, namespace: undefined });
  } finally {
    for (const socket of sockets) socket[Symbol.dispose]();
    await Promise.all(sockets.map(({ finished }) => finished));
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * The names of the relays that are asked: nobody runs another one in the system's folder meanwhile.
 */
async function asked(folder: string, context: PathContext): Promise<string[]> {
  const paths = await chooseSockets(undefined, "relay", context);
  return paths.map((path) => path.replace(`${folder}/`, ""));
}

Deno.test({
  name: needs.title("control sockets: each namespace's roles are found by its number"),
  ignore: needs.ignore,
  fn: () =>
    withSockets(["relay.sock", "relay-42.sock"], async (folder, context) => {
      assertEquals(await asked(folder, context), ["relay.sock"]);
      assertEquals(await asked(folder, { ...context, namespace: "42" }), ["relay-42.sock"]);
    }),
});

Deno.test({
  name: needs.title("control sockets: who may not know the namespace finds what is there"),
  ignore: needs.ignore,
  fn: () =>
    withSockets(["relay.sock", "relay-42.sock"], async (folder, context) => {
      assertEquals(await asked(folder, { ...context, perhaps: "42" }), ["relay-42.sock"]);
      assertEquals(await asked(folder, { ...context, perhaps: "43" }), ["relay.sock"]);
    }),
});

Deno.test({
  name: needs.title("control sockets: one of another namespace is named where there is no other"),
  ignore: needs.ignore,
  fn: () =>
    withSockets(["relay-42.sock"], async (folder, context) => {
      const error = await assertRejects(() => asked(folder, context), CliError);
      assertEquals(
        [error.exitCode, error.message],
        [
          3,
          "Teredo is not running here: no relay of this user or of the system answers in this network " +
          `namespace. One seems to run in another namespace: ask it with --control ${folder}/relay-42.sock`,
        ],
      );
    }),
});

Deno.test({
  name: needs.title("control sockets: where there is none, nothing else is said"),
  ignore: needs.ignore,
  fn: () =>
    withSockets(["unrelayed.sock"], async (folder, context) => {
      const error = await assertRejects(() => asked(folder, context), CliError);
      assertEquals(
        error.message,
        "Teredo is not running here: no relay of this user or of the system answers. " +
          "Start it, or name its socket with --control",
      );
    }),
});
