/**
 * The threads on which V8 compiles and collects garbage.
 *
 * A thread that wakes up may take the place of the one that runs, on the same processor. So when a
 * packet makes V8 compile a function, the packet may have to wait until V8 has done so: a few tenths
 * of a millisecond.
 *
 * @module
 */

import { libc } from "../c/libc.ts";
import { readSpecialFile } from "../c/special_file.ts";
import { allocate } from "../c/struct.ts";

// <sched.h>, see sched(7). A thread of the second kind gets as much time as one of the first, but
// takes nobody's place when it wakes up.
const SCHED_OTHER = 0;
const SCHED_BATCH = 3;

/** `struct sched_param`: an int, the priority, which is 0 here. */
const SCHED_PARAM_SIZE = 4;

const TASKS = "/proc/self/task";

/**
 * Makes V8's threads of this process wait until a processor is free, or until the thread that runs
 * has used up its share. A process that is scheduled in another way stays as it is.
 */
export function letPacketsGoFirst(): void {
  const { sched_getscheduler, sched_setscheduler } = libc();
  const parameter = allocate(SCHED_PARAM_SIZE);
  for (const thread of v8Threads()) {
    // What fails leaves everything as it is.
    if (sched_getscheduler(thread) === SCHED_OTHER) {
      sched_setscheduler(thread, SCHED_BATCH, parameter);
    }
  }
}

/** The numbers of V8's threads; none if /proc does not say. */
function v8Threads(): number[] {
  try {
    return [...Deno.readDirSync(TASKS)].map(({ name }) => name).filter(isV8Thread).map(Number);
  } catch {
    return [];
  }
}

function isV8Thread(thread: string): boolean {
  try {
    return readSpecialFile(`${TASKS}/${thread}/comm`).startsWith("V8 ");
  } catch {
    // It has ended.
    return false;
  }
}
