/**
 * A container with this host's programs, in which systemd is the first process: for all that doesn't
 * change the kernel or boot. It is faster than user-mode Linux, which doesn't run on every processor.
 *
 * @module
 */

import { findCommand, requires } from "../capabilities.ts";

const INIT = new URL("machine/container.sh", import.meta.url).pathname;

/** Longer than it runs, even on a busy host, in milliseconds. */
const TIMEOUT = 1_200_000;

/** What it takes. */
export const CONTAINER_NEEDS = requires("linux", "root", "tun", "unshare", "systemd-nspawn");

/**
 * Runs a script in it, as root and under systemd, and returns what it says.
 *
 * @param script a shell script that ends with `systemctl poweroff --force --force`
 * @param files what is in `$FOLDER` with it, by name
 */
export async function runInContainer(
  script: URL,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, from] of Object.entries({ "script.sh": script, ...files })) {
      await Deno.copyFile(from, `${folder}/${name}`);
    }
    await Deno.mkdir(`${folder}/layers`);
    await Deno.chmod(folder, 0o755);
    const { stdout, stderr } = await new Deno.Command(findCommand("unshare")!, {
      args: ["--mount", "sh", INIT, folder],
      stdin: "null",
      signal: AbortSignal.timeout(TIMEOUT),
    }).output();
    const said = await Deno.readTextFile(`${folder}/console`).catch(() => "");
    const decoder = new TextDecoder();
    return said || `${decoder.decode(stdout)}${decoder.decode(stderr)}`;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
