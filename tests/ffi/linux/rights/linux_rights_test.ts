import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ownRights } from "../../../../ffi/open.ts";
import { requires } from "../../../capabilities.ts";
import { denoRun } from "../../../netns/deno_run.ts";
import { constants } from "node:os";
import { failWith } from "../../../../ffi/c/libc.ts";
import { installFilter } from "../../../../ffi/linux/rights/linux_rights.ts";
import "../../open_libc.ts";

const needs = requires("linux", "root");

const FIXTURE = "tests/ffi/linux/fixtures/give_up_rights.ts";

/** Runs the fixture, and returns what it says. */
async function giveUp(...args: string[]) {
  const [command, ...words] = [...denoRun(FIXTURE), ...args];
  const { stdout, stderr } = await new Deno.Command(command!, { args: words }).output();
  const text = new TextDecoder().decode(stdout);
  assert(text !== "", new TextDecoder().decode(stderr));
  return JSON.parse(text);
}

/** CAP_NET_ADMIN. */
const NETWORK = "0000000000001000";
const NONE = "0000000000000000";

Deno.test({
  name: needs.title("rights: every thread has another user, and none may gain anything"),
  ignore: needs.ignore,
  async fn() {
    const said = await giveUp("programs");
    assert(said.threads.length > 3, "The pool has threads");
    for (const thread of said.threads) {
      assertEquals(thread.Uid.split("\t"), Array(4).fill("65534"));
      assertEquals(thread.Gid.split("\t").length, 4);
      assert(!/\b0\b/.test(`${thread.Gid} ${thread.Groups}`), "No group is root's");
      assertEquals([thread.NoNewPrivs, thread.Seccomp], ["1", "2"]);
      const kept = thread.isMain ? NETWORK : NONE;
      assertEquals([thread.CapPrm, thread.CapEff, thread.CapAmb], [kept, kept, kept]);
    }
    assertEquals([said.isFiltered, said.isConfined], [true, true]);
    assertEquals(said.mayRead, [true, false]);
    assertEquals(said.typed, Array(2).fill(-constants.errno.EPERM));
    assertEquals(said.has, [true, false]);
    assertEquals(said.shadow, ["PermissionDenied", "PermissionDenied"]);
  },
});

Deno.test({
  name: needs.title("rights: a program has the same capabilities, and makes no namespace"),
  ignore: needs.ignore,
  async fn() {
    const { program } = await giveUp("programs");
    assertStringIncludes(program, `CapEff:\t${NETWORK}`);
    assertStringIncludes(program, "unshare: unshare failed: Operation not permitted");
  },
});

Deno.test({
  name: needs.title(
    "rights: without programs, none runs, and the capability is this thread's alone",
  ),
  ignore: needs.ignore,
  async fn() {
    const { program, threads } = await giveUp();
    assertEquals(program, "PermissionDenied");
    const main = threads.find(({ isMain }: { isMain: boolean }) => isMain);
    assertEquals([main.CapEff, main.CapInh, main.CapAmb], [NETWORK, NONE, NONE]);
    assertEquals(main.CapBnd, NETWORK);
  },
});

Deno.test({
  name: requires("linux").title("rights: users and groups are found by name or number"),
  ignore: requires("linux").ignore,
  fn() {
    const rights = ownRights()!;
    assertEquals(rights.findUser("root"), { name: "root", uid: 0, gid: 0 });
    assertEquals(rights.findUser("0"), { name: "root", uid: 0, gid: 0 });
    for (const number of ["4294967294", "4294967295", "4294967296", "-1", "0x0"]) {
      assertEquals(rights.findUser(number), undefined, number);
    }
    assertEquals([rights.findGroup("root"), rights.nameOfGroup(0)], [0, "root"]);
    assertEquals(rights.nameOfGroup(4_294_967_294), undefined);
    assertEquals([rights.findUser("no-such-user"), rights.findGroup("no-such-group")], [
      undefined,
      undefined,
    ]);
  },
});

Deno.test({
  name: requires("linux").title(
    "rights: a kernel that doesn't know a flag takes the filter without it",
  ),
  ignore: requires("linux").ignore,
  fn() {
    /** A kernel that knows these flags, and what it was asked for. */
    const install = (known: bigint, answer = 0): [isInstalled: boolean, asked: bigint[]] => {
      const asked: bigint[] = [];
      const isInstalled = installFilter((flags) => {
        if (asked.at(-1) !== flags) asked.push(flags);
        return (flags & ~known) === 0n ? answer : failWith(constants.errno.EINVAL);
      });
      return [isInstalled, asked];
    };
    assertEquals(install(7n), [true, [5n]]);
    assertEquals(install(1n), [true, [5n, 1n]]);
    assertEquals(install(0n), [false, [5n, 1n]]);
    assertEquals(install(7n, 4711), [false, [5n]], "A thread that cannot follow");
  },
});
