import { assertEquals, assertRejects } from "@std/assert";
import { aborted, runTogether, type Task } from "../../io/run_together.ts";

/** A task that notes its end. */
function noting(name: string, ends: string[]): Task {
  return async (signal) => {
    await aborted(signal);
    ends.push(name);
  };
}

Deno.test("run together: all tasks end when the signal aborts", async () => {
  const ends: string[] = [];
  const stop = new AbortController();
  const running = runTogether(stop.signal, noting("one", ends), noting("other", ends));
  stop.abort();
  await running;
  assertEquals(ends, ["one", "other"]);
});

Deno.test("run together: the first failure ends the others, and is thrown when they have ended", async () => {
  const ends: string[] = [];
  const fails: Task = () => Promise.reject(new Error("gone"));
  const never = new AbortController().signal;
  await assertRejects(() => runTogether(never, noting("one", ends), fails), Error, "gone");
  assertEquals(ends, ["one"]);
});

Deno.test("run together: a task that is done ends the others", async () => {
  const ends: string[] = [];
  const never = new AbortController().signal;
  await runTogether(never, noting("one", ends), () => Promise.resolve());
  assertEquals(ends, ["one"]);
});

Deno.test("run together: without tasks the signal is waited for", async () => {
  const stop = new AbortController();
  const running = runTogether(stop.signal);
  stop.abort();
  await running;
});

Deno.test("run together: tasks within tasks hear that they are to end, though garbage was collected", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--no-config",
      "--v8-flags=--expose-gc",
      new URL("./fixtures/end_after_collection.ts", import.meta.url).pathname,
    ],
    stdin: "null",
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "3\n");
});
