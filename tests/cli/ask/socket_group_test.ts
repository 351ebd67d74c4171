import { assertEquals } from "@std/assert";
import { requires } from "../../capabilities.ts";
import "../../ffi/open_libc.ts";
import { permissionRemedy, socketGroup } from "../../../cli/ask/socket_group.ts";

const needs = requires("linux", "root");

/** The highest number, which no group has. */
const NO_GROUP = 0xffff_fffe;

Deno.test({
  name: needs.title("socket group: it has the name that the system gives it, unless it is root's"),
  ignore: needs.ignore,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const socket = `${folder}/client.sock`;
      await Deno.writeTextFile(socket, "");
      // Group 1 has this name on every distribution.
      for (const [gid, name] of [[1, "daemon"], [0, undefined], [NO_GROUP, undefined]] as const) {
        await Deno.chown(socket, 0, gid);
        assertEquals(socketGroup(socket), name);
      }
      assertEquals(socketGroup(`${folder}/absent`), undefined);
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
