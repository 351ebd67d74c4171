import { assert, assertEquals } from "@std/assert";
import { readSpecialFile } from "../../../ffi/c/special_file.ts";
import { letPacketsGoFirst } from "../../../ffi/linux/v8_threads.ts";
import "../open_libc.ts";

const SCHED_OTHER = 0;
const SCHED_BATCH = 3;

/** How the kernel schedules each thread of this process: see proc_pid_stat(5), field 41. */
function policies(): Map<string, { name: string; policy: number }> {
  return new Map(
    [...Deno.readDirSync("/proc/self/task")].map((thread) => {
      const stat = readSpecialFile(`/proc/self/task/${thread.name}/stat`);
      const end = stat.lastIndexOf(")");
      const fields = stat.slice(end + 2).split(" ");
      const name = stat.slice(stat.indexOf("(") + 1, end);
      return [thread.name, { name, policy: Number(fields[41 - 3]) }];
    }),
  );
}

Deno.test({
  name: "letPacketsGoFirst() changes how V8's threads are scheduled, and no others",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    const before = policies();
    letPacketsGoFirst();
    let found = 0;
    for (const [thread, { name, policy }] of policies()) {
      const was = before.get(thread)?.policy;
      if (name.startsWith("V8 ")) {
        assertEquals(policy, was === SCHED_OTHER ? SCHED_BATCH : was);
        found++;
      } else if (was !== undefined) assertEquals(policy, was);
    }
    assert(found > 0);
  },
});
