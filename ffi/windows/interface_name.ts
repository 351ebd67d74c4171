/**
 * The names, indexes and LUIDs of interfaces.
 *
 * People see the alias, such as "Ethernet". A LUID stays the same for as long as the interface
 * exists; the index identifies it among those of today.
 *
 * @module
 */

import { allocate, u32 } from "../c/struct.ts";
import { ipQuestions } from "./iphlpapi.ts";
import { wideText, wideTextIn } from "./wide_text.ts";
import { ERROR_SUCCESS, windowsError } from "./windows_error.ts";

/** `NDIS_IF_MAX_STRING_SIZE` of ifdef.h and the NUL, in characters. */
const LONGEST_ALIAS = 257;

/** A LUID, 8 octets as they are in memory. */
type Luid = Uint8Array<ArrayBuffer>;

/** A new LUID, for a function of Windows to fill in. */
export function newLuid(): Luid {
  return allocate(8);
}

/** The LUID of the interface with this alias, if there is one. */
export function luidOf(alias: string): Luid | undefined {
  const luid = newLuid();
  const { ConvertInterfaceAliasToLuid } = ipQuestions();
  const error = ConvertInterfaceAliasToLuid(wideText(alias), luid);
  return error === ERROR_SUCCESS ? luid : undefined;
}

/** The index of an interface. Throws {@linkcode SystemError} if it doesn't exist. */
export function indexOf(luid: Luid): number {
  const index = allocate(4);
  const error = ipQuestions().ConvertInterfaceLuidToIndex(luid, index);
  if (error !== ERROR_SUCCESS) {
    throw windowsError("find an interface", "ConvertInterfaceLuidToIndex", error);
  }
  return u32.read(index, 0);
}

/** The alias of an interface, if there is such an interface. */
export function aliasOf(luid: Luid): string | undefined {
  const alias = allocate(2 * LONGEST_ALIAS);
  const { ConvertInterfaceLuidToAlias } = ipQuestions();
  const error = ConvertInterfaceLuidToAlias(luid, alias, BigInt(LONGEST_ALIAS));
  return error === ERROR_SUCCESS ? wideTextIn(alias) : undefined;
}

/** The alias of the interface with this index, or words in its place. */
export function aliasOfIndex(index: number): string {
  const luid = newLuid();
  const error = ipQuestions().ConvertInterfaceIndexToLuid(index, luid);
  return (error === ERROR_SUCCESS ? aliasOf(luid) : undefined) ?? `number ${index}`;
}
