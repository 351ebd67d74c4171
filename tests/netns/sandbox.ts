/**
 * Our own corner of the kernel, in which named network namespaces can be made: by root, and by
 * anyone that the kernel allows to make user namespaces.
 *
 * A keeper process holds it: the first process of new network, mount and process namespaces, which
 * waits for the end of its standard input. However the process that made the sandbox ends, the
 * kernel then closes that pipe, the keeper ends, and the kernel kills what runs in the keeper's
 * process namespace and takes down every namespace, interface, route and rule with it. Nothing of
 * the machine is touched and nothing can be left behind, so sandboxes may run side by side.
 *
 * @module
 */

import { inNamespace } from "../capabilities.ts";
import { LabProcess } from "./lab_process.ts";
import { firstLine } from "./lines.ts";

/**
 * What the keeper does. Names of network namespaces are in `/run/netns`, so it has its own `/run`.
 * `/proc` stays that of the machine, so that process numbers read there are the ones we can send
 * signals to.
 */
const KEEPER = `
mount -t tmpfs -o mode=755 tmpfs /run && mkdir /run/netns || exit
[ ! -d /etc/teredo ] || mount -t tmpfs tmpfs /etc/teredo || exit
read -r pid rest </proc/self/stat
echo "$pid"
exec cat >/dev/null`;

/** Says its process number as the machine knows it, then becomes the program that was asked for. */
const ANNOUNCE = 'read -r pid rest </proc/self/stat; echo "$pid"; exec "$@"';

/** Plain logs, and no packets but the program's own: Deno would ask its maker for updates. */
const ENVIRONMENT = { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };

/** A command that failed where it had to succeed. */
class CommandFailed extends Error {
  override name = "CommandFailed";
}

/** What a finished command left. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A private set of namespaces. Dispose of it, and everything in it is gone. */
export class Sandbox implements AsyncDisposable {
  readonly #keeper: Deno.ChildProcess;
  readonly #enter: readonly string[];
  readonly #processes: LabProcess[] = [];

  private constructor(keeper: Deno.ChildProcess, pid: string) {
    this.#keeper = keeper;
    const user = Deno.uid() === 0 ? [] : ["-U", "--preserve-credentials"];
    this.#enter = ["nsenter", "-t", pid, ...user, "-m", "-n", "-p"];
  }

  /** Makes an empty sandbox. */
  static async create(): Promise<Sandbox> {
    const [command, ...args] = inNamespace();
    const keeper = new Deno.Command(command!, {
      args: [...args, "-pf", "--kill-child", "sh", "-c", KEEPER],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const pid = await firstLine(keeper.stdout);
    if (pid !== undefined) return new Sandbox(keeper, pid);
    await keeper.stdin.close();
    await keeper.status;
    throw new CommandFailed("Cannot make namespaces for a lab: `unshare` said why just above");
  }

  /** Makes a network namespace of that name. */
  async addNamespace(name: string): Promise<void> {
    await this.run(["ip", "netns", "add", name]);
  }

  /** Runs a command to its end, in a named network namespace if one is given. */
  async try(command: readonly string[], namespace?: string): Promise<Outcome> {
    const [program, ...args] = this.#inside(command, namespace);
    const { code, stdout, stderr } = await new Deno.Command(program!, { args, stdin: "null" })
      .output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  /**
   * Runs a command that has to succeed, and returns its standard output.
   *
   * @throws {CommandFailed} It ended with another code than 0.
   */
  async run(command: readonly string[], namespace?: string): Promise<string> {
    const { code, stdout, stderr } = await this.try(command, namespace);
    if (code === 0) return stdout;
    const where = namespace === undefined ? "" : ` in ${namespace}`;
    throw new CommandFailed(
      `\`${command.join(" ")}\`${where} ended with code ${code}: ${(stderr || stdout).trim()}`,
    );
  }

  /** Starts a command that goes on in a named network namespace. */
  async spawn(command: readonly string[], namespace: string): Promise<LabProcess> {
    const announced = ["sh", "-c", ANNOUNCE, "sh", ...command];
    const [program, ...args] = this.#inside(announced, namespace);
    const child = new Deno.Command(program!, {
      args,
      env: ENVIRONMENT,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const process = await LabProcess.adopt(child, `${command.join(" ")} in ${namespace}`);
    this.#processes.push(process);
    return process;
  }

  /** Ends everything that runs in here, and takes the namespaces down. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keeper.stdin.close();
    await this.#keeper.status;
    for (const process of this.#processes) await process[Symbol.asyncDispose]();
  }

  #inside(command: readonly string[], namespace: string | undefined): string[] {
    const named = namespace === undefined ? [] : ["ip", "netns", "exec", namespace];
    return [...this.#enter, ...named, ...command];
  }
}
