/**
 * The socket by which a running role is asked about itself: HTTP over a Unix socket, for those who may
 * open the file.
 *
 * @module
 */

import type { HttpHandler } from "./http_handler.ts";

/** Access for the user and the group that the program runs as, and nobody else. */
const FOREIGN_ACCESS = 0o117;

/** Another process answers on the socket, or might: this user may not know. */
export class ControlSocketInUse extends Error {
  override readonly name = "ControlSocketInUse";
  readonly state: "answered" | "denied";

  constructor(path: string, state: "answered" | "denied") {
    super(path);
    this.state = state;
  }
}

/** A socket that is open. Its file goes with its disposal, and with the program's end. */
export interface ControlSocket extends Disposable {
  readonly path: string;
  /** Settles after disposal, when nothing is under way any more. */
  readonly finished: Promise<void>;
}

/**
 * Opens the socket at `path`. What a process left there that is no more is replaced.
 *
 * @throws {ControlSocketInUse} another process answers there, or it may not be asked
 * @throws what the system has against it
 */
export async function openControlSocket(
  path: string,
  handler: HttpHandler,
): Promise<ControlSocket> {
  await makeWay(path);
  const end = new AbortController();
  const { finished } = serve(path, handler, end.signal);
  const remove = () => removeFile(path);
  // Even when the program does not wait for its end, as on a second interruption.
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

function serve(path: string, handler: HttpHandler, signal: AbortSignal): Deno.HttpServer {
  // The file is made with its rights: to change them afterwards would leave a moment to others.
  const before = Deno.umask(FOREIGN_ACCESS);
  try {
    return Deno.serve({
      path,
      handler,
      signal,
      onListen: () => {},
      onError: () => new Response("The request failed\n", { status: 500 }),
    });
  } finally {
    Deno.umask(before);
  }
}

/** Removes a socket on which nobody listens. Any other file stays, and is in the way. */
async function makeWay(path: string): Promise<void> {
  const state = await socketState(path);
  if (state === "absent") return;
  // Whose socket may not be asked is not to be removed either.
  if (state !== "dead") throw new ControlSocketInUse(path, state);
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * What can be said of a socket: there is none, somebody listens, this user may not know, or nobody
 * listens.
 */
export type SocketState = "absent" | "answered" | "denied" | "dead";

/** Finds out by connecting. */
export async function socketState(path: string): Promise<SocketState> {
  try {
    if (!Deno.lstatSync(path).isSocket) return "absent";
    (await Deno.connect({ transport: "unix", path })).close();
    return "answered";
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return "denied";
    if (error instanceof Deno.errors.ConnectionRefused) return "dead";
    // All else is said of a socket that somebody has: too many are waiting, or it is of another type.
    return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory
      ? "absent"
      : "answered";
  }
}

function removeFile(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It is gone already, or somebody else's.
  }
}
