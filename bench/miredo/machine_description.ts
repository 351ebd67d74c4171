/**
 * On what it was measured.
 *
 * @module
 */

/** What a reader needs to know about the machine. */
interface MachineDescription {
  readonly kernel: string;
  readonly processors: number;
  readonly model: string;
  readonly deno: string;
  /** The load average of the minute before the start, which shows what else was running. */
  readonly load: number;
}

/** Describes this machine. */
export function describeMachine(): MachineDescription {
  const model = /^model name\s*: (.*)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1];
  return {
    kernel: Deno.osRelease(),
    processors: navigator.hardwareConcurrency,
    model: model ?? Deno.build.arch,
    deno: Deno.version.deno,
    load: Deno.loadavg()[0]!,
  };
}
