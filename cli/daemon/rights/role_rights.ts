/**
 * Giving up the rights that a role no longer needs once everything is open.
 *
 * A role opens its interface, sockets and files with the rights it was started with. Before it
 * handles the first packet, it turns into another user if it is root's, keeps the capabilities that
 * its work takes, and has the kernel refuse what no role needs.
 *
 * @module
 */

import { lchownSync } from "node:fs";
import { ownRights } from "../../../ffi/open.ts";
import type { KeptRights, OwnRights, SystemUser } from "../../../ffi/rights.ts";
import type { Log } from "../../../io/log.ts";
import { reasonOf } from "../../../reason.ts";
import { ExitCode } from "../../process/exit_code.ts";
import { CliError } from "../../process/failure.ts";
import { pathIn } from "../../process/folders.ts";
import { ROLE_GROUP } from "../../process/role_group.ts";
import { REREADING } from "./readable.ts";
import { planUser, type UserPlan } from "./role_user.ts";

/** How the names of control sockets end. */
const SOCKET_SUFFIX = ".sock";

/** Files that others get when a role changes its user. */
export interface OwnFiles {
  /** The folder of what the role remembers. The user replaces and removes what is in it. */
  readonly state: string | undefined;
  /**
   * The folder of the control socket, for the same, unless a role of its kind and another user works
   * in it, in another network namespace.
   */
  readonly runtime: string | undefined;
  /** The control socket, for the group that may ask roles. */
  readonly socket: string | undefined;
}

/** The rights of a role. */
export class RoleRights {
  readonly #plan: UserPlan;
  readonly #files: OwnFiles;
  readonly #log: Log;
  #user: SystemUser | undefined;
  #isDone = false;

  /**
   * @param chosen the user that the settings name, if they do
   * @param files what belongs to that user afterwards
   * @throws {CliError} this process can't become that user
   */
  constructor(chosen: string | undefined, files: OwnFiles, log: Log) {
    this.#plan = planUser(chosen);
    this.#files = files;
    this.#log = log;
  }

  /** The user that the role has turned into. */
  get userName(): string | undefined {
    return this.#user?.name;
  }

  /** What to do about a file that the role may not read any more; undefined while it is root's. */
  readingAdvice(path: string): string | undefined {
    if (this.#user === undefined) return undefined;
    const advice = REREADING.howToLetRead(path);
    return [`The role has run as ${this.#user.name} since its start`, advice]
      .filter((each) => each !== undefined).join(". ");
  }

  /** What to say about a program of the role that failed; undefined while it has root's rights. */
  get programAdvice(): string | undefined {
    if (this.#user === undefined) return undefined;
    return `It ran as ${this.#user.name}, with CAP_NET_ADMIN. If it needs more, start the client ` +
      "with --user root";
  }

  /**
   * Gives up everything else, once.
   *
   * @throws {CliError} the system refuses, and the user was chosen
   */
  keepOnly(kept: KeptRights): void {
    const rights = ownRights();
    if (this.#isDone || rights === undefined) return;
    this.#isDone = true;
    switch (this.#plan.type) {
      case "become":
        this.#become(rights, this.#plan, kept);
        break;
      case "stay":
        // A service manager or a container has already done it.
        if (rights.isConfined()) return;
        break;
      case "keep_root":
        return;
    }
    if (rights.confine(kept.runsPrograms)) return;
    this.#log.debug(
      "This kernel filters no system calls: those that no role needs are not refused",
    );
  }

  /** Where root can't change its user, as in many containers, it stays. */
  #become(
    rights: OwnRights,
    { user, isChosen }: UserPlan & { readonly type: "become" },
    kept: KeptRights,
  ): void {
    try {
      rights.checkBecoming(user, kept);
      this.#handOver(this.#files, user, rights);
      rights.become(user, kept);
    } catch (error) {
      // Once the user is another one, the way back is closed.
      if (isChosen || Deno.uid() !== 0) {
        throw new CliError(reasonOf(error), ExitCode.PERMISSION, { cause: error });
      }
      const level = rights.isConfined() ? "debug" : "info";
      this.#log[level](`Still running as root. ${reasonOf(error)}`);
      return;
    }
    this.#user = user;
    this.#log.debug(`From now on, this runs as ${user.name}, with ${wordsFor(kept)}`);
  }

  #handOver({ state, runtime, socket }: OwnFiles, { uid }: SystemUser, rights: OwnRights): void {
    const give = (path: string, change: Partial<Record<"uid" | "gid", number>>) => {
      try {
        const owner = { uid: 0, gid: 0, ...change };
        // A link is not followed: the folder may already belong to a user with fewer rights.
        lchownSync(path, owner.uid, owner.gid);
      } catch (error) {
        this.#log.debug(`Cannot change the owner of ${path}: ${reasonOf(error)}`);
      }
    };
    if (state !== undefined) give(state, { uid });
    if (runtime !== undefined && socket !== undefined) {
      if (!isOthersWorkplace(runtime, socket, uid)) give(runtime, { uid });
      else {
        this.#log.info(
          `The file ${socket} will stay after the end of this role, and the next one replaces it: ` +
            `${runtime} belongs to the user of another role. Give both the same --user to avoid that`,
        );
      }
    }
    const gid = rights.findGroup(ROLE_GROUP);
    if (socket !== undefined && gid !== undefined) give(socket, { gid });
  }
}

/**
 * Whether a folder belongs to another user that gave up root, and has the control socket of another
 * role. Without its folder, that role couldn't remove its files.
 *
 * @param socket the control socket of this role
 */
function isOthersWorkplace(folder: string, socket: string, uid: number): boolean {
  try {
    const owner = Deno.lstatSync(folder).uid;
    if (owner === 0 || owner === uid) return false;
    return [...Deno.readDirSync(folder)].some((each) =>
      each.name.endsWith(SOCKET_SUFFIX) && pathIn(folder, each.name) !== socket
    );
  } catch {
    return false;
  }
}

function wordsFor({ capabilities }: KeptRights): string {
  return capabilities.length === 0 ? "no capabilities" : capabilities.join(", ");
}
