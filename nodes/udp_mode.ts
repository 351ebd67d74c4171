/**
 * How UDP datagrams are moved.
 *
 * @module
 */

/**
 * How UDP datagrams are moved.
 *
 * - `auto`: in batches if the system can (Linux, with `--allow-ffi`), otherwise one by one
 * - `batched`: in batches, or not at all
 * - `deno`: one by one, with Deno's own sockets, which every system has
 */
export type UdpMode = "auto" | "batched" | "deno";

/** All ways to move UDP datagrams; see {@linkcode UdpMode}. */
export const UDP_MODES = ["auto", "batched", "deno"] as const satisfies readonly UdpMode[];
