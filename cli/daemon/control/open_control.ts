/**
 * Opening a role's control socket, with messages for what can go wrong.
 *
 * @module
 */

import { fileAccess } from "../../../ffi/open_file_access.ts";
import type { Log } from "../../../io/log.ts";
import { reasonOf } from "../../../reason.ts";
import { ExitCode } from "../../process/exit_code.ts";
import { CliError } from "../../process/failure.ts";
import { folderOf, FOLDERS } from "../../process/folders.ts";
import { privilegedUser } from "../../process/privilege.ts";
import { systemFailure } from "../../process/system_failure.ts";
import { type ControlSocket, ControlSocketInUse } from "./control_channel.ts";
import { type ControlledRole, defaultControlPath } from "./control_path.ts";
import type { HttpHandler } from "../http/http_handler.ts";
import { OWN_CHANNEL } from "./own_channel.ts";
import { ownPathContext } from "./own_path_context.ts";

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
  const path = chosen ?? defaultControlPath(role, ownPathContext());
  try {
    checkLength(path);
    if (chosen === undefined) makeFolder(path);
    return await OWN_CHANNEL.open(path, handler);
  } catch (error) {
    if (error instanceof ControlSocketInUse) {
      throw error.state === "denied" ? unknown(path) : inUse(role, path, chosen !== undefined);
    }
    if (chosen !== undefined) throw failure(path, error);
    log.warn(`"teredo status" can't ask this ${role}. ${failure(path, error).message}`);
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
  fileAccess().makeFolder(folder);
  // In a folder like /tmp, anybody could have made it. A folder within the system's own may belong
  // to root, or to the user that a role has turned into.
  if (folderOf(folder) !== FOLDERS.runtime && fileAccess().ownerOf(folder) === "another") {
    throw new Error(`the folder ${folder} belongs to another user`);
  }
}

function checkLength(path: string): void {
  const { length } = new TextEncoder().encode(path);
  const { longestPath } = OWN_CHANNEL;
  if (length <= longestPath) return;
  throw new RangeError(
    `its ${length} octets are more than the ${longestPath} that a socket's path may have`,
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
      `another path with --control, or remove it as ${privilegedUser()} if nothing uses it`,
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
