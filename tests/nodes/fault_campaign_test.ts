/** A short form of `deno task faults`. */
import { assertEquals } from "@std/assert";
import { namespaceTest } from "../ffi/namespace.ts";
import { loopbackTest } from "./loopback.ts";
import { failAtRandom, failCall, failEachCall } from "./fault_campaign.ts";
import { prepareNamespace, WORLDS } from "./fault_worlds.ts";

namespaceTest(
  import.meta.url,
  "fault campaign: each role works again after any call failed once, and after many failed at random",
  ["tun", "ip"],
  async () => {
    prepareNamespace();
    for (const world of ["server", "client", "relay"]) {
      assertEquals(await failEachCall({ world, isAlone: false }, true), []);
    }
    for (const world of Object.keys(WORLDS)) {
      assertEquals(await failAtRandom({ world, isAlone: true }, 1, 500), []);
    }
  },
);

namespaceTest(
  import.meta.url,
  "fault campaign: a server and a relay outlast an error number that another call left",
  ["tun", "ip"],
  async () => {
    prepareNamespace();
    for (const world of ["server", "relay"]) {
      for (const call of ["poll", "recvmmsg"] as const) {
        for (const isAlone of [false, true]) {
          assertEquals(await failCall({ world, isAlone }, call, "ENOTSOCK"), []);
        }
      }
    }
  },
);

loopbackTest("fault campaign: what does not recover is found", async () => {
  const broken = await failCall({ world: "server", isAlone: false }, "recvmmsg", "EBADF");
  assertEquals(broken.map(({ problem }) => problem.replace(/127.*/, "…")), [
    "it ends: SystemError: Cannot receive on UDP …",
    "it does not recover within 5000 ms",
  ]);
});
