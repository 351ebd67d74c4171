/**
 * The process of a running role, for signals to it.
 *
 * @module
 */

import { listeningProcess, supports } from "../../ffi/open.ts";
import type { StatusReport } from "../daemon/status/status_report.ts";

/**
 * The process that answers at a control socket; undefined if it can't be seen from here.
 *
 * The kernel says which it is. The number in the report is that of the role's own namespace of
 * processes, and may be any other process's here. Other systems don't have such namespaces.
 */
export function processAt(path: string, { pid }: Pick<StatusReport, "pid">): number | undefined {
  if (!supports("listeningProcess")) return pid;
  try {
    return listeningProcess(path);
  } catch {
    // It has ended meanwhile, or takes no more connections.
    return undefined;
  }
}
