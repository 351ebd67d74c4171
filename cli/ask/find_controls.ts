/**
 * Finding the control sockets of the roles that run here.
 *
 * @module
 */

import { fileAccess } from "../../ffi/open_file_access.ts";
import type { ControlState } from "../daemon/control/control_channel.ts";
import {
  controlFolders,
  CONTROLLED_ROLES,
  type ControlledRole,
  controlPaths,
  isControlName,
  type PathContext,
} from "../daemon/control/control_path.ts";
import { OWN_CHANNEL } from "../daemon/control/own_channel.ts";
import { ownPathContext } from "../daemon/control/own_path_context.ts";
import { pathIn } from "../process/folders.ts";
import { privilegedUser } from "../process/privilege.ts";
import { notRunning } from "./not_running.ts";

/** A socket at which a role answers, or would answer another user. */
interface Found {
  readonly path: string;
  readonly state: Extract<ControlState, "answered" | "denied">;
}

/**
 * The sockets to ask: the chosen one, or those of the roles that run.
 *
 * @throws {CliError} none of them runs
 */
export async function chooseSockets(
  chosen: string | undefined,
  role: ControlledRole | undefined,
  context: PathContext = ownPathContext(),
): Promise<string[]> {
  if (chosen !== undefined) return [chosen];
  const roles = role === undefined ? CONTROLLED_ROLES : [role];
  const what = role ?? "client, server or relay";
  const reason = `no ${what} of this user or of the system answers`;
  const paths = await findHere(roles, context);
  if (paths.length > 0) return paths;
  const [elsewhere] = await findAnywhere(roles, context);
  if (elsewhere === undefined) throw notRunning(reason);
  const { path, state } = elsewhere;
  throw notRunning(
    `${reason} in this network namespace`,
    `One seems to run in another namespace: ask it${
      state === "denied" ? ` as ${privilegedUser()}` : ""
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
    : await inUse(candidates({ ...context, namespace: perhaps }));
  const found = numbered.length > 0 ? numbered : await inUse(candidates(context));
  return found.map(({ path }) => path);
}

/** Those of any network namespace. */
async function findAnywhere(
  roles: readonly ControlledRole[],
  context: PathContext,
): Promise<Found[]> {
  const paths = roles.flatMap((role) =>
    controlFolders(role, context).flatMap((folder) =>
      namesIn(folder)
        .filter((name) => isControlName(role, name, context.suffix))
        .map((name) => pathIn(folder, name))
    )
  );
  return await inUse(paths);
}

async function inUse(paths: readonly string[]): Promise<Found[]> {
  const found: Found[] = [];
  for (const path of paths) {
    if (fileAccess().isForgeable(path)) continue;
    const state = await OWN_CHANNEL.state(path);
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
