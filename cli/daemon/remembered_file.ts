/**
 * A file in which a client keeps something for its next run, and which only its user may read.
 *
 * @module
 */

import { fileAccess } from "../../ffi/open_file_access.ts";
import type { Log } from "../../io/log.ts";
import { reasonOf } from "../../reason.ts";
import { absolutePath, pathIn } from "../process/folders.ts";
import { replacePrivate } from "../process/private_file.ts";

/** What the file holds. */
interface Content {
  /** Such as "address". */
  readonly what: string;
  /** What may happen if it is not remembered, to be read after "so". */
  readonly otherwise: string;
}

/** The file, if there is a folder for it. */
export class RememberedFile {
  readonly #path: string | undefined;
  readonly #content: Content;
  readonly #log: Log;
  #hasWarned = false;

  /** @param folder where the file is; without one, nothing is remembered */
  constructor(folder: string | undefined, name: string, content: Content, log: Log) {
    this.#path = folder === undefined ? undefined : pathIn(folder, name);
    this.#content = content;
    this.#log = log;
  }

  /** The value that the last run left; undefined if it left none. */
  read(): unknown {
    if (this.#path === undefined) return undefined;
    try {
      return JSON.parse(fileAccess().readPlain(absolutePath(this.#path)));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) {
        const { what } = this.#content;
        this.#log.debug(`Cannot read the last ${what} from ${this.#path}: ${reasonOf(error)}`);
      }
      return undefined;
    }
  }

  /** Remembers a value, as JSON. */
  write(value: unknown): void {
    if (this.#path === undefined) return;
    try {
      replacePrivate(this.#path, `${JSON.stringify(value)}\n`);
    } catch (error) {
      const { what, otherwise } = this.#content;
      // The first failure matters to people, others repeat it.
      this.#log[this.#hasWarned ? "debug" : "warn"](
        `Cannot remember the ${what} in ${this.#path}, so ${otherwise}: ${reasonOf(error)}. ` +
          "Check the folder and the free space",
      );
      this.#hasWarned = true;
    }
  }

  /** Removes the file. May be repeated. */
  remove(): void {
    if (this.#path === undefined) return;
    try {
      Deno.removeSync(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      this.#log.debug(`Cannot remove ${this.#path}: ${reasonOf(error)}`);
    }
  }
}
