import { assertEquals, assertNotEquals } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { createLab } from "./lab.ts";
import { kernelTraces } from "./kernel_traces.ts";
import type { LabProcess } from "./lab_process.ts";
import { prepareTeredo, qualification, startClient, startServer } from "./teredo.ts";

const needs = requires(...LAB);

Deno.test({
  name: needs.title("ending: INT, TERM and KILL leave no interface, route or socket behind"),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    await using lab = await createLab({ A: { by: "user", kind: "cone" } });
    const { client } = lab.sites.A;
    for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
      const pristine = [await kernelTraces(lab.server), await kernelTraces(client)];
      const server = await startServer(lab.server);
      const { process } = await startClient(client);
      assertNotEquals([await kernelTraces(lab.server), await kernelTraces(client)], pristine);

      await t.step(`${signal} ends a client`, async () => {
        await assertEnding(process, signal);
        assertEquals(await kernelTraces(client), pristine[1]);
      });
      await t.step(`${signal} ends a server`, async () => {
        await assertEnding(server, signal);
        assertEquals(await kernelTraces(lab.server), pristine[0]);
      });
    }
  },
});

Deno.test({
  name: needs.title(
    "ending: a client that loses its server says so, and works again on its return",
  ),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({ A: { by: "user", kind: "portRestricted" } });
    const server = await startServer(lab.server);
    const { process } = await startClient(lab.sites.A.client);
    await server.end("SIGKILL");
    // The next refresh is due within 30 seconds (RFC 4380 §5.2.5).
    await process.waitForLog(/does not answer; asking again/, { timeout: 60_000 });
    const since = process.logLength;
    await startServer(lab.server);
    await Promise.any([
      process.waitForLog(/answers again/, { since, timeout: 60_000 }),
      qualification(process, since),
    ]);
  },
});

/** Asked to end, a program does so in good order; killed, it cannot. */
async function assertEnding(process: LabProcess, signal: Deno.Signal): Promise<void> {
  const status = await process.end(signal);
  if (signal === "SIGKILL") assertEquals(status.signal, signal);
  else assertEquals(status.code, 0, process.log);
}
