/**
 * `--user`: the user that a role turns into when it has opened everything.
 *
 * @module
 */

import { ownRights } from "../../../ffi/open.ts";
import { platform } from "../../../ffi/platform.ts";
import type { OwnRights, SystemUser } from "../../../ffi/rights.ts";
import { ExitCode } from "../../process/exit_code.ts";
import { CliError } from "../../process/failure.ts";
import { howToGetPrivilege } from "../../process/privilege.ts";
import { ROLE_GROUP } from "../../process/role_group.ts";

/** The users that a role started as root turns into unless one is chosen: the first that exists. */
const DEFAULT_USERS = ["teredo", "nobody"];

const ROOT = 0;

/** What a role is to do about its user. */
export type UserPlan =
  | { readonly type: "become"; readonly user: SystemUser; readonly isChosen: boolean }
  /** This user isn't root, and stays. */
  | { readonly type: "stay" }
  /** This is root and is to have all rights, or the system has no other way. */
  | { readonly type: "keep_root" };

/** What this process is at its start. */
interface Starter {
  /** What the system lets a process give up, if it does. */
  readonly rights: OwnRights | undefined;
  readonly uid: number | null;
}

/**
 * What to do about the user, by the name that was chosen.
 *
 * @throws {CliError} this process can't become that user
 */
export function planUser(
  chosen: string | undefined,
  { rights, uid }: Starter = { rights: ownRights(), uid: Deno.uid() },
): UserPlan {
  const isRoot = uid === ROOT;
  if (chosen === undefined) {
    const user = rights && isRoot ? defaultUser(rights) : undefined;
    if (rights && user) return { type: "become", user: withGroup(user, rights), isChosen: false };
    return { type: isRoot ? "keep_root" : "stay" };
  }
  if (rights === undefined) {
    throw new CliError(
      `Cannot run as ${chosen}: --user needs Linux, and this is ${platform.name}. Leave it out`,
      ExitCode.CONFIG,
    );
  }
  const user = rights.findUser(chosen);
  if (user === undefined) {
    const attempt = `Cannot run as ${chosen}: there is no`;
    throw new CliError(
      /^\d+$/.test(chosen)
        ? `${attempt} user with that number. Name one that exists with --user`
        : `${attempt} such user. Make it with "useradd --system ${chosen}", or name another one ` +
          "with --user",
      ExitCode.CONFIG,
    );
  }
  if (user.uid === ROOT && isRoot) return { type: "keep_root" };
  if (user.uid === uid) return { type: "stay" };
  if (isRoot) return { type: "become", user: withGroup(user, rights), isChosen: true };
  throw new CliError(
    `Cannot run as ${chosen}: only root can change its user. ` +
      `${howToGetPrivilege()}, or leave out --user`,
    ExitCode.PERMISSION,
  );
}

/**
 * The user that a role of this process turns into, by the name that was chosen; undefined if it
 * stays what it is, as root does where it may not change its user, or can't turn into that user.
 */
export function laterUser(chosen: string | undefined): SystemUser | undefined {
  const rights = ownRights();
  try {
    const plan = planUser(chosen);
    if (plan.type !== "become") return undefined;
    rights?.checkBecoming(plan.user, { capabilities: [], runsPrograms: false });
    return plan.user;
  } catch {
    // The start says so.
    return undefined;
  }
}

function defaultUser(rights: OwnRights): SystemUser | undefined {
  for (const name of DEFAULT_USERS) {
    const user = rights.findUser(name);
    if (user !== undefined && user.uid !== ROOT) return user;
  }
  return undefined;
}

/** As a service's user, this one is in the group that may read the secrets. */
function withGroup(user: SystemUser, rights: OwnRights): SystemUser {
  return { ...user, gid: rights.findGroup(ROLE_GROUP) ?? user.gid };
}
