import { assertEquals } from "@std/assert";
import {
  controlPaths,
  defaultControlPath,
  isControlName,
  type PathContext,
} from "../../../../cli/daemon/control/control_path.ts";

function context(
  uid: number,
  environment: Record<string, string> = {},
  namespace?: string,
): PathContext {
  return { uid, env: (name) => environment[name], namespace };
}

const ROOT = context(0);
const USER = context(1000, { "XDG_RUNTIME_DIR": "/run/user/1000" });
const SERVICE = context(64_000, { "RUNTIME_DIRECTORY": "/run/teredo/client:/run/other" });

Deno.test({
  name:
    "control path: the system's folder, the service's, the user's, or one of the user's in /tmp",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    assertEquals(defaultControlPath("client", ROOT), "/run/teredo/client.sock");
    assertEquals(defaultControlPath("server", USER), "/run/user/1000/teredo/server.sock");
    assertEquals(defaultControlPath("client", SERVICE), "/run/teredo/client/client.sock");
    assertEquals(defaultControlPath("relay", context(1000)), "/tmp/teredo-1000/relay.sock");
  },
});

Deno.test({
  name: "control path: who asks finds what root, a service or the same user runs",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    for (const asker of [ROOT, USER]) {
      const paths = controlPaths("client", asker);
      for (const owner of [asker, ROOT, SERVICE]) {
        assertEquals(paths.includes(defaultControlPath("client", owner)), true);
      }
      assertEquals(paths.includes("/run/teredo-client/client.sock"), true);
    }
  },
});

Deno.test({
  name: "control path: each network namespace has a socket of its own",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    const elsewhere = context(0, {}, "4026532281");
    assertEquals(defaultControlPath("client", elsewhere), "/run/teredo/client-4026532281.sock");
    assertEquals(controlPaths("client", elsewhere).includes("/run/teredo/client.sock"), false);
  },
});

Deno.test("control path: a socket's name tells its role, whatever its namespace", () => {
  for (const name of ["client.sock", "client-4026532281.sock"]) {
    assertEquals(isControlName("client", name), true);
    assertEquals(isControlName("server", name), false);
  }
  for (const name of ["client", "client-.sock", "client-a.sock", "client.sock.old", "other.sock"]) {
    assertEquals(isControlName("client", name), false);
  }
});
