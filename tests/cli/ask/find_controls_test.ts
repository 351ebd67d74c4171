/** Which sockets are asked, and what is said where there are none. */
import { assertEquals, assertRejects } from "@std/assert";
import { CliError } from "../../../cli/process/failure.ts";
import type { PathContext } from "../../../cli/daemon/control/control_path.ts";
import { chooseSockets } from "../../../cli/ask/find_controls.ts";
import { OWN_CHANNEL } from "../../../cli/daemon/control/own_channel.ts";
import { pathIn } from "../../../cli/process/folders.ts";
import "../../ffi/open_libc.ts";
import { fileAccess } from "../../../ffi/open_file_access.ts";

/** Where the sockets of these names answer. */
async function withSockets(
  names: readonly string[],
  action: (folder: string, context: PathContext) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const { suffix } = OWN_CHANNEL;
  const open = names.map((name) =>
    OWN_CHANNEL.open(pathIn(folder, name + suffix), () => new Response())
  );
  const sockets = await Promise.all(open);
  try {
    const elsewhere = { system: pathIn(folder, "system"), user: pathIn(folder, "user") };
    await action(folder, {
      ...{ suffix, given: folder, ...elsewhere },
      ...{ isPrivileged: fileAccess().isPrivileged(), namespace: undefined },
    });
  } finally {
    for (const socket of sockets) socket[Symbol.dispose]();
    await Promise.all(sockets.map(({ finished }) => finished));
    await Deno.remove(folder, { recursive: true });
  }
}

/** The names of the relays that are asked. */
async function asked(folder: string, context: PathContext): Promise<string[]> {
  const paths = await chooseSockets(undefined, "relay", context);
  return paths.map((path) => path.slice(pathIn(folder, "").length).replace(context.suffix, ""));
}

Deno.test({
  name: "control sockets: each namespace's roles are found by its number",
  fn: () =>
    withSockets(["relay", "relay-42"], async (folder, context) => {
      assertEquals(await asked(folder, context), ["relay"]);
      assertEquals(await asked(folder, { ...context, namespace: "42" }), ["relay-42"]);
    }),
});

Deno.test({
  name: "control sockets: who may not know the namespace finds what is there",
  fn: () =>
    withSockets(["relay", "relay-42"], async (folder, context) => {
      assertEquals(await asked(folder, { ...context, perhaps: "42" }), ["relay-42"]);
      assertEquals(await asked(folder, { ...context, perhaps: "43" }), ["relay"]);
    }),
});

Deno.test({
  name: "control sockets: one of another namespace is named where there is no other",
  fn: () =>
    withSockets(["relay-42"], async (folder, context) => {
      const error = await assertRejects(() => asked(folder, context), CliError);
      assertEquals(
        [error.exitCode, error.message],
        [
          3,
          "Teredo is not running here: no relay of this user or of the system answers in this network " +
          "namespace. One seems to run in another namespace: ask it with --control " +
          pathIn(folder, `relay-42${context.suffix}`),
        ],
      );
    }),
});

Deno.test({
  name: "control sockets: where there is none, nothing else is said",
  fn: () =>
    withSockets(["unrelayed"], async (folder, context) => {
      const error = await assertRejects(() => asked(folder, context), CliError);
      assertEquals(
        error.message,
        "Teredo is not running here: no relay of this user or of the system answers. " +
          "Start it, or name its socket with --control",
      );
    }),
});
