/** The executable for Linux on arm64, by qemu's emulation of that processor. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ARM64_ROOT, findCommand, LAB, requires } from "../capabilities.ts";
import { assertSteady } from "./all_answered.ts";
import { createLab } from "./lab.ts";
import type { Machine } from "./machine.ts";
import { ADDRESS } from "./plan.ts";
import { waitForRoute } from "./routes.ts";
import type { Outcome } from "./sandbox.ts";
import {
  prepareTeredo,
  qualification,
  startClient,
  startServer,
  TEREDO_INTERFACE,
} from "./teredo.ts";

const needs = requires("linux", "arm64");
const labNeeds = requires(...LAB, "arm64", "ping");

/**
 * How long slow things may take, in seconds. On a busy machine, starting took up to 16 of them, and
 * five passed until the first ping was answered, because what had not run before has to be
 * translated.
 */
const PATIENCE = 120;
const PATIENTLY = { timeout: PATIENCE * 1_000 };

/** The command line of the program for arm64. */
function arm64(...args: string[]): string[] {
  const program = Deno.realPathSync(Deno.env.get("TEREDO_ARM64_BIN")!);
  return [findCommand("qemu-aarch64-static")!, "-L", ARM64_ROOT, program, ...args];
}

async function textOf(...args: string[]): Promise<string> {
  const [command, ...rest] = arm64(...args);
  const { code, stdout, stderr } = await new Deno.Command(command!, { args: rest, stdin: "null" })
    .output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  return new TextDecoder().decode(stdout);
}

Deno.test({
  name: needs.title("arm64: the executable says its version, and decodes an address"),
  ignore: needs.ignore,
  fn: async () => {
    assertMatch(await textOf("--version"), /^teredo [\d.]+ \(Deno 2\.7\.11, linux aarch64/);
    assertStringIncludes(
      await textOf("decode", "2001:0:5301:101:30d1:6709:acfe:fdfe"),
      "83.1.1.1",
    );
  },
});

Deno.test({
  name: labNeeds.title(
    "arm64: a client with its interface, a server and probe work with those of x64",
  ),
  ignore: labNeeds.ignore,
  fn: async (t) => {
    await prepareTeredo();
    await using lab = await createLab({
      A: { by: "user", kind: "portRestricted" },
      B: { by: "user", kind: "portRestricted" },
    });
    const { A, B } = lab.sites;

    await t.step("a client with the server of x64", async () => {
      await using server = await startServer(lab.server);
      const [process, b] = await Promise.all([
        A.client.spawn(
          ...arm64("client", "--server", ADDRESS.serverPrimary, "--log-level", "debug"),
        ),
        startClient(B.client),
      ]);
      await using _b = b.process;
      await using a = process;
      await a.waitForLog(/the Teredo address is/, PATIENTLY);
      const { address } = await qualification(a);
      await waitForRoute(A.client, TEREDO_INTERFACE);
      await assertSteady(A.client, b.address, PATIENCE);
      await assertSteady(B.client, address, PATIENCE);
      const status = await statusOf(A.client);
      assertEquals(status.code, 0, status.stderr);
      assertStringIncludes(status.stdout, address);
      assertStringIncludes(a.log, "UDP datagrams are moved in batches");
      assertEquals((await a.end("SIGTERM")).code, 0, a.log);
      assert(!(await A.client.ip("-o link show")).includes(TEREDO_INTERFACE));
      await server.end("SIGTERM");
    });

    await t.step("a server with a client of x64, and probe", async () => {
      const { serverPrimary, serverSecondary } = ADDRESS;
      await using server = await lab.server.spawn(
        ...arm64("server", "--primary", serverPrimary, "--secondary", serverSecondary),
      );
      await server.waitForLog(/Serving on/, PATIENTLY);
      await using _b = (await startClient(B.client)).process;
      const probe = await A.client.try(...arm64("probe", serverPrimary));
      assertEquals(probe.code, 0, probe.stdout + probe.stderr);
      assertMatch(probe.stdout, /port-restricted/i);
      assertEquals((await server.end("SIGTERM")).code, 0, server.log);
    });
  },
});

/** `status` waits for 5 seconds, which may pass until a client has translated what answers it. */
async function statusOf(machine: Machine): Promise<Outcome> {
  let status = await machine.try(...arm64("status"));
  for (let tries = 1; status.code !== 0 && tries < 4; tries++) {
    status = await machine.try(...arm64("status"));
  }
  return status;
}
