/**
 * The channel through which programs ask a running role about itself: HTTP, for users that may read
 * a file.
 *
 * There are two: on Unix the file is a socket (`unix_channel.ts`), elsewhere it holds a port and a
 * token (`tcp_channel.ts`).
 *
 * @module
 */

import { absolutePath } from "../../process/folders.ts";
import type { HttpHandler } from "../http/http_handler.ts";

/** Opens control sockets, and asks those that others opened. */
export interface ControlChannel {
  /** How the names of its files end, such as ".sock". */
  readonly suffix: string;
  /** Octets that the path of a file may have. */
  readonly longestPath: number;
  /**
   * Opens a control socket, in place of one that an ended process left there.
   *
   * @param path its file
   * @throws {ControlSocketInUse} another process answers there, or this user may not ask
   * @throws {Error} the system refuses
   */
  open(path: string, handler: HttpHandler): Promise<ControlSocket>;
  /**
   * Connects to a control socket.
   *
   * @throws {Error} nothing answers there, or the system refuses
   */
  connect(path: string, signal?: AbortSignal): Promise<ControlConnection>;
  /** Finds out about a control socket. */
  state(path: string): Promise<ControlState>;
  /**
   * A text that tells the file of a path from a later one at the same path.
   *
   * @throws {Error} there is no file, or this user may not find out
   */
  identify(path: string): string;
}

/**
 * An open control socket. Its file vanishes when it is disposed or the program ends. A later file in
 * its place stays, but for Unix sockets: Deno's listener removes what is at its path.
 */
export interface ControlSocket extends Disposable {
  readonly path: string;
  /** Settles after disposal, when no request is under way any more. */
  readonly finished: Promise<void>;
}

/** A way to a running role. */
export interface ControlConnection extends Disposable {
  /** @param what path and query, such as "/status" */
  fetch(what: string, init: RequestInit): Promise<Response>;
}

/**
 * What can be said about a control socket: it is absent; somebody answers, or takes connections
 * without an answer in time; this user may not find out; or nobody answers.
 */
export type ControlState = "absent" | "answered" | "denied" | "dead";

/** Another process answers, or may do so: this user is not allowed to find out. */
export class ControlSocketInUse extends Error {
  override readonly name = "ControlSocketInUse";
  readonly state: "answered" | "denied";

  constructor(path: string, state: "answered" | "denied") {
    super(path);
    this.state = state;
  }
}

/**
 * Makes way for a new control socket: removes a file that nobody answers for. Any other file stays,
 * and opening fails.
 *
 * @throws {ControlSocketInUse} somebody may answer there
 */
export async function makeWay(channel: Marked, path: string): Promise<void> {
  const found = identityOf(channel, path);
  const state = await channel.state(path);
  if (state === "absent") return;
  // A socket that may not be asked must not be removed either.
  if (state !== "dead") throw new ControlSocketInUse(path, state);
  // Another role that starts at the same time may have made way, and opened its own.
  if (found === undefined || identityOf(channel, path) !== found) return;
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Why a file could not be made after way was made for it: if there is one by now, another role that
 * starts at the same time was faster, unless the file is something else.
 *
 * @param error what the system said
 */
export async function whyNotMade(channel: Marked, path: string, error: unknown): Promise<unknown> {
  const exists = error instanceof Deno.errors.AddrInUse ||
    error instanceof Deno.errors.AlreadyExists;
  if (!exists) return error;
  const state = await channel.state(path);
  if (state === "absent") return error;
  // One that is dead was alive a moment ago, or is about to be.
  return new ControlSocketInUse(path, state === "denied" ? "denied" : "answered");
}

/** A control socket whose file exists. */
export function openedSocket(
  channel: Marked,
  path: string,
  end: AbortController,
  finished: Promise<void>,
): ControlSocket {
  const file = absolutePath(path);
  const own = identityOf(channel, file);
  const remove = () => {
    if (own !== undefined && identityOf(channel, file) === own) removeFile(file);
  };
  // Also if the program ends without waiting, as on a second interruption.
  globalThis.addEventListener("unload", remove);
  return {
    path,
    finished,
    [Symbol.dispose](): void {
      globalThis.removeEventListener("unload", remove);
      remove();
      end.abort();
    },
  };
}

/** What is needed of a channel to find out whose a file is. */
type Marked = Pick<ControlChannel, "state" | "identify">;

/** Which file there is; `undefined` if it is absent, or nobody can say. */
function identityOf(channel: Marked, path: string): string | undefined {
  try {
    return channel.identify(path);
  } catch {
    return undefined;
  }
}

function removeFile(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It is gone already, or belongs to somebody else.
  }
}
