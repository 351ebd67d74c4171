/**
 * A virtual machine with this host's programs: Linux as a process (Debian's `user-mode-linux`),
 * without a network and without write access to the host. In it systemd is the first process, which
 * a container doesn't offer.
 *
 * @module
 */

import { findCommand } from "../capabilities.ts";

const INIT = new URL("machine/init.sh", import.meta.url);
const UNIT = new URL("machine/unit.sh", import.meta.url);

/** Root runs it as nobody, so that the host is safe from what happens inside. */
const NOBODY = 65534;

/** Longer than it runs, even on a busy host, in milliseconds. */
const TIMEOUT = 1_200_000;

/**
 * Runs a script in it, as root and under systemd, and returns what the console shows.
 *
 * @param script a shell script that ends with `systemctl poweroff --force --force`
 * @param files what is in `$FOLDER` with it, by name
 */
export async function runInMachine(
  script: URL,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    const copies = { "init.sh": INIT, "unit.sh": UNIT, "script.sh": script, ...files };
    for (const [name, from] of Object.entries(copies)) {
      await Deno.copyFile(from, `${folder}/${name}`);
      await Deno.chmod(`${folder}/${name}`, 0o755);
    }
    await Deno.chmod(folder, 0o755);
    return await start(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function start(folder: string): Promise<string> {
  // Its memory is a file whose name only this process knows.
  const memory = `${folder}/memory`;
  await Deno.mkdir(memory);
  const user = Deno.uid() === 0 ? NOBODY : Deno.uid();
  if (user === NOBODY) await Deno.chown(memory, NOBODY, NOBODY);
  const kernel = [
    findCommand("linux.uml")!,
    ...["mem=1G", "rootfstype=hostfs", "rootflags=/", "ro", "quiet"],
    ...["con=null", "con0=null,fd:1", `init=${folder}/init.sh`, `FOLDER=${folder}`],
  ];
  const drop = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
  const privileges = user === NOBODY ? [findCommand("setpriv")!, ...drop] : [];
  // It keeps every file open that it has seen.
  const limited = ["-c", 'ulimit -n "$(ulimit -Hn)"; exec "$@"', "sh", ...privileges, ...kernel];
  const { stdout } = await new Deno.Command("sh", {
    args: limited,
    env: { HOME: memory, TMPDIR: memory },
    stdin: "null",
    stderr: "null",
    signal: AbortSignal.timeout(TIMEOUT),
  }).output();
  return new TextDecoder().decode(stdout);
}

/** A finding of a script. */
interface Finding {
  readonly name: string;
  readonly isFine: boolean;
  /** What there was to say. */
  readonly details: string;
}

/** What a script found, as it wrote it to the console. */
export function findings(console: string): Finding[] {
  const text = console.replaceAll("\r", "");
  return text.split(/^(?=ok |not ok |done$)/m).slice(1, -1).map((part) => {
    const [, not, name, details] = /^(not )?ok (.*)\n([^]*)$/.exec(part)!;
    return { name: name!, isFine: not === undefined, details: details! };
  });
}
