/** A system for service managers, in a folder. */
import { CliError } from "../../../cli/process/failure.ts";
import { pathIn } from "../../../cli/process/folders.ts";
import type { ServiceHost } from "../../../cli/service/service_manager.ts";
import type { Folders } from "../../../ffi/platform_facts.ts";

/** A system that writes down what it is asked to run and say. */
export class FakeSystem implements ServiceHost {
  readonly root: string;
  readonly folders: Folders;
  readonly ran: string[] = [];
  readonly said: string[] = [];
  failing: string | undefined;
  /** What lets other users exchange files, by the files' paths. */
  readonly weak = new Map<string, string>();
  /** What programs print, by their command lines; the others fail. */
  readonly printed = new Map<string, string>();

  /** @param root where the system is; its folders have their usual names below it, or are in it */
  constructor(root: string, hasUsualNames = true) {
    this.root = root;
    this.folders = hasUsualNames
      ? { config: "/etc/teredo", runtime: "/run/teredo", userRuntime: "/tmp", state: "/var/teredo" }
      : {
        config: pathIn(root, "config"),
        runtime: pathIn(root, "run"),
        userRuntime: pathIn(root, "user"),
        state: pathIn(root, "state"),
      };
  }

  run(program: string, ...args: string[]): Promise<void> {
    const line = [program, ...args].join(" ");
    this.ran.push(line);
    return line === this.failing
      ? Promise.reject(new CliError("the unit failed"))
      : Promise.resolve();
  }

  read(program: string, ...args: string[]): Promise<string | undefined> {
    const line = [program, ...args].join(" ");
    this.ran.push(line);
    return Promise.resolve(this.printed.get(line));
  }

  weakPart(path: string): string | undefined {
    return this.weak.get(path);
  }

  say(line: string): void {
    this.said.push(line);
  }

  readText(path: string): string {
    return Deno.readTextFileSync(this.root + path);
  }

  write(path: string, text: string): void {
    const target = this.root + path;
    Deno.mkdirSync(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(target, text);
  }

  async files(folder = "/etc"): Promise<string[]> {
    const found: string[] = [];
    for await (const { name, isDirectory } of Deno.readDir(this.root + folder)) {
      if (isDirectory) found.push(...await this.files(`${folder}/${name}`));
      else found.push(`${folder}/${name}`);
    }
    return found.sort();
  }
}
