import { assertEquals, assertMatch } from "@std/assert";
import { Hook, type HookVariables } from "../../../../cli/daemon/hook/hook.ts";
import { requires } from "../../../capabilities.ts";

const needs = requires("linux", "bash");

/** A script with what is told of its failures. */
async function withHook(
  script: string,
  timeout: number,
  action: (hook: Hook, output: string, failures: string[]) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  // Neither a space nor a dollar sign in its name means anything.
  const program = `${folder}/a $hook`;
  const output = `${folder}/output`;
  await Deno.writeTextFile(program, `#!/bin/bash\nout=${output}\n${script}\n`, { mode: 0o755 });
  const failures: string[] = [];
  const onFailure = (reason: string) => void failures.push(reason);
  try {
    await action(new Hook({ program, timeout, onFailure }), output, failures);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: needs.title("hook: runs come one after the other, with their variables"),
  ignore: needs.ignore,
  fn: () =>
    withHook('sleep 0.05; echo "$# $STATE" >>$out', 10_000, async (hook, output, failures) => {
      for (const state of ["up", "down $(touch x)", "up"]) hook.run({ STATE: state });
      await hook.settled();
      assertEquals(await Deno.readTextFile(output), "0 up\n0 down $(touch x)\n0 up\n");
      assertEquals(failures, []);
    }),
});

Deno.test({
  name: needs.title("hook: one that takes too long is killed, and the next run comes"),
  ignore: needs.ignore,
  fn: () =>
    withHook(
      "[ $STATE = down ] || exec sleep 60; echo ok >$out",
      500,
      async (hook, output, told) => {
        hook.run({ STATE: "up" });
        hook.run({ STATE: "down" });
        await hook.settled();
        assertEquals(await Deno.readTextFile(output), "ok\n");
        assertEquals(told, ["it took longer than 0.5 s and was killed"]);
      },
    ),
});

Deno.test({
  name: needs.title("hook: what it began is killed with it"),
  ignore: needs.ignore,
  fn: () =>
    withHook("exec >$out.fifo; sleep 600 & wait", 500, async (hook, output, told) => {
      const fifo = `${output}.fifo`;
      await new Deno.Command("mkfifo", { args: [fifo] }).output();
      // It is read to the end when the last who holds it is gone.
      const reading = new Deno.Command("timeout", { args: ["5", "cat", fifo] }).output();
      hook.run({ STATE: "up" });
      await hook.settled();
      assertEquals((await reading).code, 0);
      assertEquals(told, ["it took longer than 0.5 s and was killed"]);
    }),
});

Deno.test({
  name: needs.title("hook: failures are told, and only so many changes wait"),
  ignore: needs.ignore,
  fn: () =>
    withHook("sleep 0.1; exit 3", 10_000, async (hook, _output, failures) => {
      for (let i = 0; i < 7; i++) hook.run({ STATE: String(i) });
      await hook.settled();
      const leftOut = failures.filter((reason) => reason.includes("skipped"));
      const failed = failures.filter((reason) => reason === "it ended with code 3");
      assertEquals([leftOut.length, failed.length], [2, 5]);
    }),
});

Deno.test("hook: a program that is not there is told of, and nothing throws", async () => {
  const failures: string[] = [];
  const hook = new Hook({
    program: "/nowhere/hook",
    timeout: 1000,
    onFailure: (reason) => void failures.push(reason),
  });
  const variables: HookVariables = { STATE: "up" };
  hook.run(variables);
  await hook.settled();
  assertEquals(failures.length, 1);
  assertMatch(failures[0]!, /hook/);
});
