/**
 * The socket through which programs ask a running role about itself: HTTP over a Unix socket, for
 * users that may open the file.
 *
 * @module
 */

import type { HttpHandler } from "./http_handler.ts";

/** A file mode mask that leaves access to the user and the group that the program runs as. */
const FOREIGN_ACCESS = 0o117;

/** Another process answers on the socket, or may do so: this user is not allowed to find out. */
export class ControlSocketInUse extends Error {
  override readonly name = "ControlSocketInUse";
  readonly state: "answered" | "denied";

  constructor(path: string, state: "answered" | "denied") {
    super(path);
    this.state = state;
  }
}

/** An open socket. Its file vanishes when it is disposed or the program ends. */
export interface ControlSocket extends Disposable {
  readonly path: string;
  /** Settles after disposal, when no request is under way any more. */
  readonly finished: Promise<void>;
}

/**
 * Opens the socket at `path`, in place of one that an ended process left there.
 *
 * @throws {ControlSocketInUse} another process answers there, or this user may not ask
 * @throws {Error} the system refuses
 */
export async function openControlSocket(
  path: string,
  handler: HttpHandler,
): Promise<ControlSocket> {
  await makeWay(path);
  const end = new AbortController();
  const { finished } = serve(path, handler, end.signal);
  const remove = () => removeFile(path);
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

function serve(path: string, handler: HttpHandler, signal: AbortSignal): Deno.HttpServer {
  // The mask sets the rights as the file is made: changed afterwards, others could open it in
  // between.
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

/** Removes a socket on which nobody listens. Any other file stays, and opening fails. */
async function makeWay(path: string): Promise<void> {
  const state = await socketState(path);
  if (state === "absent") return;
  // A socket that may not be asked must not be removed either.
  if (state !== "dead") throw new ControlSocketInUse(path, state);
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * What can be said about a socket: there is none, somebody listens, this user may not find out, or
 * nobody listens.
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
    // Any other error means that somebody has the socket: too many are waiting, or it has another
    // type.
    return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory
      ? "absent"
      : "answered";
  }
}

function removeFile(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It is gone already, or belongs to somebody else.
  }
}
