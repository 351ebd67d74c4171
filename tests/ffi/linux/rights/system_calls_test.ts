import { assertEquals } from "@std/assert";
import {
  callNumbers,
  NEEDLESS_CALLS,
  RUNNING_CALLS,
} from "../../../../ffi/linux/rights/system_calls.ts";
import { requires } from "../../../capabilities.ts";

/** The architectures, with the header and the options by which C knows their numbers. */
const ARCHITECTURES = [
  { arch: "x86_64", header: "asm/unistd_64.h", options: [] },
  {
    arch: "aarch64",
    header: "asm-generic/unistd.h",
    options: ["-D__BITS_PER_LONG=64", "-D__ARCH_WANT_SYS_CLONE3"],
  },
] as const;

const { title, ignore } = requires("linux", "gcc");

for (const { arch, header, options } of ARCHITECTURES) {
  Deno.test({
    name: title(`system calls of ${arch} have the numbers of C's headers`),
    ignore: ignore || Deno.build.arch !== "x86_64",
    async fn() {
      const { clone, clone3, capset, seccomp, ioctl } = callNumbers(arch);
      const column = arch === "x86_64" ? 1 : 2;
      const calls = [...NEEDLESS_CALLS, ...RUNNING_CALLS].map((call) => [call[0], call[column]]);
      const ours = Object.fromEntries([
        ...calls,
        ...Object.entries({ clone, clone3, capset, seccomp, ioctl }),
      ]);
      const known = await numbersOf(header, options);
      // Older headers lack the newest ones.
      const theirs = Object.keys(ours).map((name) => [name, known.get(name) ?? newer(ours[name]!)]);
      assertEquals(ours, Object.fromEntries(theirs));
    },
  });
}

/** A number that a header of Linux 5.10 may lack. */
function newer(number: number): number | undefined {
  return number !== undefined && number > 440 ? number : undefined;
}

/** The numbers that a header defines, by name. */
async function numbersOf(header: string, options: readonly string[]): Promise<Map<string, number>> {
  const child = new Deno.Command("gcc", {
    args: ["-E", "-dM", ...options, "-include", header, "-x", "c", "/dev/null"],
    stdout: "piped",
  }).spawn();
  const { stdout } = await child.output();
  const defined = new TextDecoder().decode(stdout).matchAll(/^#define __NR_(\w+) (\d+)$/gm);
  return new Map([...defined].map(([, name, number]) => [name!, Number(number)]));
}
