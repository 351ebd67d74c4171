/**
 * A filter of system calls, as the program for the kernel's packet filter machine that
 * `seccomp(SECCOMP_SET_MODE_FILTER)` takes.
 *
 *     struct sock_filter { u16 code; u8 jump_if_true; u8 jump_if_false; u32 k; }
 *
 * It sees a `struct seccomp_data`: the call's number (u32), the architecture (u32), the address of
 * the instruction (u64), and six arguments (u64 each). The kernel finds out once which calls pass
 * whatever their arguments are, and runs no filter for those (Linux 5.11), so that it costs nothing
 * where packets pass.
 *
 * @module
 */

import { allocate, struct, u16, u32, u8 } from "../../c/struct.ts";
import { type CallNumbers, TYPING_REQUESTS } from "./system_calls.ts";

const SOCK_FILTER = struct({ code: u16, jumpIfTrue: u8, jumpIfFalse: u8, k: u32 });

// <linux/bpf_common.h>, <linux/filter.h>
const LOAD_WORD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_AT_LEAST = 0x35;
const JUMP_IF_ANY_BIT = 0x45;
const RETURN = 0x06;

// <linux/seccomp.h>: what to do, and for an error its number
const ALLOW = 0x7fff_0000;
const FAIL = 0x0005_0000;

// <asm-generic/errno.h>
const EPERM = 1;
const ENOSYS = 38;

// Offsets in struct seccomp_data; of the arguments their low halves: the kernel reads no more of a
// request of ioctl, and clone's flags for namespaces are all in there.
const NUMBER = 0;
const ARCHITECTURE = 4;
const FIRST_ARGUMENT = 16;
const SECOND_ARGUMENT = 24;

/** <linux/sched.h>: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET. */
const NEW_NAMESPACES = 0x7e02_0000;

/** One instruction. */
interface Instruction {
  readonly code: number;
  readonly k: number;
  /** How many instructions to skip. */
  readonly jumpIfTrue?: number;
  readonly jumpIfFalse?: number;
}

/**
 * A filter that refuses what no role needs with EPERM, and lets everything else pass.
 *
 * @param runsPrograms whether the process may still run programs
 * @returns the instructions, eight octets each
 */
export function seccompFilter(
  numbers: CallNumbers,
  runsPrograms: boolean,
): Uint8Array<ArrayBuffer> {
  const refused = [...numbers.needless, ...runsPrograms ? [] : numbers.running];
  return assemble([
    { code: LOAD_WORD, k: ARCHITECTURE },
    ...unless(JUMP_IF_EQUAL, numbers.architecture, fail(EPERM)),
    { code: LOAD_WORD, k: NUMBER },
    ...numbers.foreignFrom === undefined
      ? []
      : when(JUMP_IF_AT_LEAST, numbers.foreignFrom, fail(ENOSYS)),
    ...refused.flatMap((number) => when(JUMP_IF_EQUAL, number, fail(EPERM))),
    // Its flags are out of a filter's reach. The C library calls clone instead.
    ...when(JUMP_IF_EQUAL, numbers.clone3, fail(ENOSYS)),
    ...examine(
      numbers.ioctl,
      SECOND_ARGUMENT,
      TYPING_REQUESTS.flatMap((request) => when(JUMP_IF_EQUAL, request, fail(EPERM))),
    ),
    ...examine(numbers.clone, FIRST_ARGUMENT, when(JUMP_IF_ANY_BIT, NEW_NAMESPACES, fail(EPERM))),
    { code: RETURN, k: ALLOW },
  ]);
}

/** Looks at an argument of a call, which passes unless a check refuses it. */
function examine(number: number, argument: number, checks: readonly Instruction[]): Instruction[] {
  const examination = [{ code: LOAD_WORD, k: argument }, ...checks, { code: RETURN, k: ALLOW }];
  return [{ code: JUMP_IF_EQUAL, k: number, jumpIfFalse: examination.length }, ...examination];
}

function fail(errno: number): Instruction {
  return { code: RETURN, k: FAIL | errno };
}

function when(code: number, k: number, then: Instruction): Instruction[] {
  return [{ code, k, jumpIfFalse: 1 }, then];
}

function unless(code: number, k: number, then: Instruction): Instruction[] {
  return [{ code, k, jumpIfTrue: 1 }, then];
}

function assemble(instructions: readonly Instruction[]): Uint8Array<ArrayBuffer> {
  const program = allocate(instructions.length * SOCK_FILTER.size);
  instructions.forEach(({ code, k, jumpIfTrue = 0, jumpIfFalse = 0 }, i) =>
    SOCK_FILTER.write(program, i * SOCK_FILTER.size, { code, jumpIfTrue, jumpIfFalse, k })
  );
  return program;
}
