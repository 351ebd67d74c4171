/**
 * Which transport moves UDP datagrams.
 *
 * @module
 */

/**
 * What moves UDP datagrams.
 *
 * - `auto`: batches where the system has them, on Linux with `--allow-ffi`; else what Deno has
 * - `batched`: batches or nothing
 * - `deno`: one by one, what Deno has on every system
 */
export type UdpMode = "auto" | "batched" | "deno";

/** What moves UDP datagrams; see {@linkcode UdpMode}. */
export const UDP_MODES = ["auto", "batched", "deno"] as const satisfies readonly UdpMode[];
