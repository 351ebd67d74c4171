import { inputFilterTable } from "../../../../ffi/linux/input_filter.ts";
import type { Table } from "../../../../ffi/linux/nf_tables/table.ts";

/** A small table of that name. */
export function smallTable(table: string): Table {
  return inputFilterTable({ table, interface: "inner", services: [] });
}
