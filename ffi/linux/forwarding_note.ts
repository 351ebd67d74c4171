/**
 * A note of settings that were changed, in a file that outlives the process.
 *
 * Settings of the kernel stay when a process is killed. The note tells the next one what they were.
 * It names the network namespace, because several may share a folder, and the boot: afterwards, the
 * settings are others.
 *
 * The file stays open: a role that gives up root may have no right to its folder later. Then it still
 * changes the note, and empties it in the end, which means the same as none.
 *
 * @module
 */

import { readPlainFile, readSpecialFile } from "../c/special_file.ts";
import { networkNamespace } from "./facts.ts";

/** A setting that was changed, and what it was. */
export interface Change {
  /** Its name, such as `"net/ipv6/conf/all/forwarding"`. */
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** A note in a folder, or nowhere if there is no folder. */
export class ForwardingNote implements Disposable {
  readonly #path: string | undefined;
  #file: Deno.FsFile | undefined;

  /** @param folder where notes are; it need not exist */
  constructor(folder: string | undefined) {
    const namespace = folder === undefined ? undefined : networkNamespace("self");
    this.#path = namespace === undefined ? undefined : `${folder}/forwarding-${namespace}.json`;
  }

  /** The changes that it names, in the order in which they were made; none if there is no note. */
  read(): readonly Change[] {
    if (this.#path === undefined) return [];
    try {
      const note: unknown = JSON.parse(readPlainFile(this.#path));
      return isNote(note) && note.boot === bootId() ? note.changes.filter(isChange) : [];
    } catch {
      // It is missing or damaged.
      return [];
    }
  }

  /** Writes the changes down. Without a right to write there, a KILL leaves them unnoted. */
  write(changes: readonly Change[]): void {
    if (this.#path === undefined) return;
    try {
      const note: Note = { boot: bootId(), changes };
      const file = this.#file ??= this.#create(this.#path);
      file.truncateSync(0);
      file.seekSync(0, Deno.SeekMode.Start);
      file.writeSync(new TextEncoder().encode(`${JSON.stringify(note)}\n`));
    } catch {
      // The settings are put back in the end as they are without a note.
    }
  }

  /** A new file, because a user with fewer rights may have put a link there. */
  #create(path: string): Deno.FsFile {
    this.remove();
    return Deno.openSync(path, { mode: 0o644, write: true, createNew: true });
  }

  /** Removes it, or empties it if only its folder refuses. */
  remove(): void {
    if (this.#path === undefined) return;
    using file = this.#file;
    this.#file = undefined;
    try {
      Deno.removeSync(this.#path);
    } catch {
      // It is missing, or the folder is another user's.
      file?.truncateSync(0);
    }
  }

  /** Closes the file, and leaves it as it is. */
  [Symbol.dispose](): void {
    this.#file?.close();
    this.#file = undefined;
  }
}

/** What is in the file. */
interface Note {
  readonly boot: string;
  readonly changes: readonly unknown[];
}

function isNote(value: unknown): value is Note {
  return typeof value === "object" && value !== null && "boot" in value && "changes" in value &&
    Array.isArray(value.changes);
}

/** The number of this boot, by the kernel. */
function bootId(): string {
  try {
    return readSpecialFile("/proc/sys/kernel/random/boot_id").trim();
  } catch {
    return "";
  }
}

/** Only settings of IPv6 count, whoever has written the file. */
function isChange(value: unknown): value is Change {
  if (typeof value !== "object" || value === null) return false;
  const { name, before, after } = value as Partial<Record<keyof Change, unknown>>;
  return typeof name === "string" && typeof before === "string" && typeof after === "string" &&
    /^net\/ipv6\/conf\/[^/]+\/(forwarding|accept_ra)$/.test(name) &&
    /^[0-2]$/.test(before) && /^[0-2]$/.test(after);
}
