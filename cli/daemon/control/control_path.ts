/**
 * Where the control sockets of roles are.
 *
 *     /run/teredo/client/client.sock      root: each role may have another user, with its own folder
 *     /run/teredo-client/client.sock      a service, for which systemd made the folder
 *     $XDG_RUNTIME_DIR/teredo/client.sock other users
 *     /tmp/teredo-1000/client.sock        other users without such a folder
 *
 *     %ProgramData%\teredo\run\client\client.control   administrators on Windows
 *     %LOCALAPPDATA%\teredo\client.control             other users there
 *
 * One folder may serve several network namespaces, each with its own client. So outside of the
 * first one, the namespace's number is part of the name: `client-4026532281.sock`.
 *
 * @module
 */

import { pathIn } from "../../process/folders.ts";

/** The roles that have a socket. A server with a relay is a server. */
export const CONTROLLED_ROLES = ["client", "server", "relay"] as const;

/** A role that has a socket. */
export type ControlledRole = typeof CONTROLLED_ROLES[number];

/** What the paths depend on. */
export interface PathContext {
  /** How the names of sockets end, such as ".sock". */
  readonly suffix: string;
  /** The folder that the service manager made for this program, if it did. */
  readonly given: string | undefined;
  /** The folder of the system's services. */
  readonly system: string;
  /** The folder of this user's programs. */
  readonly user: string;
  /** Whether this user may use the system's folder. */
  readonly isPrivileged: boolean;
  /** The number of the network namespace, unless it is the first one. */
  readonly namespace: string | undefined;
  /** The number of a namespace if this user may not find out whether it is the first one. */
  readonly perhaps?: string | undefined;
}

/** The folder for the socket of a role, and for its other files while it runs. */
export function controlFolder(
  role: ControlledRole,
  { given, system, user, isPrivileged }: PathContext,
): string {
  return given ?? (isPrivileged ? pathIn(system, role) : user);
}

/** The path of a role's socket, if no other one is chosen. */
export function defaultControlPath(role: ControlledRole, context: PathContext): string {
  return pathIn(controlFolder(role, context), fileName(role, context));
}

/**
 * Where a program that asks a role looks for its socket: in the system's folder for the role, in the
 * one that a service of systemd has, and in the user's own.
 */
export function controlPaths(role: ControlledRole, context: PathContext): string[] {
  const name = fileName(role, context);
  return controlFolders(role, context).map((folder) => pathIn(folder, name));
}

/** The folders in which a role's socket may be. */
export function controlFolders(role: ControlledRole, context: PathContext): string[] {
  const { system, user } = context;
  const folders = new Set([
    controlFolder(role, context),
    pathIn(system, role),
    `${system}-${role}`,
    user,
  ]);
  return [...folders];
}

/** Whether a file has the name of a role's socket, of any namespace. */
export function isControlName(role: ControlledRole, name: string, suffix: string): boolean {
  return name.startsWith(role) && name.endsWith(suffix) &&
    /^(?:-\d+)?$/.test(name.slice(role.length, -suffix.length));
}

function fileName(role: ControlledRole, { namespace, suffix }: PathContext): string {
  return namespace === undefined ? `${role}${suffix}` : `${role}-${namespace}${suffix}`;
}
