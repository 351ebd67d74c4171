import { type Capability, inNamespace, requires } from "../capabilities.ts";

/** Set for a test process that runs in its own namespace. */
const INSIDE = "TEREDO_TEST_INSIDE_NAMESPACE";

/** Whether this is a test process in its own namespace. */
export function isInNamespace(): boolean {
  return Deno.env.get(INSIDE) !== undefined;
}

/**
 * Registers a test that runs in a fresh network namespace, as root there.
 *
 * A process with threads cannot move itself to another namespace, so the test process starts `deno
 * test` once more behind `unshare`, for the one test of that name; there the body runs. The two
 * runs load the same file, and the one outside reports what the one inside found.
 *
 * @param module `import.meta.url` of the test file.
 * @param name The test's name, which no other test's name in the file may contain.
 * @param needs What the test needs besides namespaces.
 * @param body The test.
 */
export function namespaceTest(
  module: string,
  name: string,
  needs: Capability[],
  body: () => void | Promise<void>,
): void {
  if (isInNamespace()) {
    Deno.test(name, body);
    return;
  }
  const { title, ignore } = requires("namespaces", ...needs);
  Deno.test({ name: title(name), ignore, fn: () => runInside(module, name) });
}

async function runInside(module: string, name: string): Promise<void> {
  const [command, ...namespace] = inNamespace();
  const { success, stdout, stderr } = await new Deno.Command(command!, {
    args: [
      ...namespace,
      Deno.execPath(),
      "test",
      "--allow-all",
      "--no-check",
      "--cached-only",
      ...importMap(),
      "--filter",
      name,
      new URL(module).pathname,
    ],
    cwd: new URL("../..", import.meta.url).pathname,
    env: { [INSIDE]: "1", NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  const report = decoder.decode(stdout) + decoder.decode(stderr);
  // A filter that matches nothing succeeds too.
  if (!success || !report.includes("1 passed")) {
    throw new Error(`The test failed in its namespace:\n${report}`);
  }
}

/**
 * Runs a program again in a fresh network namespace, as root there.
 *
 * @returns its exit code
 */
export async function runAgainInside(module: string, args: readonly string[]): Promise<number> {
  const [command, ...namespace] = inNamespace();
  const { code } = await new Deno.Command(command!, {
    args: [
      ...[...namespace, Deno.execPath(), "run", "--allow-all", "--cached-only", ...importMap()],
      ...[new URL(module).pathname, ...args],
    ],
    cwd: new URL("../..", import.meta.url).pathname,
    env: { [INSIDE]: "1" },
    stdin: "null",
  }).spawn().status;
  return code;
}

/** This process's import map, if it runs with the stand-ins for packages out of reach. */
function importMap(): string[] {
  const assert = import.meta.resolve("@std/assert");
  return assert.startsWith("file:")
    ? ["--import-map", new URL("./import_map.json", assert).pathname]
    : [];
}

/** Runs a command that must succeed, and returns what it printed. */
export function run(command: string, ...args: string[]): string {
  const { success, stdout, stderr } = new Deno.Command(command, { args, stdin: "null" })
    .outputSync();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${command} ${args.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

/** What `ip -json` with these arguments answers. */
export function ipJson(...args: string[]): Record<string, unknown>[] {
  return JSON.parse(run("ip", "-json", ...args) || "[]");
}
