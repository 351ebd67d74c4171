import { assertEquals } from "@std/assert";
import { seccompFilter } from "../../../../ffi/linux/rights/seccomp_filter.ts";
import { callNumbers, NEEDLESS_CALLS } from "../../../../ffi/linux/rights/system_calls.ts";

const ALLOW = 0x7fff_0000;
const EPERM = 0x0005_0001;
const ENOSYS = 0x0005_0026;

const X64 = 0xc000_003e;
const ARM64 = 0xc000_00b7;

/** A call as a filter sees it. */
interface Call {
  readonly number: number;
  readonly architecture?: number;
  readonly firstArgument?: number;
  readonly secondArgument?: number;
}

/** What a filter says of a call: the kernel's machine, as far as a filter of ours goes. */
function verdict(
  filter: Uint8Array<ArrayBuffer>,
  { number, architecture = X64, firstArgument = 0, secondArgument = 0 }: Call,
): number {
  const data = new Map([[0, number], [4, architecture], [16, firstArgument], [24, secondArgument]]);
  const view = new DataView(filter.buffer);
  let accumulator = 0;
  for (let at = 0; at < filter.length / 8;) {
    const start = at * 8;
    const k = view.getUint32(start + 4, true);
    const jump = (isTrue: boolean) => at += 1 + view.getUint8(start + (isTrue ? 2 : 3));
    switch (view.getUint16(start, true)) {
      case 0x20:
        accumulator = data.get(k)!;
        at++;
        break;
      case 0x15:
        jump(accumulator === k);
        break;
      case 0x35:
        jump(accumulator >= k);
        break;
      case 0x45:
        jump((accumulator & k) !== 0);
        break;
      case 0x06:
        return k;
      default:
        throw new Error(`Unknown instruction ${at}`);
    }
  }
  throw new Error("The filter has no end");
}

/** read, sendmmsg, recvmmsg, poll, setresuid and prctl. */
const NEEDED = [0, 307, 299, 7, 117, 157];

for (const runsPrograms of [true, false]) {
  const filter = seccompFilter(callNumbers("x86_64"), runsPrograms);
  const name = runsPrograms ? "with programs" : "without programs";

  Deno.test(`seccomp filter ${name}: it refuses each call that no role needs, and no other`, () => {
    const refused = [];
    for (let number = 0; number < 500; number++) {
      if (verdict(filter, { number }) === EPERM) refused.push(number);
    }
    const wanted = [...NEEDLESS_CALLS.map(([, x64]) => x64), ...runsPrograms ? [] : [59, 322]];
    assertEquals(refused, wanted.toSorted((one, other) => one - other));
    for (const number of NEEDED) assertEquals(verdict(filter, { number }), ALLOW);
  });

  Deno.test(`seccomp filter ${name}: threads start, but no namespace does`, () => {
    const clone = (flags: number) => verdict(filter, { number: 56, firstArgument: flags });
    // What the C library passes for a thread, and for a process.
    assertEquals([clone(0x003d_0f00), clone(0x4111)], [ALLOW, ALLOW]);
    const namespaces = [0x2_0000, 0x200_0000, 0x400_0000, 0x800_0000, 0x1000_0000, 0x2000_0000];
    for (const flag of [...namespaces, 0x4000_0000]) assertEquals(clone(flag | 17), EPERM);
    assertEquals(verdict(filter, { number: 435 }), ENOSYS);
  });

  Deno.test(`seccomp filter ${name}: interfaces are set up, but nothing is typed in a terminal`, () => {
    const ioctl = (request: number) => verdict(filter, { number: 16, secondArgument: request });
    // TUNSETIFF, TUNSETOFFLOAD, and TCGETS and TIOCGWINSZ of terminals.
    const needed = [0x4004_54ca, 0x4004_54d0, 0x5401, 0x5413];
    assertEquals(needed.map(ioctl), Array(4).fill(ALLOW));
    // TIOCSTI and TIOCLINUX.
    assertEquals([0x5412, 0x541c].map(ioctl), [EPERM, EPERM]);
  });

  Deno.test(`seccomp filter ${name}: other calling conventions have nothing`, () => {
    assertEquals(verdict(filter, { number: 0, architecture: 0x4000_0003 }), EPERM);
    assertEquals(verdict(filter, { number: 0x4000_0000 }), ENOSYS);
  });
}

Deno.test("seccomp filter of arm64: it refuses ptrace and mount, and lets packets pass", () => {
  const filter = seccompFilter(callNumbers("aarch64"), false);
  const say = (number: number) => verdict(filter, { number, architecture: ARM64 });
  assertEquals([say(117), say(40), say(221)], [EPERM, EPERM, EPERM]);
  // recvmmsg and sendmmsg.
  assertEquals([say(243), say(269)], [ALLOW, ALLOW]);
  const ioctl = (request: number) =>
    verdict(filter, { number: 29, architecture: ARM64, secondArgument: request });
  assertEquals([ioctl(0x5412), ioctl(0x541c), ioctl(0x4004_54ca)], [EPERM, EPERM, ALLOW]);
});
