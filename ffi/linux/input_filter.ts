/**
 * The input filter of Linux: a table of nf_tables. See {@linkcode InputFilter} for the contract.
 *
 *     hook input, the interface's packets -> chain "admitted"
 *
 * @module
 */

import { INPUT_REFUSED, type InputFilter, type InputFilterOptions } from "../input_filter.ts";
import type { Service } from "../packet_filter.ts";
import { openTable } from "./nf_tables/open_table.ts";
import {
  accept,
  fromInterface,
  goTo,
  icmpv6UpTo,
  ofConnection,
  refuse,
  type Statement,
  toPort,
} from "./nf_tables/statement.ts";
import type { Chain, Rule, Table } from "./nf_tables/table.ts";

/** NF_IP6_PRI_FILTER. */
export const FILTER_PRIORITY = 0;

/**
 * The highest ICMPv6 type that gets in: all errors are below, RFC 4443 §2.1; neighbor discovery is
 * above.
 */
export const ECHO_REQUEST = 128;

/**
 * Switches the filter on.
 *
 * @throws {SystemError} The kernel refuses; the message says what to do.
 */
export function openLinuxInputFilter(options: InputFilterOptions): InputFilter {
  const table = openTable(inputFilterTable(options));
  return {
    isOwned: table.isOwned,
    restore: () => table.restore(),
    counts: () => table.counts(),
    close: () => table[Symbol.dispose](),
  };
}

/** The filter as a table. */
export function inputFilterTable(options: InputFilterOptions): Table {
  return {
    name: options.table,
    counters: [INPUT_REFUSED],
    chains: inputChains(options.interface, options.services, INPUT_REFUSED),
  };
}

/**
 * The chains that let answers, errors, pings and some services in by an interface.
 *
 * @param admit what lets pings and the services in
 */
export function inputChains(
  interfaceName: string,
  services: readonly Service[],
  counter: string,
  admit: Statement = accept(),
): Chain[] {
  return [
    {
      name: "input",
      hook: { type: "filter", at: "input", priority: FILTER_PRIORITY },
      rules: [[fromInterface(interfaceName), goTo("admitted")]],
    },
    {
      name: "admitted",
      rules: [
        [ofConnection(), accept()],
        [icmpv6UpTo(ECHO_REQUEST), admit],
        ...services.map(({ protocol, port }): Rule => [toPort(protocol, port), admit]),
        [refuse(counter)],
      ],
    },
  ];
}
