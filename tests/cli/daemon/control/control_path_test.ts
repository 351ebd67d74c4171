import { assertEquals } from "@std/assert";
import { LINUX_FACTS } from "../../../../ffi/linux/facts.ts";
import {
  controlPaths,
  defaultControlPath,
  isControlName,
  type PathContext,
} from "../../../../cli/daemon/control/control_path.ts";

/** Those of Linux, for root or another user. */
function context(isPrivileged: boolean, more: Partial<PathContext> = {}): PathContext {
  const { runtime: system, userRuntime: user } = LINUX_FACTS.folders(() => "/run/user/1000");
  const namespace = undefined;
  return { suffix: ".sock", given: undefined, system, user, isPrivileged, namespace, ...more };
}

const ROOT = context(true);
const USER = context(false);
const SERVICE = context(false, { given: "/run/teredo-client" });

Deno.test({
  name:
    "control path: the system's folder, the service's, the user's, or one of the user's in /tmp",
  ignore: Deno.build.os === "windows",
  fn: () => {
    assertEquals(defaultControlPath("client", ROOT), "/run/teredo/client/client.sock");
    assertEquals(defaultControlPath("server", USER), "/run/user/1000/teredo/server.sock");
    assertEquals(defaultControlPath("client", SERVICE), "/run/teredo-client/client.sock");
    assertEquals(
      defaultControlPath("relay", context(false, { user: "/tmp/teredo-1000" })),
      "/tmp/teredo-1000/relay.sock",
    );
  },
});

Deno.test({
  name: "control path: who asks finds what root, a service or the same user runs",
  ignore: Deno.build.os === "windows",
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
  ignore: Deno.build.os === "windows",
  fn: () => {
    const elsewhere = context(true, { namespace: "4026532281" });
    assertEquals(
      defaultControlPath("client", elsewhere),
      "/run/teredo/client/client-4026532281.sock",
    );
    assertEquals(
      controlPaths("client", elsewhere).includes("/run/teredo/client/client.sock"),
      false,
    );
  },
});

Deno.test("control path: a socket's name tells its role, whatever its namespace", () => {
  for (const name of ["client.sock", "client-4026532281.sock"]) {
    assertEquals(isControlName("client", name, ".sock"), true);
    assertEquals(isControlName("server", name, ".sock"), false);
  }
  for (const name of ["client", "client-.sock", "client-a.sock", "client.sock.old", "other.sock"]) {
    assertEquals(isControlName("client", name, ".sock"), false);
  }
});
