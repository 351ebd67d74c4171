/**
 * The control channel where there are Unix sockets: users that may open its file may ask.
 *
 * @module
 */

import { platform } from "../../../ffi/platform.ts";
import {
  type ControlChannel,
  type ControlConnection,
  type ControlSocket,
  type ControlState,
  makeWay,
  openedSocket,
  whyNotMade,
} from "./control_channel.ts";
import type { HttpHandler } from "../http/http_handler.ts";
import { serveHttp } from "../http/http_server.ts";

/** A file mode mask that leaves access to the user and the group that the program runs as. */
const FOREIGN_ACCESS = 0o117;

/**
 * An address, although the path chooses the socket: Deno 2.9 looks up a name before it connects.
 */
const ORIGIN = "http://127.0.0.1";

/** HTTP over Unix sockets. */
export const UNIX_CHANNEL: ControlChannel = {
  suffix: ".sock",
  longestPath: platform.longestSocketPath,
  open,
  // Connects only with the first request.
  connect: (path) => Promise.resolve(connectionTo(path)),
  state,
  identify,
};

async function open(path: string, handler: HttpHandler): Promise<ControlSocket> {
  await makeWay(UNIX_CHANNEL, path);
  const end = new AbortController();
  const listener = await listen(path);
  return openedSocket(UNIX_CHANNEL, path, end, serveHttp(listener, handler, end.signal));
}

/** The time too, because the number of a file that is gone may be given to the next one. */
function identify(path: string): string {
  const { dev, ino, mtime, birthtime } = Deno.lstatSync(path);
  return [dev, ino, mtime?.getTime(), birthtime?.getTime()].join(" ");
}

async function listen(path: string): Promise<Deno.Listener> {
  try {
    return bind(path);
  } catch (error) {
    throw await whyNotMade(UNIX_CHANNEL, path, error);
  }
}

function bind(path: string): Deno.Listener {
  // The mask sets the rights as the file is made: changed afterwards, others could open it in
  // between.
  const before = Deno.umask(FOREIGN_ACCESS);
  try {
    return Deno.listen({ transport: "unix", path });
  } finally {
    Deno.umask(before);
  }
}

function connectionTo(path: string): ControlConnection {
  const client = Deno.createHttpClient({ proxy: { transport: "unix", path } });
  return {
    fetch: (what, init) => fetch(ORIGIN + what, { ...init, client }),
    [Symbol.dispose]: () => client.close(),
  };
}

async function state(path: string): Promise<ControlState> {
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
