/**
 * The capabilities of the calling thread, capabilities(7).
 *
 * @module
 */

import { libc } from "../../c/libc.ts";
import { allocate, struct, u32 } from "../../c/struct.ts";
import { insist, outcomeOf } from "../../c/system_call.ts";
import type { Capability } from "../../rights.ts";
import { callNumbers } from "./system_calls.ts";

/** What only changing the user takes. */
type ChangingCapability = "CAP_SETGID" | "CAP_SETUID" | "CAP_SETPCAP";

/** The numbers of those that roles need, <linux/capability.h>. */
const CAPABILITY_NUMBERS: Readonly<Record<Capability | ChangingCapability, number>> = {
  ["CAP_SETGID"]: 6,
  ["CAP_SETUID"]: 7,
  /** The right to take capabilities out of the bounding set. */
  ["CAP_SETPCAP"]: 8,
  ["CAP_NET_BIND_SERVICE"]: 10,
  ["CAP_NET_ADMIN"]: 12,
  ["CAP_NET_RAW"]: 13,
};

/** More than any kernel has. */
const MAX_CAPABILITIES = 64;

// <linux/prctl.h>
const PR_CAPBSET_DROP = 24;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_RAISE = 2n;

/** `struct __user_cap_header_struct`: the version with 64 bits; process 0 is the calling thread. */
const HEADER = struct({ version: u32, process: u32 });
const VERSION_3 = 0x2008_0522;

/** `struct __user_cap_data_struct`. The first of two has the lower 32 bits. */
const SETS = struct({ effective: u32, permitted: u32, inheritable: u32 });

const ATTEMPT = "limit the capabilities of this process";

/** Which of these capabilities the calling thread may not use now. */
export function lackingCapabilities(
  capabilities: readonly (Capability | ChangingCapability)[],
): string[] {
  const data = allocate(2 * SETS.size);
  const header = HEADER.encode({ version: VERSION_3, process: 0 });
  const number = BigInt(callNumbers().capget);
  insist(
    "find out the capabilities of this process",
    "capget",
    () => libc().systemCallOfTwo(number, header, data),
  );
  const { effective } = SETS.decode(data);
  return capabilities.filter((each) => (effective & 1 << CAPABILITY_NUMBERS[each]) === 0);
}

/**
 * Leaves the calling thread with these capabilities at most. It must have them, and CAP_SETPCAP.
 *
 * @param runsPrograms whether programs that it runs have them too
 * @throws {SystemError} The system refuses.
 */
export function keepOnly(capabilities: readonly Capability[], runsPrograms: boolean): void {
  const kept = capabilities.map((each) => CAPABILITY_NUMBERS[each]);
  // Those that are permitted count as soon as they are effective.
  setCapabilities([...kept, CAPABILITY_NUMBERS.CAP_SETPCAP], []);
  // Otherwise the kernel would refuse to run a program whose file needs more, such as Debian's ping,
  // instead of running it without. It gains nothing, because of "no new privileges".
  if (!runsPrograms) dropFromBoundingSet(kept);
  setCapabilities(kept, runsPrograms ? kept : []);
  if (runsPrograms) kept.forEach(raiseAmbient);
}

function setCapabilities(kept: readonly number[], inherited: readonly number[]): void {
  const data = allocate(2 * SETS.size);
  const permitted = bitsOf(kept);
  SETS.write(data, 0, { effective: permitted, permitted, inheritable: bitsOf(inherited) });
  const header = HEADER.encode({ version: VERSION_3, process: 0 });
  const number = BigInt(callNumbers().capset);
  insist(ATTEMPT, "capset", () => libc().systemCallOfTwo(number, header, data));
}

/** All that roles keep are among the lower 32. */
function bitsOf(capabilities: readonly number[]): number {
  return capabilities.reduce((bits, each) => bits | 1 << each, 0) >>> 0;
}

/** What is not there can't come back with a program whose file has rights. */
function dropFromBoundingSet(kept: readonly number[]): void {
  for (let number = 0; number < MAX_CAPABILITIES; number++) {
    if (kept.includes(number)) continue;
    // The kernel doesn't have further ones.
    if (outcomeOf(() => libc().prctl(PR_CAPBSET_DROP, BigInt(number), 0n, 0n, 0n)) < 0) return;
  }
}

function raiseAmbient(capability: number): void {
  const number = BigInt(capability);
  insist(
    ATTEMPT,
    "prctl",
    () => libc().prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0n, 0n),
  );
}
