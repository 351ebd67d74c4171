/**
 * System calls that no role needs, with their numbers.
 *
 * What is here either reaches into other processes, changes the whole machine, or opens parts of
 * the kernel that have a history of holes. A role has no right to most of it anyway; refused by a
 * filter, these parts of the kernel are out of reach even for code that should not be running.
 *
 * @module
 */

/** One system call, with its numbers on x86-64 and on arm64, which lacks some. */
type SystemCall = readonly [name: string, x64: number, arm64: number | undefined];

/** Calls that are refused to every role. */
export const NEEDLESS_CALLS: readonly SystemCall[] = [
  // Other processes.
  ["ptrace", 101, 117],
  ["process_vm_readv", 310, 270],
  ["process_vm_writev", 311, 271],
  ["kcmp", 312, 272],
  ["pidfd_getfd", 438, 438],

  // File systems.
  ["mount", 165, 40],
  ["umount2", 166, 39],
  ["pivot_root", 155, 41],
  ["chroot", 161, 51],
  ["open_tree", 428, 428],
  ["move_mount", 429, 429],
  ["fsopen", 430, 430],
  ["fsconfig", 431, 431],
  ["fsmount", 432, 432],
  ["fspick", 433, 433],
  ["mount_setattr", 442, 442],
  ["name_to_handle_at", 303, 264],
  ["open_by_handle_at", 304, 265],
  ["fanotify_init", 300, 262],
  ["quotactl", 179, 60],
  ["quotactl_fd", 443, 443],
  ["swapon", 167, 224],
  ["swapoff", 168, 225],
  ["acct", 163, 89],

  // The kernel itself.
  ["kexec_load", 246, 104],
  ["kexec_file_load", 320, 294],
  ["init_module", 175, 105],
  ["finit_module", 313, 273],
  ["delete_module", 176, 106],
  ["bpf", 321, 280],
  ["perf_event_open", 298, 241],
  ["userfaultfd", 323, 282],
  ["io_uring_setup", 425, 425],
  ["io_uring_enter", 426, 426],
  ["io_uring_register", 427, 427],
  ["add_key", 248, 217],
  ["request_key", 249, 218],
  ["keyctl", 250, 219],
  ["syslog", 103, 116],
  ["reboot", 169, 142],

  // The machine's name, clock, terminals and ports.
  ["sethostname", 170, 161],
  ["setdomainname", 171, 162],
  ["settimeofday", 164, 170],
  ["clock_settime", 227, 112],
  ["adjtimex", 159, 171],
  ["clock_adjtime", 305, 266],
  ["vhangup", 153, 58],
  ["iopl", 172, undefined],
  ["ioperm", 173, undefined],
  ["modify_ldt", 154, undefined],

  // Namespaces: in a new one, any user has all rights.
  ["unshare", 272, 97],
  ["setns", 308, 268],
];

/** Calls that run a program. */
export const RUNNING_CALLS: readonly SystemCall[] = [
  ["execve", 59, 221],
  ["execveat", 322, 281],
];

/**
 * Requests of `ioctl` that put words into a terminal, as if its user had typed them, <linux/tty.h>:
 * TIOCSTI, and TIOCLINUX, which pastes on a console. A role that root started by hand has the
 * terminal of root's shell. From Linux 6.2 on, the first may be switched off
 * (`dev.tty.legacy_tiocsti`).
 */
export const TYPING_REQUESTS: readonly number[] = [0x5412, 0x541c];

/** What a filter of one architecture has to know. */
export interface CallNumbers {
  /** AUDIT_ARCH_X86_64 or AUDIT_ARCH_AARCH64, <linux/audit.h>. */
  readonly architecture: number;
  /** Numbers from here on are those of another calling convention (x32), if there is one. */
  readonly foreignFrom: number | undefined;
  readonly clone: number;
  readonly clone3: number;
  readonly capget: number;
  readonly capset: number;
  readonly seccomp: number;
  readonly ioctl: number;
  /** Calls that are refused to every role. */
  readonly needless: readonly number[];
  /** Calls that run a program. */
  readonly running: readonly number[];
}

/** The numbers of an architecture. */
export function callNumbers(arch: typeof Deno.build.arch = Deno.build.arch): CallNumbers {
  const isX64 = arch === "x86_64";
  const numbersOf = (calls: readonly SystemCall[]) =>
    calls.flatMap(([, x64, arm64]) => (isX64 ? x64 : arm64) ?? []);
  return {
    architecture: isX64 ? 0xc000_003e : 0xc000_00b7,
    foreignFrom: isX64 ? 0x4000_0000 : undefined,
    clone: isX64 ? 56 : 220,
    clone3: 435,
    capget: isX64 ? 125 : 90,
    capset: isX64 ? 126 : 91,
    seccomp: isX64 ? 317 : 277,
    ioctl: isX64 ? 16 : 29,
    needless: numbersOf(NEEDLESS_CALLS),
    running: numbersOf(RUNNING_CALLS),
  };
}
