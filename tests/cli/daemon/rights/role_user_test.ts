import { assertEquals, assertThrows } from "@std/assert";
import { planUser, type UserPlan } from "../../../../cli/daemon/rights/role_user.ts";
import { CliError } from "../../../../cli/process/failure.ts";
import { platform } from "../../../../ffi/platform.ts";
import type { OwnRights } from "../../../../ffi/rights.ts";

/** A system with these users, and perhaps the group teredo. */
function system(users: Readonly<Record<string, number>>, teredoGroup?: number): OwnRights {
  return {
    findUser: (name) => name in users ? { name, uid: users[name]!, gid: 100 } : undefined,
    findGroup: (name) => name === "teredo" ? teredoGroup : undefined,
    nameOfGroup: () => undefined,
    has: () => true,
    checkBecoming: () => {},
    become: () => {},
    confine: () => true,
    isConfined: () => false,
    may: () => true,
  };
}

const USUAL = system({ root: 0, nobody: 65534, alice: 1000 });

Deno.test("user: root becomes teredo if there is such a user, otherwise nobody", () => {
  const own = system({ root: 0, nobody: 65534, teredo: 990 });
  const become = (name: string, uid: number): UserPlan => ({
    type: "become",
    user: { name, uid, gid: 100 },
    isChosen: false,
  });
  assertEquals(planUser(undefined, { rights: own, uid: 0 }), become("teredo", 990));
  assertEquals(planUser(undefined, { rights: USUAL, uid: 0 }), become("nobody", 65534));
  assertEquals(planUser(undefined, { rights: system({ root: 0 }), uid: 0 }), { type: "keep_root" });
  assertEquals(planUser(undefined, { rights: system({ root: 0, nobody: 0 }), uid: 0 }), {
    type: "keep_root",
  });
});

Deno.test("user: whoever it is has the group teredo, if there is one", () => {
  const plan = planUser("alice", { rights: system({ root: 0, alice: 1000 }, 4711), uid: 0 });
  assertEquals(plan, {
    type: "become",
    user: { name: "alice", uid: 1000, gid: 4711 },
    isChosen: true,
  });
});

Deno.test("user: --user root keeps root, and a user may name itself", () => {
  assertEquals(planUser("root", { rights: USUAL, uid: 0 }), { type: "keep_root" });
  assertEquals(planUser("alice", { rights: USUAL, uid: 1000 }), { type: "stay" });
  assertEquals(planUser(undefined, { rights: USUAL, uid: 1000 }), { type: "stay" });
});

Deno.test("user: mistakes say what to do", () => {
  const mistake = (chosen: string, uid: number, rights: OwnRights | undefined) => {
    const { message, exitCode } = assertThrows(() => planUser(chosen, { rights, uid }), CliError);
    return [message, exitCode];
  };
  assertEquals(mistake("root", 1000, USUAL), [
    "Cannot run as root: only root can change its user. Use sudo, or leave out --user",
    77,
  ]);
  assertEquals(mistake("bob", 0, USUAL), [
    'Cannot run as bob: there is no such user. Make it with "useradd --system bob", or name ' +
    "another one with --user",
    78,
  ]);
  assertEquals(mistake("1001", 0, USUAL), [
    "Cannot run as 1001: there is no user with that number. Name one that exists with --user",
    78,
  ]);
});

Deno.test("user: a system without capabilities stays as it is", () => {
  const plan = (chosen: string | undefined, uid: number) =>
    planUser(chosen, { rights: undefined, uid });
  assertEquals([plan(undefined, 0), plan(undefined, 501)], [{ type: "keep_root" }, {
    type: "stay",
  }]);
  assertThrows(
    () => plan("nobody", 0),
    CliError,
    `Cannot run as nobody: --user needs Linux, and this is ${platform.name}. Leave it out`,
  );
});
