/**
 * The extensions of RFC 6081 that get a client through more NATs.
 *
 * @module
 */

/**
 * Each extension by its name:
 *
 * - `symmetric`: Symmetric NAT Support, §5.2
 * - `mapped-port`: UPnP-Enabled Symmetric NAT, §5.3
 * - `port-preserving`: Port-Preserving Symmetric NAT, §5.4
 * - `sequential`: Sequential Port-Symmetric NAT, §5.5
 * - `hairpinning`: Hairpinning, §5.6
 *
 * Server Load Reduction (§5.7) reaches nobody that the others do not; it is a separate option.
 */
export const EXTENSIONS = [
  "symmetric",
  "mapped-port",
  "port-preserving",
  "sequential",
  "hairpinning",
] as const;

/** The name of an extension. */
export type Extension = typeof EXTENSIONS[number];

/** What each extension builds on. */
const BASES: Readonly<Record<Extension, readonly Extension[]>> = {
  "symmetric": [],
  "mapped-port": ["symmetric"],
  "port-preserving": ["symmetric"],
  "sequential": ["symmetric", "port-preserving"],
  "hairpinning": ["symmetric"],
};

/** The extensions that were chosen, and those that they build on; all of them unless chosen. */
export function extensionsOf(chosen: readonly Extension[] = EXTENSIONS): ReadonlySet<Extension> {
  return new Set(chosen.flatMap((extension) => [extension, ...BASES[extension]]));
}
