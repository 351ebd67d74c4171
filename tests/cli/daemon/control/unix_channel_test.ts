import { assertEquals, assertRejects } from "@std/assert";
import { ControlSocketInUse } from "../../../../cli/daemon/control/control_channel.ts";
import { UNIX_CHANNEL } from "../../../../cli/daemon/control/unix_channel.ts";
import { requires } from "../../../capabilities.ts";
import { temporaryFolder } from "../../../temporary_folder.ts";

const needs = requires("linux");

Deno.test({
  name: needs.title("control socket: it is for user and group alone"),
  ignore: needs.ignore,
  fn: async () => {
    await using files = await temporaryFolder();
    const path = `${files.folder}/role.sock`;
    const socket = await UNIX_CHANNEL.open(path, () => new Response("here"));
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o660);
    socket[Symbol.dispose]();
    await socket.finished;
  },
});

Deno.test({
  name: needs.title("control socket: one that somebody has stays, though it takes no connections"),
  ignore: needs.ignore,
  fn: async () => {
    await using files = await temporaryFolder();
    const path = `${files.folder}/role.sock`;
    const other = Deno.listenDatagram({ transport: "unixpacket", path });
    const error = await assertRejects(
      () => UNIX_CHANNEL.open(path, () => new Response()),
      ControlSocketInUse,
    );
    assertEquals(error.state, "answered");
    assertEquals(Deno.lstatSync(path).isSocket, true);
    other.close();
  },
});
