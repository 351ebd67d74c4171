/**
 * The choice between segmentation offload and none.
 *
 * @module
 */

/** What `--offload` takes. */
export const OFFLOAD_MODES = ["auto", "off"] as const;

/** Whether segmentation offload is used where the kernel has it. */
export type OffloadMode = typeof OFFLOAD_MODES[number];
