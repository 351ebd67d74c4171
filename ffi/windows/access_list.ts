/**
 * Access control lists of Windows as text (SDDL), and what they grant to other users.
 *
 * @module
 */

/** The system (LocalSystem) and the administrators, well-known security identifiers. */
export const SYSTEM_OWNERS: readonly string[] = ["S-1-5-18", "S-1-5-32-544"];

/** The service that installs Windows, which owns `C:\\` and `C:\\Program Files`. */
const TRUSTED_INSTALLER = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";

/** Owners that may change everything anyway. */
export const TRUSTED: readonly string[] = [...SYSTEM_OWNERS, TRUSTED_INSTALLER];

/** Users that may read and change everything anyway, as SDDL names them, and owners. */
const HARMLESS: readonly string[] = ["SY", "BA", "LA", "DA", "OW", "CO", ...TRUSTED];

/**
 * Rights on a file or folder: any; to change the file, or what is in the folder; or only to move
 * the folder away, or what is in it.
 */
export type AccessRights = "any" | "change" | "move";

/** To delete a child of a folder, to delete, to change the list, to become owner, and all. */
const MOVE = 0x40 | 0x1_0000 | 0x4_0000 | 0x8_0000 | 0x1000_0000;

/** Besides, to write data or make a file, to append or make a folder, and all of writing. */
const CHANGE = MOVE | 0x2 | 0x4 | 0x4000_0000;

const MASKS: Readonly<Record<AccessRights, number>> = { any: -1, change: CHANGE, move: MOVE };

/** What the letters mean for files: those of directory objects stand for the low bits. */
const LETTERS: Readonly<Record<string, number>> = {
  ...{ CC: 0x1, DC: 0x2, LC: 0x4, SW: 0x8, RP: 0x10, WP: 0x20, DT: 0x40, LO: 0x80, CR: 0x100 },
  ...{ SD: 0x1_0000, RC: 0x2_0000, WD: 0x4_0000, WO: 0x8_0000 },
  ...{ GA: 0x1000_0000, GX: 0x2000_0000, GW: 0x4000_0000, GR: 0x8000_0000 },
  ...{ FA: 0x1f_01ff, FR: 0x12_0089, FW: 0x12_0116, FX: 0x12_00a0 },
};

/**
 * Whether an access control list grants such rights to users other than `own` and administrators.
 *
 * @param list in SDDL, such as "D:P(A;;FA;;;SY)(A;;FA;;;BA)"
 */
export function grantsStrangers(list: string, own: string, wanted: AccessRights): boolean {
  const entries = list.match(/\([^()]*/g);
  // Without any list, everybody may do everything.
  if (entries === null) return !/^D:[A-Z]*$/.test(list) || list.includes("NO_ACCESS_CONTROL");
  return entries.some((entry) => {
    // The condition of the entry before.
    if (!entry.includes(";")) return false;
    const [type, flags, rights, , , sid] = entry.slice(1).split(";");
    // Nobody knows what an entry grants that lacks one of its parts.
    if (sid === undefined) return true;
    const isForChildren = pairsOf(flags!).includes("IO");
    // The second is conditional; nobody knows the condition here.
    const isGrant = type === "A" || type === "XA";
    return isGrant && !isForChildren && sid !== own && !HARMLESS.includes(sid) &&
      (maskOf(rights!) & MASKS[wanted]) !== 0;
  });
}

/** The bits of rights such as "FA", "0x1200a9" or "CCDC"; all of them if they are unknown. */
function maskOf(rights: string): number {
  if (/^(?:0x[\da-f]+|\d+)$/i.test(rights)) return Number(rights);
  return pairsOf(rights).reduce((mask, each) => mask | (LETTERS[each] ?? -1), 0);
}

function pairsOf(letters: string): string[] {
  return letters.match(/..?/g) ?? [];
}
