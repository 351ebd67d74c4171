/**
 * The contract of a system on which a process can give up what it may do.
 *
 * @module
 */

/** A user of the system, and the group whose rights go with it. */
export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** A capability of Linux that a role may need. */
export type Capability = "CAP_NET_ADMIN" | "CAP_NET_BIND_SERVICE" | "CAP_NET_RAW";

/** What a process keeps. */
export interface KeptRights {
  /** What the calling thread may still do, and the threads that it starts. */
  readonly capabilities: readonly Capability[];
  /** Whether it may run programs, which then have the same capabilities. */
  readonly runsPrograms: boolean;
}

/** How a process gives up rights. */
export interface OwnRights {
  /** A user by its name, or by its number; undefined if there is no such user. */
  findUser(nameOrNumber: string): SystemUser | undefined;
  /** The number of a group; undefined if there is no such group. */
  findGroup(name: string): number | undefined;
  /** The name of a group by its number; undefined if there is no such group. */
  nameOfGroup(gid: number): string | undefined;
  /** Whether this process may use a capability now. */
  has(capability: Capability): boolean;
  /**
   * Checks that this process has the capabilities that `become` takes. Once its user is
   * another one, there is no way back.
   *
   * @throws {SystemError} It lacks some; the message says which.
   */
  checkBecoming(user: SystemUser, kept: KeptRights): void;
  /**
   * Turns this process, which is root's, into that user's. All threads change their user and lose
   * their capabilities, except for those that the calling thread keeps.
   *
   * @throws {SystemError} The system refuses.
   */
  become(user: SystemUser, kept: KeptRights): void;
  /**
   * Takes what no role needs from all threads, for good: rights that come with a program's file,
   * and system calls such as `mount` and `ptrace`.
   *
   * @param runsPrograms whether it may still run programs
   * @returns whether the system calls are refused too: not every kernel can do that
   */
  confine(runsPrograms: boolean): boolean;
  /** Whether this process has been confined in both ways, such as by what started it. */
  isConfined(): boolean;
  /**
   * Whether this process may read or execute a file, by the kernel's own judgement.
   *
   * @param later a user that this process, which is root's, could become: whether that one may
   */
  may(what: "read" | "execute", path: string, later?: SystemUser): boolean;
}
