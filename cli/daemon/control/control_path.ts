/**
 * Where the control sockets of roles are.
 *
 *     /run/teredo/client.sock             root, or the folder that systemd made for the service
 *     $XDG_RUNTIME_DIR/teredo/client.sock other users
 *     /tmp/teredo-1000/client.sock        other users without such a folder
 *
 * One folder may serve several network namespaces, each with its own client. So outside of the
 * first one, the namespace's number is part of the name: `client-4026532281.sock`.
 *
 * @module
 */

import { platform } from "../../../ffi/platform.ts";
import { processEnvironment } from "../../process/environment.ts";

/** The roles that have a socket. A server with a relay is a server. */
export const CONTROLLED_ROLES = ["client", "server", "relay"] as const;

/** A role that has a socket. */
export type ControlledRole = typeof CONTROLLED_ROLES[number];

/** What the paths depend on. */
export interface PathContext {
  /** An environment variable. */
  readonly env: (name: string) => string | undefined;
  /** The user's number; 0 is root. */
  readonly uid: number;
  /** The number of the network namespace, unless it is the first one. */
  readonly namespace: string | undefined;
  /** The number of a namespace if this user may not find out whether it is the first one. */
  readonly perhaps?: string | undefined;
}

/** The folder of the system. */
const SYSTEM_FOLDER = platform.runtimeFolder ?? "/run/teredo";

/** The folder for sockets. */
function controlFolder({ env, uid }: PathContext): string {
  // systemd makes this one, and may list several.
  const given = env("RUNTIME_DIRECTORY")?.split(":")[0];
  return given || (uid === 0 ? SYSTEM_FOLDER : userFolder(env, uid));
}

/** The path of a role's socket, if no other one is chosen. */
export function defaultControlPath(role: ControlledRole, context: PathContext): string {
  return `${controlFolder(context)}/${fileName(role, context.namespace)}`;
}

/**
 * Where a program that asks a role looks for its socket: in the system's folder, in those that
 * services of systemd have there, and in the user's own.
 */
export function controlPaths(role: ControlledRole, context: PathContext): string[] {
  const name = fileName(role, context.namespace);
  return controlFolders(role, context).map((folder) => `${folder}/${name}`);
}

/** The folders in which a role's socket may be. */
export function controlFolders(role: ControlledRole, context: PathContext): string[] {
  const { env, uid } = context;
  const folders = new Set([
    controlFolder(context),
    SYSTEM_FOLDER,
    `${SYSTEM_FOLDER}/${role}`,
    `${SYSTEM_FOLDER}-${role}`,
    userFolder(env, uid),
  ]);
  return [...folders];
}

/** Whether a file has the name of a role's socket, of any namespace. */
export function isControlName(role: ControlledRole, name: string): boolean {
  return name.startsWith(role) && /^(?:-\d+)?\.sock$/.test(name.slice(role.length));
}

/** What the paths depend on in this process; `undefined` if the system has no Unix sockets. */
export function pathContext(): PathContext | undefined {
  const uid = platform.runtimeFolder === undefined ? null : Deno.uid();
  if (uid === null) return undefined;
  return { env: processEnvironment, uid, ...namespaceNumber(uid) };
}

/**
 * Whether a stranger may have made the folder of a socket, as is possible in /tmp: it belongs to
 * another user, or is a link to somewhere else.
 */
export function isStrangers(path: string, uid: number): boolean {
  const folder = folderOf(path);
  if (!folder.startsWith("/tmp/")) return false;
  try {
    const found = Deno.lstatSync(folder);
    return found.isSymlink || found.uid !== uid;
  } catch {
    // There is no folder, and so no socket in it.
    return false;
  }
}

/** The folder of a socket. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

function fileName(role: ControlledRole, namespace: string | undefined): string {
  return namespace === undefined ? `${role}.sock` : `${role}-${namespace}.sock`;
}

function userFolder(env: PathContext["env"], uid: number): string {
  const runtime = env("XDG_RUNTIME_DIR");
  return runtime ? `${runtime}/teredo` : `/tmp/teredo-${uid}`;
}

/**
 * The number of this network namespace, unless it is that of the system's first process. If root
 * may not look, it is root only of a user namespace, which seldom has the system's network. Any
 * other user may be in either.
 */
function namespaceNumber(uid: number): Pick<PathContext, "namespace" | "perhaps"> {
  const own = platform.networkNamespace("self");
  const first = platform.networkNamespace("1");
  if (own === undefined || own === first) return { namespace: undefined };
  return first === undefined && uid !== 0
    ? { namespace: undefined, perhaps: own }
    : { namespace: own };
}
