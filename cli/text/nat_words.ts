/**
 * What kinds of NAT are called, in every report.
 *
 * @module
 */

/** The words. */
export const NAT_WORDS = {
  none: "none",
  fullCone: "full cone",
  addressRestricted: "address-restricted cone",
  portRestricted: "port-restricted cone",
  someCone: "cone of some kind",
  symmetric: "symmetric",
  unknown: "unknown",
} as const;
