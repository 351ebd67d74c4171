/**
 * The platforms of a release.
 *
 * @module
 */

/** A platform for which there is an executable. */
export interface Platform {
  /** Operating system and processor, as the archives are named: `linux-x64`. */
  readonly name: string;
  /** What `deno compile --target` calls it. */
  readonly target: string;
  /** What Debian calls the processor, if there is a package for it. */
  readonly debian?: string;
}

/** Every platform that `deno compile` knows. */
export const PLATFORMS: readonly Platform[] = [
  { name: "linux-x64", target: "x86_64-unknown-linux-gnu", debian: "amd64" },
  { name: "linux-arm64", target: "aarch64-unknown-linux-gnu", debian: "arm64" },
  { name: "darwin-x64", target: "x86_64-apple-darwin" },
  { name: "darwin-arm64", target: "aarch64-apple-darwin" },
  { name: "windows-x64", target: "x86_64-pc-windows-msvc" },
];

/** Whether this is the platform that runs the program now. */
export function isThisPlatform({ target }: Platform): boolean {
  return target === Deno.build.target;
}

/** What an executable's name ends with. */
export function executableSuffix({ name }: Platform): string {
  return name.startsWith("windows") ? ".exe" : "";
}

/** What the first octets of a file say about a platform: offsets and what must be there. */
const SIGNATURES: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  // ELF: magic number, and e_machine 62 or 183
  "linux-x64": [[0, 0x7f], [1, 0x45], [18, 62], [19, 0]],
  "linux-arm64": [[0, 0x7f], [1, 0x45], [18, 183], [19, 0]],
  // Mach-O of 64 bits: magic number, and the CPU type with CPU_ARCH_ABI64
  "darwin-x64": [[0, 0xcf], [1, 0xfa], [4, 7], [7, 1]],
  "darwin-arm64": [[0, 0xcf], [1, 0xfa], [4, 12], [7, 1]],
  "windows-x64": [[0, 0x4d], [1, 0x5a]],
};

/** Whether a file that begins with these octets (20 or more) is an executable for the platform. */
export function isExecutableFor(head: Uint8Array, { name }: Platform): boolean {
  return SIGNATURES[name]!.every(([offset, octet]) => head[offset] === octet);
}
