/**
 * Opening a role's control socket, with messages for what can go wrong.
 *
 * @module
 */

import { platform } from "../../../ffi/platform.ts";
import { type ControlSocket, ControlSocketInUse, openControlSocket } from "./control_socket.ts";
import type { HttpHandler } from "./http_handler.ts";
import type { Log } from "../../../io/log.ts";
import { CliError } from "../../process/failure.ts";
import { ExitCode } from "../../process/exit_code.ts";
import { systemFailure } from "../../process/system_failure.ts";
import { type ControlledRole, defaultControlPath, folderOf, pathContext } from "./control_path.ts";
import { reasonOf } from "../../../reason.ts";

/** Others may not write, because the parent folder may be writable for everybody. */
const FOLDER_MODE = 0o755;

/** The longest path of a Unix socket in octets, without the zero at the end. */
const LONGEST_PATH = platform.longestSocketPath;

/**
 * Opens the socket of a role. If nobody chose its path and it cannot be made, the role runs without
 * it; but never beside another role of its kind.
 *
 * @param chosen the path that the settings give, if they do
 * @throws {CliError} another process has the socket, or the chosen one cannot be made
 */
export async function openControl(
  role: ControlledRole,
  chosen: string | undefined,
  handler: HttpHandler,
  log: Log,
): Promise<ControlSocket | undefined> {
  const context = pathContext();
  const path = chosen ?? (context && defaultControlPath(role, context));
  if (path === undefined) return undefined;
  try {
    checkLength(path);
    if (chosen === undefined) makeFolder(path);
    return await openControlSocket(path, handler);
  } catch (error) {
    if (error instanceof ControlSocketInUse) {
      throw error.state === "denied" ? unknown(path) : inUse(role, path, chosen !== undefined);
    }
    if (chosen !== undefined) throw failure(path, error);
    log.debug(`"teredo status" cannot ask this ${role}: ${failure(path, error).message}`);
    return undefined;
  }
}

/**
 * Whether a socket could be made at a chosen path.
 *
 * @throws {CliError} it could not, and why
 */
export function checkControl(path: string): void {
  try {
    checkLength(path);
    Deno.statSync(folderOf(path) || ".");
    if (isOtherFile(path)) throw new Deno.errors.AddrInUse();
  } catch (error) {
    throw failure(path, error);
  }
}

function isOtherFile(path: string): boolean {
  try {
    return Deno.statSync(path).isSocket === false;
  } catch {
    return false;
  }
}

function makeFolder(path: string): void {
  const folder = folderOf(path);
  Deno.mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  const { uid, isSymlink } = Deno.lstatSync(folder);
  const owner = Deno.uid();
  // In /tmp, anybody could have made it. The system's own folder may belong to root.
  if (isSymlink || (uid !== owner && uid !== 0)) {
    throw new Error(`the folder ${folder} belongs to another user`);
  }
}

function checkLength(path: string): void {
  const { length } = new TextEncoder().encode(path);
  if (length <= LONGEST_PATH) return;
  throw new RangeError(
    `its ${length} octets are more than the ${LONGEST_PATH} that a socket's path may have`,
  );
}

/** If the settings give the path, another kind of role may have the socket. */
function inUse(role: ControlledRole, path: string, isChosen: boolean): CliError {
  const what = isChosen
    ? "Cannot open the control socket: another process"
    : `Cannot run a second ${role}: one is running, and`;
  return new CliError(
    `${what} answers at ${path}. Stop it ("teredo status" shows its process), or give this one ` +
      "another path with --control",
  );
}

/** Nobody can say whether the socket is in use. */
function unknown(path: string): CliError {
  return new CliError(
    `Cannot open the control socket: permission to ask whether ${path} is in use is denied. Choose ` +
      "another path with --control, or remove it as root if nothing uses it",
    ExitCode.PERMISSION,
  );
}

function failure(path: string, error: unknown): CliError {
  return systemFailure("Cannot open the control socket", error, {
    words: {
      absent: `there is no folder for ${path}`,
      inUse: `there is a file ${path}, which is not a socket`,
      denied: `permission for ${path} is denied`,
      other: `${path}: ${reasonOf(error)}`,
    },
    advice: "Choose another path with --control",
  });
}
