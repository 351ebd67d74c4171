import { assert, assertEquals } from "@std/assert";
import { readSpecialFile } from "../../../ffi/c/special_file.ts";
import { letPacketsGoFirst } from "../../../ffi/linux/compiler_threads.ts";
import "../open_libc.ts";

const SCHED_OTHER = 0;
const SCHED_BATCH = 3;

/** How the kernel schedules each thread of this process: see proc_pid_stat(5), field 41. */
function policies(): { name: string; policy: number }[] {
  return [...Deno.readDirSync("/proc/self/task")].map((thread) => {
    const stat = readSpecialFile(`/proc/self/task/${thread.name}/stat`);
    const end = stat.lastIndexOf(")");
    const fields = stat.slice(end + 2).split(" ");
    return { name: stat.slice(stat.indexOf("(") + 1, end), policy: Number(fields[41 - 3]) };
  });
}

Deno.test({
  name: "letPacketsGoFirst() makes V8's threads wait for a processor, and no others",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    letPacketsGoFirst();
    const found = policies();
    const compilers = found.filter(({ name }) => name.startsWith("V8 "));
    assert(compilers.length > 0);
    assertEquals(new Set(compilers.map(({ policy }) => policy)), new Set([SCHED_BATCH]));
    const others = found.filter(({ name }) => !name.startsWith("V8 "));
    assertEquals(new Set(others.map(({ policy }) => policy)), new Set([SCHED_OTHER]));
  },
});
