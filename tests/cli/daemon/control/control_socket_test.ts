import { assertEquals, assertRejects } from "@std/assert";
import {
  ControlSocketInUse,
  openControlSocket,
  socketState,
} from "../../../../cli/daemon/control/control_socket.ts";
import { requires } from "../../../capabilities.ts";

const needs = requires("linux");

/** Does something with the path of a socket in a folder of its own. */
async function withPath(action: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await action(`${folder}/role.sock`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function ask(path: string): Promise<string> {
  using client = Deno.createHttpClient({ proxy: { transport: "unix", path } });
  const response = await fetch("http://teredo/", { client });
  return await response.text();
}

/** Leaves a socket behind as a process that was killed does. */
async function leaveSocket(path: string): Promise<void> {
  const script = `Deno.listen({ transport: "unix", path: ${JSON.stringify(path)} });
    Deno.kill(Deno.pid, "SIGKILL");`;
  await new Deno.Command(Deno.execPath(), { args: ["eval", script] }).output();
}

Deno.test({
  name: needs.title("control socket: it answers, is for user and group alone, and goes"),
  ignore: needs.ignore,
  fn: () =>
    withPath(async (path) => {
      const socket = await openControlSocket(path, () => new Response("here"));
      assertEquals(await ask(path), "here");
      assertEquals((await Deno.stat(path)).mode! & 0o777, 0o660);
      assertEquals(await socketState(path), "answered");
      socket[Symbol.dispose]();
      await socket.finished;
      assertEquals(await socketState(path), "absent");
    }),
});

Deno.test({
  name: needs.title("control socket: a second one is refused, and the first goes on"),
  ignore: needs.ignore,
  fn: () =>
    withPath(async (path) => {
      const first = await openControlSocket(path, () => new Response("first"));
      await assertRejects(
        () => openControlSocket(path, () => new Response("second")),
        ControlSocketInUse,
      );
      assertEquals(await ask(path), "first");
      first[Symbol.dispose]();
      await first.finished;
    }),
});

Deno.test({
  name: needs.title("control socket: what a killed process left is replaced"),
  ignore: needs.ignore,
  fn: () =>
    withPath(async (path) => {
      await leaveSocket(path);
      assertEquals(await socketState(path), "dead");
      const socket = await openControlSocket(path, () => new Response("new"));
      assertEquals(await ask(path), "new");
      socket[Symbol.dispose]();
      await socket.finished;
    }),
});

Deno.test({
  name: needs.title("control socket: one that somebody has stays, though it takes no connections"),
  ignore: needs.ignore,
  fn: () =>
    withPath(async (path) => {
      const other = Deno.listenDatagram({ transport: "unixpacket", path });
      const error = await assertRejects(
        () => openControlSocket(path, () => new Response()),
        ControlSocketInUse,
      );
      assertEquals(error.state, "answered");
      assertEquals(Deno.lstatSync(path).isSocket, true);
      other.close();
    }),
});

Deno.test({
  name: needs.title("control socket: a file that is no socket stays"),
  ignore: needs.ignore,
  fn: () =>
    withPath(async (path) => {
      await Deno.writeTextFile(path, "precious");
      assertEquals(await socketState(path), "absent");
      assertEquals(await socketState(`${path}/below.sock`), "absent");
      await assertRejects(
        () => openControlSocket(path, () => new Response()),
        Deno.errors.AddrInUse,
      );
      assertEquals(await Deno.readTextFile(path), "precious");
    }),
});

Deno.test({
  name: needs.title("control socket: it goes even when the program exits at once"),
  ignore: needs.ignore,
  fn: () =>
    withPath(async (path) => {
      const module = new URL("../../../../cli/daemon/control/control_socket.ts", import.meta.url);
      const script = `import { openControlSocket } from ${JSON.stringify(module.href)};
        const path = ${JSON.stringify(path)};
        await openControlSocket(path, () => new Response());
        console.log(Deno.statSync(path).isSocket);
        Deno.exit(0);`;
      const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", script] })
        .output();
      assertEquals(new TextDecoder().decode(stdout), "true\n");
      assertEquals(await socketState(path), "absent");
    }),
});
