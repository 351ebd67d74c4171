/**
 * What there is in nf_tables: a table of some name, and what counters have counted.
 *
 * @module
 */

import { equalOctets, NO_OCTETS } from "../../../memory/octets.ts";
import { errnoName } from "../../c/errno.ts";
import type { DroppingChain, FilterCount } from "../../packet_filter.ts";
import type { Rejection } from "../netlink/netlink_answer.ts";
import { parseAttributes } from "../netlink/netlink_message.ts";
import {
  decodeName,
  decodeNumber,
  decodeWide,
  nameAttribute,
  networkNumber,
} from "./attributes.ts";
import type { NfTablesNetlink } from "./nf_tables_netlink.ts";
import {
  CHAIN,
  CHAIN_HOOK,
  COUNTER,
  FAMILY,
  HOOK,
  MESSAGE,
  OBJECT,
  OBJECT_COUNTER,
  RULE,
  TABLE,
  VERDICT_CODE,
} from "./numbers.ts";
import { comment, type Hook, RULE_COMMENT } from "./table.ts";

/** Whose table it is: of a socket that is open, left behind by this program, or of someone else. */
export type TableKind = "absent" | "owned" | "ours" | "foreign";

/** Looks for a table. */
export function findTable(netlink: NfTablesNetlink, name: string): TableKind | Rejection {
  const answer = netlink.ask(MESSAGE.GET_TABLE, [nameAttribute(TABLE.NAME, name)]);
  if (!answer.ok) return errnoName(answer.errno) === "ENOENT" ? "absent" : answer;
  if (parseAttributes(answer.payload).has(TABLE.OWNER)) return "owned";
  return bearsOurComment(netlink, name) ? "ours" : "foreign";
}

/**
 * Whether every rule of the table bears this program's comment. A table without rules is someone
 * else's.
 */
function bearsOurComment(netlink: NfTablesNetlink, table: string): boolean {
  const expected = comment(RULE_COMMENT);
  const rules = netlink.list(MESSAGE.GET_RULE, [nameAttribute(RULE.TABLE, table)])
    .map(parseAttributes)
    // Old kernels list the rules of all tables.
    .filter((rule) => decodeName(rule.get(RULE.TABLE)) === table);
  return rules.length > 0 && rules.every((rule) => {
    const userdata = rule.get(RULE.USERDATA);
    return userdata?.length === expected.length &&
      equalOctets(userdata, 0, expected, 0, expected.length);
  });
}

/** What the counters of a table have counted, by their names. */
export function readCounters(netlink: NfTablesNetlink, table: string): Record<string, FilterCount> {
  const wanted = [nameAttribute(OBJECT.TABLE, table), networkNumber(OBJECT.TYPE, OBJECT_COUNTER)];
  const counts: Record<string, FilterCount> = {};
  for (const object of netlink.list(MESSAGE.GET_OBJECT, wanted).map(parseAttributes)) {
    if (decodeName(object.get(OBJECT.TABLE)) !== table) continue;
    const count = parseAttributes(object.get(OBJECT.DATA) ?? NO_OCTETS);
    counts[decodeName(object.get(OBJECT.NAME))] = {
      packets: decodeWide(count.get(COUNTER.PACKETS)),
      octets: decodeWide(count.get(COUNTER.OCTETS)),
    };
  }
  return counts;
}

/** The chains at this place of the kernel that drop what none of their rules accepts. */
export function findDroppingChains(netlink: NfTablesNetlink, at: Hook["at"]): DroppingChain[] {
  return (["inet", "ip6"] as const).flatMap((family) =>
    netlink.list(MESSAGE.GET_CHAIN, [], FAMILY[family]).map(parseAttributes)
      .filter((chain) => {
        const hook = parseAttributes(chain.get(CHAIN.HOOK) ?? NO_OCTETS);
        return decodeNumber(hook.get(CHAIN_HOOK.NUMBER)) === HOOK[at] &&
          decodeNumber(chain.get(CHAIN.POLICY)) === VERDICT_CODE.DROP;
      })
      .map((chain) => ({
        family,
        table: decodeName(chain.get(CHAIN.TABLE)),
        chain: decodeName(chain.get(CHAIN.NAME)),
      }))
  );
}
