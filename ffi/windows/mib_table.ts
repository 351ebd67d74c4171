/**
 * Tables of netioapi.h, which Windows allocates.
 *
 * @module
 */

import { allocate, u64 } from "../c/struct.ts";
import { ipQuestions } from "./iphlpapi.ts";
import { FORWARD_ROW, INTERFACE_ROW, UNICAST_ADDRESS_ROW } from "./netioapi.ts";
import { ERROR_SUCCESS } from "./windows_error.ts";

/** The size of the rows of each table. */
const ROW_SIZES = {
  ["GetUnicastIpAddressTable"]: UNICAST_ADDRESS_ROW.size,
  ["GetIpForwardTable2"]: FORWARD_ROW.size,
  ["GetIpInterfaceTable"]: INTERFACE_ROW.size,
};

/** The function that gives a table. */
export type TableCall = keyof typeof ROW_SIZES;

/** Where the rows of a table begin, after their number: they have fields of 8 octets. */
const FIRST_ROW = 8;

/** The rows of a table, copied; or the number of the error if Windows does not give it. */
export function readTable(call: TableCall, family: number): Uint8Array[] | number {
  const location = allocate(8);
  const error = ipQuestions()[call](family, location);
  if (error !== ERROR_SUCCESS) return error;
  const table = Deno.UnsafePointer.create(u64.read(location, 0));
  if (table === null) return [];
  try {
    const view = new Deno.UnsafePointerView(table);
    const size = ROW_SIZES[call];
    const rows = allocate(view.getUint32(0) * size);
    view.copyInto(rows, FIRST_ROW);
    return Array.from(
      { length: rows.length / size },
      (_, i) => rows.subarray(i * size, (i + 1) * size),
    );
  } finally {
    ipQuestions().FreeMibTable(table);
  }
}
