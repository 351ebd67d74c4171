/**
 * The control channel where there are no Unix sockets: TCP on the loopback interface, for those
 * that may read the file with the port and a token.
 *
 * Every user of the host can connect, and so can the pages that a browser shows. So each request
 * has to bring the token in a header, which a page cannot set without the permission that this
 * server never gives; the name in `Host` has to be the address, which is not so if somebody's DNS
 * calls this host theirs; and what says it comes from a page is refused.
 *
 * After a role was killed, its file stays and another program may get the port. So a role has to
 * prove that it knows the token before it is sent.
 *
 * @module
 */

import { fileAccess } from "../../../ffi/open_file_access.ts";
import { after } from "../../../timers.ts";
import {
  type ControlChannel,
  type ControlConnection,
  type ControlSocket,
  type ControlState,
  makeWay,
  openedSocket,
  whyNotMade,
} from "./control_channel.ts";
import {
  formatTokenFile,
  isSameSecret,
  newToken,
  parseTokenFile,
  proofOf,
  type TokenFile,
} from "./control_token.ts";
import { type HttpHandler, refusal } from "../http/http_handler.ts";
import { serveHttp } from "../http/http_server.ts";

const HOST = "127.0.0.1";

/** The path at which a role proves that it knows the token. */
const PROOF_PATH = "/proof";

/** A challenge: random, in hexadecimal. */
const CHALLENGE = /^[\da-f]{64}$/;

/** How long a role may take to prove itself, in milliseconds. */
const PROOF_TIMEOUT = 2_000;

/**
 * How long a connection may take, in milliseconds. Windows tries a port again that nobody listens
 * on, and says so after two seconds.
 */
const CONNECT_TIMEOUT = 6_000;

/** HTTP over TCP with a token. */
export const TCP_CHANNEL: ControlChannel = {
  suffix: ".control",
  longestPath: Infinity,
  open,
  connect,
  state,
  // The token is in it.
  identify: (path) => Deno.readTextFileSync(path),
};

async function open(path: string, handler: HttpHandler): Promise<ControlSocket> {
  await makeWay(TCP_CHANNEL, path);
  const end = new AbortController();
  const token = newToken();
  const listener = Deno.listen({ hostname: HOST, port: 0 });
  const file = { port: listener.addr.port, token };
  const finished = serveHttp(listener, (request) => guard(request, file, handler), end.signal);
  try {
    publish(path, file);
  } catch (error) {
    end.abort();
    await finished;
    throw await whyNotMade(TCP_CHANNEL, path, error);
  }
  return openedSocket(TCP_CHANNEL, path, end, finished);
}

/** Makes the file, with all that is in it, unless there is one by now. */
function publish(path: string, file: TokenFile): void {
  const draft = `${path}.${crypto.randomUUID()}`;
  try {
    fileAccess().writePrivate(draft, formatTokenFile(file));
    Deno.linkSync(draft, path);
  } finally {
    removeIfPresent(draft);
  }
}

function removeIfPresent(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It could not be made.
  }
}

/** Lets only those through that know the token. */
async function guard(
  request: Request,
  { port, token }: TokenFile,
  handler: HttpHandler,
): Promise<Response> {
  const { headers } = request;
  if (headers.get("host") !== `${HOST}:${port}`) return refusal(421, "Wrong host");
  if (headers.has("origin") || headers.has("sec-fetch-site")) {
    return refusal(403, "Not for browsers");
  }
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === PROOF_PATH) {
    const challenge = searchParams.get("challenge") ?? "";
    if (!CHALLENGE.test(challenge)) return refusal(400, "challenge needs 64 digits");
    return new Response(await proofOf(token, challenge));
  }
  if (!isSameSecret(headers.get("authorization") ?? "", `Bearer ${token}`)) {
    return refusal(401, "The token is wrong");
  }
  return await handler(request);
}

/**
 * @throws {Deno.errors.ConnectionRefused} nobody listens, or what answers doesn't know the token
 * @throws {Deno.errors.TimedOut} somebody listens, but doesn't answer in time
 */
async function connect(path: string, signal?: AbortSignal): Promise<ControlConnection> {
  const file = parseTokenFile(Deno.readTextFileSync(path));
  if (file === undefined) throw new NotControl(`${path} does not hold a port and a token`);
  await knock(file, signal);
  const connection = connectionTo(file);
  try {
    await demandProof(connection, file, signal);
    return connection;
  } catch (error) {
    connection[Symbol.dispose]();
    throw error;
  }
}

/** The file is somebody else's. */
class NotControl extends Error {}

function connectionTo({ port, token }: TokenFile): ControlConnection {
  // Named as its own proxy, so that those of the environment don't get the request.
  const client = Deno.createHttpClient({ proxy: { transport: "tcp", hostname: HOST, port } });
  return {
    fetch(what, init) {
      const headers = new Headers(init.headers);
      if (!what.startsWith(PROOF_PATH)) headers.set("authorization", `Bearer ${token}`);
      return fetch(`http://${HOST}:${port}${what}`, { ...init, headers, client });
    },
    [Symbol.dispose]: () => client.close(),
  };
}

/** Finds out whether anybody listens, of which `fetch` doesn't say enough. */
async function knock({ port }: TokenFile, signal?: AbortSignal): Promise<void> {
  await within(CONNECT_TIMEOUT, signal, async (signal) => {
    (await Deno.connect({ hostname: HOST, port, signal })).close();
  });
}

async function demandProof(
  connection: ControlConnection,
  { token }: TokenFile,
  signal?: AbortSignal,
): Promise<void> {
  const challenge = newToken();
  const proof = await within(PROOF_TIMEOUT, signal, async (signal) => {
    const what = `${PROOF_PATH}?challenge=${challenge}`;
    const response = await connection.fetch(what, { redirect: "error", signal });
    // Not all of what a stranger may send.
    const { value } = await response.body!.getReader().read();
    return new TextDecoder().decode(value);
  }).catch((error) => {
    if (error instanceof Deno.errors.TimedOut || signal?.aborted) throw error;
    // No role answers like this.
    return "";
  });
  if (isSameSecret(proof, await proofOf(token, challenge))) return;
  throw new Deno.errors.ConnectionRefused("No role that knows the token answers");
}

/**
 * Does something that a signal ends, at the latest after so many milliseconds.
 *
 * @throws {Deno.errors.TimedOut} it took too long
 */
async function within<T>(
  timeout: number,
  signal: AbortSignal | undefined,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const giveUp = new AbortController();
  const end = () => giveUp.abort();
  const cancel = after(timeout, end);
  signal?.addEventListener("abort", end);
  try {
    return await action(giveUp.signal);
  } catch (error) {
    if (!giveUp.signal.aborted || signal?.aborted) throw error;
    throw new Deno.errors.TimedOut("Somebody listens, but does not answer");
  } finally {
    cancel();
    signal?.removeEventListener("abort", end);
    giveUp.abort();
  }
}

async function state(path: string): Promise<ControlState> {
  try {
    (await connect(path))[Symbol.dispose]();
    return "answered";
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return "denied";
    // Perhaps a role that has much to do. What somebody has is never taken away.
    if (error instanceof Deno.errors.TimedOut) return "answered";
    return error instanceof Deno.errors.ConnectionRefused ? "dead" : "absent";
  }
}
