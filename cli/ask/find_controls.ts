/**
 * Finding the control sockets of the roles that run here.
 *
 * @module
 */

import { UnsupportedPlatform } from "../../ffi/platform.ts";
import { type SocketState, socketState } from "../daemon/control/control_socket.ts";
import {
  controlFolders,
  CONTROLLED_ROLES,
  type ControlledRole,
  controlPaths,
  isControlName,
  isStrangers,
  type PathContext,
  pathContext,
} from "../daemon/control/control_path.ts";
import { notRunning } from "./not_running.ts";

/** A socket at which a role answers, or would answer another user. */
interface Found {
  readonly path: string;
  readonly state: Extract<SocketState, "answered" | "denied">;
}

/**
 * The sockets to ask: the chosen one, or those of the roles that run.
 *
 * @throws {CliError} none of them runs
 * @throws {UnsupportedPlatform} this system has no Unix sockets
 */
export async function chooseSockets(
  chosen: string | undefined,
  role: ControlledRole | undefined,
  context: PathContext | undefined = pathContext(),
): Promise<string[]> {
  if (chosen !== undefined) return [chosen];
  const roles = role === undefined ? CONTROLLED_ROLES : [role];
  const what = role ?? "client, server or relay";
  const reason = `no ${what} of this user or of the system answers`;
  if (context === undefined) throw new UnsupportedPlatform("ask a running role");
  const paths = await findHere(roles, context);
  if (paths.length > 0) return paths;
  const [elsewhere] = await findAnywhere(roles, context);
  if (elsewhere === undefined) throw notRunning(reason);
  const { path, state } = elsewhere;
  throw notRunning(
    `${reason} in this network namespace`,
    `One seems to run in another namespace: ask it${
      state === "denied" ? " as root" : ""
    } with --control ${path}`,
  );
}

/** Those of this network namespace. */
async function findHere(
  roles: readonly ControlledRole[],
  context: PathContext,
): Promise<string[]> {
  const { perhaps } = context;
  const candidates = (context: PathContext) => roles.flatMap((role) => controlPaths(role, context));
  // In the first namespace, no name contains a number.
  const numbered = perhaps === undefined
    ? []
    : await inUse(candidates({ ...context, namespace: perhaps }), context);
  const found = numbered.length > 0 ? numbered : await inUse(candidates(context), context);
  return found.map(({ path }) => path);
}

/** Those of any network namespace. */
async function findAnywhere(
  roles: readonly ControlledRole[],
  context: PathContext,
): Promise<Found[]> {
  const paths = roles.flatMap((role) =>
    controlFolders(role, context).flatMap((folder) =>
      namesIn(folder).filter((name) => isControlName(role, name)).map((name) => `${folder}/${name}`)
    )
  );
  return await inUse(paths, context);
}

async function inUse(paths: readonly string[], { uid }: PathContext): Promise<Found[]> {
  const found: Found[] = [];
  for (const path of paths) {
    if (isStrangers(path, uid)) continue;
    const state = await socketState(path);
    if (state === "answered" || state === "denied") found.push({ path, state });
  }
  return found;
}

function namesIn(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name);
  } catch {
    // The folder does not exist, or other users may not read it.
    return [];
  }
}
