/**
 * A table of nf_tables as a value, and the messages that make it.
 *
 * @module
 */

import { IPV6_ADDRESS_LENGTH } from "../../../wire/ipv6_address.ts";
import { concatOctets } from "../../../memory/octets.ts";
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL } from "../kernel/kernel_numbers.ts";
import { attribute } from "../netlink/netlink_message.ts";
import { nameAttribute, nested, networkNumber } from "./attributes.ts";
import {
  CHAIN,
  CHAIN_HOOK,
  DYNAMIC,
  HOOK,
  KEY_IPV6,
  MESSAGE,
  OBJECT,
  OBJECT_COUNTER,
  OWNED,
  RULE,
  SET,
  SET_DESCRIPTION,
  TABLE,
  USERDATA_COMMENT,
  VERDICT_CODE,
} from "./numbers.ts";
import type { Statement } from "./statement.ts";

/** Elements of a set at most. The kernel removes those without connections every second. */
const MAX_ELEMENTS = 65_536;

/** All its statements have to hold, and the last one says what becomes of the packet. */
export type Rule = readonly Statement[];

/** Rules in their order. */
export interface Chain {
  readonly name: string;
  /**
   * Where in the kernel it sees packets; without it, other chains lead to it. What no rule decides
   * is accepted.
   */
  readonly hook?: Hook;
  readonly rules: readonly Rule[];
}

/** Where and when a chain sees packets. */
export interface Hook {
  readonly type: "filter" | "nat";
  readonly at: keyof typeof HOOK;
  /** Of several chains at one place, the lowest number goes first. */
  readonly priority: number;
}

/** A table for IPv6. */
export interface Table {
  readonly name: string;
  /** What its rules may count in. */
  readonly counters: readonly string[];
  /** Sets of IPv6 addresses, to which its rules may add. */
  readonly sets?: readonly string[] | undefined;
  readonly chains: readonly Chain[];
}

/** A message of a batch. */
export interface TableMessage {
  /** One of MESSAGE. */
  readonly type: number;
  /** In addition to "this is a request". */
  readonly flags: number;
  readonly attributes: Uint8Array[];
  /** What it is about, for people. */
  readonly subject: string;
  /** Kinds of expressions and chains in it that a kernel may lack. */
  readonly needs: readonly string[];
}

/**
 * What each rule is marked with: it shows in `nft list ruleset`, and tells a table that was left
 * behind from that of another program.
 */
export const RULE_COMMENT = "made by teredo";

/**
 * The messages that make a table with all that is in it.
 *
 * @param isOwned whether it is to go with the socket
 */
export function creationOf(
  { name, counters, sets = [], chains }: Table,
  isOwned: boolean,
): TableMessage[] {
  const table = [nameAttribute(TABLE.NAME, name), networkNumber(TABLE.FLAGS, isOwned ? OWNED : 0)];
  return [
    message(MESSAGE.NEW_TABLE, NLM_F_CREATE | NLM_F_EXCL, table, `table "${name}"`),
    ...counters.map((counter) => counterMessage(name, counter)),
    ...sets.map((set, i) => setMessage(name, set, i + 1)),
    // A rule that leads to a chain comes after it.
    ...chains.map((chain) => chainMessage(name, chain)),
    ...chains.flatMap((chain) => chain.rules.map((rule) => ruleMessage(name, chain.name, rule))),
  ];
}

/** The message that removes a table with all that is in it. */
export function deletionOf(name: string): TableMessage {
  return message(MESSAGE.DELETE_TABLE, 0, [nameAttribute(TABLE.NAME, name)], `table "${name}"`);
}

function counterMessage(table: string, counter: string): TableMessage {
  const attributes = [
    nameAttribute(OBJECT.TABLE, table),
    nameAttribute(OBJECT.NAME, counter),
    networkNumber(OBJECT.TYPE, OBJECT_COUNTER),
    nested(OBJECT.DATA),
  ];
  return message(MESSAGE.NEW_OBJECT, NLM_F_CREATE, attributes, `counter "${counter}"`, [
    "counter",
  ]);
}

/** @param id tells the sets of a batch apart */
function setMessage(table: string, set: string, id: number): TableMessage {
  const attributes = [
    nameAttribute(SET.TABLE, table),
    nameAttribute(SET.NAME, set),
    networkNumber(SET.FLAGS, DYNAMIC),
    networkNumber(SET.KEY_TYPE, KEY_IPV6),
    networkNumber(SET.KEY_LENGTH, IPV6_ADDRESS_LENGTH),
    nested(SET.DESCRIPTION, networkNumber(SET_DESCRIPTION.SIZE, MAX_ELEMENTS)),
    networkNumber(SET.ID, id),
  ];
  return message(MESSAGE.NEW_SET, NLM_F_CREATE, attributes, `set "${set}"`);
}

function chainMessage(table: string, { name, hook }: Chain): TableMessage {
  const attributes = [nameAttribute(CHAIN.TABLE, table), nameAttribute(CHAIN.NAME, name)];
  if (hook !== undefined) attributes.push(...hookAttributes(hook));
  const needs = hook?.type === "nat" ? ["nat"] : [];
  return message(MESSAGE.NEW_CHAIN, NLM_F_CREATE, attributes, `chain "${name}"`, needs);
}

function hookAttributes({ type, at, priority }: Hook): Uint8Array[] {
  return [
    nested(
      CHAIN.HOOK,
      networkNumber(CHAIN_HOOK.NUMBER, HOOK[at]),
      networkNumber(CHAIN_HOOK.PRIORITY, priority),
    ),
    networkNumber(CHAIN.POLICY, VERDICT_CODE.ACCEPT),
    nameAttribute(CHAIN.TYPE, type),
  ];
}

function ruleMessage(table: string, chain: string, rule: Rule): TableMessage {
  const expressions = rule.flat();
  const attributes = [
    nameAttribute(RULE.TABLE, table),
    nameAttribute(RULE.CHAIN, chain),
    nested(RULE.EXPRESSIONS, ...expressions.map(({ bytes }) => bytes)),
    attribute(RULE.USERDATA, comment(RULE_COMMENT)),
  ];
  const needs = expressions.map(({ name }) => name);
  return message(
    MESSAGE.NEW_RULE,
    NLM_F_CREATE | NLM_F_APPEND,
    attributes,
    `rule of chain "${chain}"`,
    needs,
  );
}

function message(
  type: number,
  flags: number,
  attributes: Uint8Array[],
  subject: string,
  needs: readonly string[] = [],
): TableMessage {
  return { type, flags, attributes, subject, needs };
}

/** User data as the program `nft` writes them: type, length, value. */
export function comment(text: string): Uint8Array {
  const value = new TextEncoder().encode(`${text}\0`);
  return concatOctets(Uint8Array.of(USERDATA_COMMENT, value.length), value);
}
