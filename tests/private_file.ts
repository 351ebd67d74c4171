/** Whether files are private, whatever that means on this system. */
import { assertEquals } from "@std/assert";
import { fileAccess } from "../ffi/open_file_access.ts";
import { platform } from "../ffi/platform.ts";
import "./ffi/open_libc.ts";

/** Fails unless only the owner of a file may read it, or where there are modes also its group. */
export function assertPrivate(path: string, mode = 0o600): void {
  if (platform.hasFileModes) assertEquals(Deno.statSync(path).mode! & 0o777, mode, path);
  else assertEquals(fileAccess().isExposed(path), false, path);
}
