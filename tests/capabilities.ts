/**
 * What this machine can do, asked by tests that need a real kernel.
 *
 * A test that cannot run here is reported as ignored, with the reason in its name, so that a green
 * run never hides what was left out:
 *
 * ```ts ignore
 * const needs = requires("namespaces", "tun", "ip");
 *
 * Deno.test({
 *   name: needs.title("TUN: the interface vanishes with its descriptor"),
 *   ignore: needs.ignore,
 *   fn: async () => { ... },
 * });
 * ```
 *
 * @module
 */

/** Programs that tests of the real kernel call. */
const COMMANDS = [
  "bash",
  "bird",
  "chrt",
  "curl",
  "dpkg-deb",
  "fish",
  "flock",
  "gcc",
  "insmod",
  "ip",
  "iperf3",
  "lintian",
  "linux.uml",
  "man",
  "miniupnpd",
  "miredo",
  "miredo-server",
  "nft",
  "nsenter",
  "ping",
  "prometheus",
  "promtool",
  "qemu-aarch64-static",
  "readelf",
  "script",
  "setpriv",
  "shellcheck",
  "sysctl",
  "systemd-analyze",
  "systemd-nspawn",
  "tar",
  "taskset",
  "tcpdump",
  "tshark",
  "unshare",
  "wget",
  "zsh",
] as const;

/** A program that a test may need. */
type CommandName = typeof COMMANDS[number];

/**
 * Something a test may need:
 *
 * - `linux`: the kernel is Linux;
 * - `root`: the effective user is root (of the machine or of a user namespace);
 * - `namespaces`: a network namespace can be made, as root or in a user namespace of one's own;
 * - `tun`: `/dev/net/tun` can be opened;
 * - `executable`: `TEREDO_BIN` names the compiled program;
 * - `arm64`: `TEREDO_ARM64_BIN` names the one for Linux on arm64, and qemu and that system's
 *   libraries can run it;
 * - a command: it is installed.
 */
export type Capability =
  | "linux"
  | "root"
  | "namespaces"
  | "tun"
  | "executable"
  | "arm64"
  | CommandName;

/** What every lab of `tests/netns/` needs. */
export const LAB = ["linux", "namespaces", "tun", "ip", "nsenter"] as const;

/** What every script of `tests/cli/fresh_namespace.ts` needs. */
export const FRESH_NAMESPACE = ["linux", "namespaces", "ip", "bash"] as const;

/** The answer of {@linkcode requires}. */
export interface Requirement {
  /** True when something is missing: hand it to `Deno.test`. */
  readonly ignore: boolean;
  /** What is missing, in words; empty when nothing is. */
  readonly reason: string;
  /** The test's name, with the reason behind it when the test is ignored. */
  title(name: string): string;
}

/** Where programs of the administrator live: Debian leaves them out of a user's PATH. */
const ADMINISTRATOR_PATH = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Where Debian's packages for cross-compiling have the libraries of arm64. */
export const ARM64_ROOT = "/usr/aarch64-linux-gnu";

const answers = new Map<Capability, string | undefined>();

/** Asks whether this machine has all of `capabilities`. Each is looked at once per process. */
export function requires(...capabilities: Capability[]): Requirement {
  const reason = capabilities.map(whyNot).filter((why) => why !== undefined).join("; ");
  const ignore = reason !== "";
  return {
    ignore,
    reason,
    title: (name) => ignore ? `${name} (ignored: ${reason})` : name,
  };
}

/** The full path of a command, or undefined when it is not installed. */
export function findCommand(name: CommandName): string | undefined {
  const path = (Deno.env.get("PATH") ?? "").split(":").filter((directory) => directory !== "");
  for (const directory of [...path, ...ADMINISTRATOR_PATH]) {
    const candidate = `${directory}/${name}`;
    if (isExecutable(candidate)) return candidate;
  }
  return undefined;
}

/**
 * The words to put before a command so that it runs in a fresh network and mount namespace, where
 * it is root: those of `unshare`, with a user namespace when we are not root already.
 */
export function inNamespace(): string[] {
  const unshare = findCommand("unshare") ?? "unshare";
  return isRoot() ? [unshare, "-nm"] : [unshare, "-Urnm"];
}

/** Why a capability is missing, or undefined when it is there. */
function whyNot(capability: Capability): string | undefined {
  if (!answers.has(capability)) answers.set(capability, examine(capability));
  return answers.get(capability);
}

function examine(capability: Capability): string | undefined {
  switch (capability) {
    case "linux":
      return isLinux() ? undefined : `needs Linux, this is ${Deno.build.os}`;
    case "root":
      return isRoot() ? undefined : "needs root";
    case "namespaces":
      return examineNamespaces();
    case "tun":
      return examineTun();
    case "executable":
      return Deno.env.get("TEREDO_BIN") ? undefined : "needs the executable, named by TEREDO_BIN";
    case "arm64":
      return examineArm64();
    case "linux.uml":
      return examineUserModeLinux();
    default:
      return findCommand(capability) ? undefined : `needs the command ${capability}`;
  }
}

/** Debian's user-mode Linux can't give its processes back the registers of processors with AMX. */
function examineUserModeLinux(): string | undefined {
  if (!findCommand("linux.uml")) return "needs the command linux.uml";
  const hasTiles = /\bamx_tile\b/.test(Deno.readTextFileSync("/proc/cpuinfo"));
  return hasTiles ? "needs a processor without AMX for linux.uml" : undefined;
}

function examineNamespaces(): string | undefined {
  if (!isLinux()) return `needs network namespaces, this is ${Deno.build.os}`;
  if (!findCommand("unshare")) return "needs the command unshare";
  const [command, ...args] = inNamespace();
  const { success } = new Deno.Command(command!, {
    args: [...args, "true"],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).outputSync();
  return success ? undefined : "needs network namespaces, which this user may not make";
}

function examineTun(): string | undefined {
  if (!isLinux()) return `needs /dev/net/tun, this is ${Deno.build.os}`;
  try {
    Deno.openSync("/dev/net/tun", { read: true, write: true }).close();
    return undefined;
  } catch (error) {
    return `needs /dev/net/tun (${error instanceof Error ? error.message : String(error)})`;
  }
}

function examineArm64(): string | undefined {
  if (!Deno.env.get("TEREDO_ARM64_BIN")) {
    return "needs the executable for arm64, named by TEREDO_ARM64_BIN";
  }
  if (!findCommand("qemu-aarch64-static")) return "needs the command qemu-aarch64-static";
  return exists(`${ARM64_ROOT}/lib/libgcc_s.so.1`) ? undefined : "needs the libraries of arm64";
}

function isLinux(): boolean {
  return Deno.build.os === "linux";
}

function isRoot(): boolean {
  return Deno.build.os !== "windows" && Deno.uid() === 0;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

function isExecutable(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && ((mode ?? 0) & 0o111) !== 0;
  } catch {
    return false;
  }
}
