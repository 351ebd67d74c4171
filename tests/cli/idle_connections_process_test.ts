/** The program and those who connect to it without saying anything, or with a lie. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { requires } from "../capabilities.ts";
import { Machine } from "../netns/machine.ts";
import { Sandbox } from "../netns/sandbox.ts";
import { prepareTeredo, teredo } from "../netns/teredo.ts";
import { denoRun, prefetch } from "../netns/deno_run.ts";

const needs = requires(...["linux", "namespaces", "ip", "nsenter", "curl"] as const);

const METRICS = "127.0.0.1:9641";

/** Connects a thousand times to each, and says nothing. */
const PROGRAM = "tests/cli/idle_connections.ts";

Deno.test({
  name: needs.title("a thousand idle connections to metrics and control do not end a server"),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await prefetch(PROGRAM);
    await using sandbox = await Sandbox.create();
    const machine = await Machine.create(sandbox, "machine");
    await machine.ip("addr add 83.1.1.1/32 dev lo");
    const control = "/run/teredo.sock";
    const command = [
      ...teredo("server", "--primary", "83.1.1.1", "--metrics", METRICS, "--control", control),
    ];
    const limited = ["sh", "-c", 'ulimit -n 64 && exec "$@"', "sh", ...command];
    await using server = await machine.spawn(...limited);
    await server.waitForLog(/Serving on/);
    await using idle = await machine.spawn(...denoRun(PROGRAM), METRICS, control);
    await idle.waitForLog(/^connected$/);

    const get = (...options: string[]) =>
      machine.try("curl", "-s", "--max-time", "10", "-w", "\n%{http_code}", ...options);
    const metrics = await get(`http://${METRICS}/metrics`);
    assertStringIncludes(metrics.stdout, "teredo_server_solicitations_answered_total");
    const status = await machine.try(...teredo("status", "--control", control));
    assertEquals(status.code, 0, status.stderr);

    const evil = await get("-H", "Host: evil.example", `http://${METRICS}/metrics`);
    assert(!evil.stdout.includes("teredo_"), evil.stdout);
    assert(Number(evil.stdout.split("\n").at(-1)) >= 400, evil.stdout);
    assertEquals((await server.end("SIGTERM")).code, 0, server.log);
  },
});
