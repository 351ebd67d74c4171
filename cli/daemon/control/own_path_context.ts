/**
 * What the paths of control sockets depend on in this process.
 *
 * @module
 */

import { fileAccess } from "../../../ffi/open_file_access.ts";
import { platform } from "../../../ffi/platform.ts";
import { processEnvironment } from "../../process/environment.ts";
import { FOLDERS } from "../../process/folders.ts";
import type { PathContext } from "./control_path.ts";
import { OWN_CHANNEL } from "./own_channel.ts";

/** What the paths depend on in this process. */
export function ownPathContext(): PathContext {
  const isPrivileged = fileAccess().isPrivileged();
  return {
    suffix: OWN_CHANNEL.suffix,
    // systemd makes this one, and may list several.
    given: processEnvironment("RUNTIME_DIRECTORY")?.split(":")[0] || undefined,
    system: FOLDERS.runtime,
    user: FOLDERS.userRuntime,
    isPrivileged,
    ...namespaceNumber(isPrivileged),
  };
}

/**
 * The number of this network namespace, unless it is that of the system's first process. If root
 * may not look, it is root only of a user namespace, which seldom has the system's network. Any
 * other user may be in either.
 */
function namespaceNumber(isRoot: boolean): Pick<PathContext, "namespace" | "perhaps"> {
  const own = platform.networkNamespace("self");
  const first = platform.networkNamespace("1");
  if (own === undefined || own === first) return { namespace: undefined };
  return first === undefined && !isRoot
    ? { namespace: undefined, perhaps: own }
    : { namespace: own };
}
