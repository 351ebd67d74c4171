/**
 * What a process of Linux may do, and giving it up without starting again.
 *
 * Rights belong to threads, and the runtime has many. They follow in three ways:
 *
 * - The C library makes all threads change their user, one by one, before `setresuid` returns. The
 *   kernel takes the capabilities from each that leaves root, and only the calling thread has asked
 *   to keep its own (PR_SET_KEEPCAPS).
 * - `seccomp` gives its filter, and "no new privileges" with it, to all threads at once.
 * - Threads that start later have the rights of the one that started them.
 *
 * The bounding set of the other threads stays as it was, and in a client that of all. It says what
 * a program that is run could gain from its file, and none can gain anything.
 *
 * @module
 */

import { constants } from "node:os";
import { SystemError } from "../../c/errno.ts";
import { libc } from "../../c/libc.ts";
import { NativeMemory } from "../../c/native_memory.ts";
import { cString, struct, u16, u64 } from "../../c/struct.ts";
import { insist, outcomeOf } from "../../c/system_call.ts";
import type { KeptRights, OwnRights, SystemUser } from "../../rights.ts";
import { keepOnly, lackingCapabilities } from "./capabilities.ts";
import { seccompFilter } from "./seccomp_filter.ts";
import { callNumbers } from "./system_calls.ts";
import { findGroup, findUser, nameOfGroup } from "./users.ts";

// <linux/prctl.h>
const PR_SET_KEEPCAPS = 8;
const PR_GET_SECCOMP = 21;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_GET_NO_NEW_PRIVS = 39;

// <linux/seccomp.h>
const SECCOMP_MODE_FILTER = 2;
const SECCOMP_SET_MODE_FILTER = 1n;
/** For all threads. */
const TSYNC = 1n;
/** Without the slower code that kernels from 4.17 to 5.15 otherwise switch on against Spectre. */
const SPEC_ALLOW = 4n;

/** `struct sock_fprog` of <linux/filter.h>. */
const SOCK_FPROG = struct({ length: u16, filter: u64 });
const INSTRUCTION_SIZE = 8;

/** A user or group that stays as it is, setresuid(2). */
const SAME = 0xffff_ffff;

/** What `access` asks for, <unistd.h>. */
const ACCESS = { read: 4, execute: 1 } as const;

/** What a process of Linux may do. See {@linkcode OwnRights} for the contract. */
export const LINUX_RIGHTS: OwnRights = {
  findUser,
  findGroup,
  nameOfGroup,
  has: (capability) => lackingCapabilities([capability]).length === 0,
  checkBecoming,
  become,
  confine,
  isConfined: () =>
    // Either comes without the other: a container may forbid new privileges and filter nothing.
    libc().prctl(PR_GET_NO_NEW_PRIVS, 0n, 0n, 0n, 0n) === 1 &&
    libc().prctl(PR_GET_SECCOMP, 0n, 0n, 0n, 0n) === SECCOMP_MODE_FILTER,
  may(what, path, later) {
    const ask = () => libc().access(cString(path), ACCESS[what]) === 0;
    return later === undefined ? ask() : judgedAs(later, ask);
  },
};

function checkBecoming({ name }: SystemUser, { capabilities }: KeptRights): void {
  const lacking = lackingCapabilities(["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", ...capabilities]);
  if (lacking.length === 0) return;
  throw new SystemError(`run as ${name}`, "capget", constants.errno.EPERM, remedyFor(lacking));
}

function become({ name, uid, gid }: SystemUser, { capabilities, runsPrograms }: KeptRights): void {
  const { prctl, initgroups, setresgid, setresuid } = libc();
  const change = (syscall: string, call: () => number) =>
    insist(`run as ${name}`, syscall, call, () => remedyFor(["CAP_SETUID", "CAP_SETGID"]));
  change("prctl", () => prctl(PR_SET_KEEPCAPS, 1n, 0n, 0n, 0n));
  change("setgroups", () => initgroups(cString(name), gid));
  change("setresgid", () => setresgid(gid, gid, gid));
  change("setresuid", () => setresuid(uid, uid, uid));
  keepOnly(capabilities, runsPrograms);
}

/**
 * What `ask` finds with `access`, which judges by the real user and its groups, and with no
 * capability unless that is root. The effective user stays root, so there is a way back.
 */
function judgedAs<T>({ name, uid, gid }: SystemUser, ask: () => T): T {
  const { getgroups, setgroups, initgroups, setresgid, setresuid } = libc();
  const attempt = `find out what ${name} may do`;
  const change = (syscall: string, call: () => number) => insist(attempt, syscall, call);
  const groups = new Uint32Array(change("getgroups", () => getgroups(0, new Uint32Array(1))));
  change("getgroups", () => getgroups(groups.length, groups));
  const [ownUid, ownGid] = [Deno.uid()!, Deno.gid()!];
  using stack = new DisposableStack();
  stack.defer(() => change("setgroups", () => setgroups(BigInt(groups.length), groups)));
  change("setgroups", () => initgroups(cString(name), gid));
  stack.defer(() => change("setresgid", () => setresgid(ownGid, SAME, SAME)));
  change("setresgid", () => setresgid(gid, SAME, SAME));
  stack.defer(() => change("setresuid", () => setresuid(ownUid, SAME, SAME)));
  change("setresuid", () => setresuid(uid, SAME, SAME));
  return ask();
}

function remedyFor(lacking: readonly string[]): string {
  return "Root must be allowed to change its user here: in a container, add " +
    `${lacking.join(", ")}; or keep root with --user root`;
}

function confine(runsPrograms: boolean): boolean {
  const { prctl, systemCall } = libc();
  insist("give up new privileges", "prctl", () => prctl(PR_SET_NO_NEW_PRIVS, 1n, 0n, 0n, 0n));
  const instructions = seccompFilter(callNumbers(), runsPrograms);
  const filter = new NativeMemory(instructions.length, instructions);
  const program = SOCK_FPROG.encode({
    length: instructions.length / INSTRUCTION_SIZE,
    filter: BigInt(filter.address),
  });
  const number = BigInt(callNumbers().seccomp);
  const isInstalled = installFilter((flags) =>
    systemCall(number, SECCOMP_SET_MODE_FILTER, flags, program)
  );
  return isInstalled && filter.bytes.length > 0;
}

/**
 * Installs a filter of system calls for all threads.
 *
 * @param install makes the call with these flags
 * @returns whether the kernel took it
 */
export function installFilter(install: (flags: bigint) => number): boolean {
  const outcome = outcomeOf(() => install(TSYNC | SPEC_ALLOW));
  // A positive number is that of a thread that cannot follow.
  if (outcome !== -constants.errno.EINVAL) return outcome === 0;
  // Linux before 4.17 doesn't know the second flag.
  return outcomeOf(() => install(TSYNC)) === 0;
}
