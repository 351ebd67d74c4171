import { assertEquals } from "@std/assert";
import { permissionRemedy, socketGroup } from "../../../cli/ask/socket_group.ts";

Deno.test({
  name: "socket group: it has the name that the system's list gives it, unless it is root's",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const [socket, list] = [`${folder}/client.sock`, `${folder}/group`];
      await Deno.writeTextFile(socket, "");
      if (Deno.uid() === 0) await Deno.chown(socket, 0, 4711);
      const { gid } = await Deno.stat(socket);
      await Deno.writeTextFile(list, `root:x:0:\nother:x:1${gid}:\nteredo:x:${gid}:alice\n`);
      assertEquals(socketGroup(socket, list), "teredo");
      await Deno.writeTextFile(list, "root:x:0:\n");
      assertEquals(socketGroup(socket, list), undefined);
      assertEquals(socketGroup(`${folder}/absent`, list), undefined);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("socket group: the remedy names the group if there is one to join", () => {
  assertEquals(
    permissionRemedy("teredo", "capabilities"),
    'Use sudo, or join the group teredo: "sudo usermod -aG teredo USER", then log in again',
  );
  assertEquals(permissionRemedy(undefined, "root"), "Use sudo");
  assertEquals(
    permissionRemedy(undefined, "administrator"),
    'Open the terminal with "Run as administrator"',
  );
});
