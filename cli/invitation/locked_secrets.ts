/**
 * A secrets file that one invitation at a time changes.
 *
 * @module
 */

import { constants } from "node:os";
import { fileAccess } from "../../ffi/open_file_access.ts";
import { ifPresent } from "../process/if_present.ts";
import { followLinks, isSameFile } from "../process/own_file.ts";
import { adoptRights, orFailure } from "./private_file.ts";

/** What a system says of files that can't be locked, such as those of NFS without a lock daemon. */
const UNLOCKABLE: ReadonlySet<number> = new Set([
  constants.errno.ENOLCK,
  constants.errno.ENOSYS,
  constants.errno.ENOTSUP,
  constants.errno.EOPNOTSUPP,
  constants.errno.EINVAL,
]);

/**
 * The right to replace a secrets file. The command that has it locked the draft next to the file, so
 * two that run at once wait for one another, and neither overwrites what the other one added.
 *
 * The draft is the lock, because nothing else stays behind then, and only this user may open it.
 * The file itself would not do: it is another one after each change.
 *
 * Where files can't be locked, nothing keeps two apart.
 */
export class LockedSecrets implements Disposable {
  readonly #path: string;
  /** Where the file is, behind any links. */
  readonly #place: string;
  readonly #draft: Deno.FsFile;
  #isCommitted = false;

  /**
   * Waits for other commands that change the file. It need not exist.
   *
   * @param onWait is called if there is one to wait for
   * @throws {CliError} it cannot be written
   */
  constructor(path: string, onWait: () => void = () => {}) {
    this.#path = path;
    this.#place = orFailure(path, () => followLinks(path));
    this.#draft = orFailure(path, () => lockDraft(this.#draftPath, onWait));
  }

  get #draftPath(): string {
    return `${this.#place}.new`;
  }

  /**
   * Puts a file with this text in its place, with the rights of the one that is there.
   *
   * @throws {CliError} it cannot be written
   */
  replace(text: string): void {
    orFailure(this.#path, () => {
      // A command that was killed may have left something.
      this.#draft.truncateSync(0);
      let rest = new TextEncoder().encode(text);
      while (rest.length > 0) rest = rest.subarray(this.#draft.writeSync(rest));
      adoptRights(this.#draftPath, this.#place);
      Deno.renameSync(this.#draftPath, this.#place);
      this.#isCommitted = true;
    });
  }

  [Symbol.dispose](): void {
    using _ = this.#draft;
    if (!this.#isCommitted) Deno.removeSync(this.#draftPath);
  }
}

/** Opens the draft and locks it. It makes another one if a command has just used that one up. */
function lockDraft(path: string, onWait: () => void): Deno.FsFile {
  for (;;) {
    const isOurs = makeDraft(path);
    const file = ifPresent(() => Deno.openSync(path, { read: true, write: true }));
    if (file === undefined) continue;
    try {
      lock(file, onWait);
    } catch (error) {
      file.close();
      if (isOurs) Deno.removeSync(path);
      throw error;
    }
    if (isStillAt(path, file)) return file;
    file.close();
  }
}

function lock(file: Deno.FsFile, onWait: () => void): void {
  try {
    if (file.tryLockSync(true)) return;
    onWait();
    file.lockSync(true);
  } catch (error) {
    if (!isUnlockable(error)) throw error;
  }
}

/** Deno names only some of these errors, but all of their messages have the number. */
function isUnlockable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const [, number] = /\(os error (\d+)\)/.exec(error.message) ?? [];
  return number !== undefined && UNLOCKABLE.has(Number(number));
}

/** Returns whether it made one, because there was none. */
function makeDraft(path: string): boolean {
  try {
    fileAccess().writePrivate(path, "");
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    if (isStrangers(path)) {
      throw new Error(`another user's file is in the way. Remove ${path}`, { cause: error });
    }
    return false;
  }
}

function isStrangers(path: string): boolean {
  try {
    return fileAccess().ownerOf(path) === "another";
  } catch {
    // It is gone.
    return false;
  }
}

/** Whether an open file is still the one that `path` names. */
function isStillAt(path: string, file: Deno.FsFile): boolean {
  const there = ifPresent(() => Deno.lstatSync(path));
  return there !== undefined && isSameFile(file, there);
}
