/**
 * A secrets file that one invitation at a time changes.
 *
 * @module
 */

import { fileAccess } from "../../ffi/open_file_access.ts";
import { followLinks } from "../process/own_file.ts";
import { adoptRights, orFailure } from "./private_file.ts";

/**
 * The right to replace a secrets file. The command that has it locked the draft next to the file, so
 * two that run at once wait for one another, and neither overwrites what the other one added.
 *
 * The draft is the lock, because nothing else stays behind then, and only this user may open it.
 * The file itself would not do: it is another one after each change.
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
   * @throws {CliError} it cannot be written
   */
  constructor(path: string) {
    this.#path = path;
    this.#place = orFailure(path, () => followLinks(path));
    this.#draft = orFailure(path, () => lockDraft(this.#draftPath));
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
function lockDraft(path: string): Deno.FsFile {
  for (;;) {
    makeDraft(path);
    const file = openIfPresent(path);
    if (file === undefined) continue;
    file.lockSync(true);
    if (isSame(file, path)) return file;
    file.close();
  }
}

function makeDraft(path: string): void {
  try {
    fileAccess().writePrivate(path, "");
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    if (isStrangers(path)) {
      throw new Error(`another user's file is in the way. Remove ${path}`, { cause: error });
    }
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

function openIfPresent(path: string): Deno.FsFile | undefined {
  try {
    return Deno.openSync(path, { read: true, write: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function isSame(file: Deno.FsFile, path: string): boolean {
  try {
    const { dev, ino } = file.statSync();
    const there = Deno.lstatSync(path);
    return there.dev === dev && there.ino === ino;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
