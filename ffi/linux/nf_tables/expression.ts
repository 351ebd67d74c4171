/**
 * The expressions that a rule of nf_tables consists of, as bytes.
 *
 * The kernel runs them in their order. Those that load something leave it in a register, those that
 * compare end the rule for a packet that does not fit, and the last ones do something with the
 * packet.
 *
 * @module
 */

import { attribute } from "../netlink/netlink_message.ts";
import { nameAttribute, nested, networkNumber } from "./attributes.ts";
import {
  ABOVE_LIMIT,
  ADD_TO_SET,
  BITWISE,
  COMPARE,
  CONNECTION_LIMIT,
  CT,
  DATA,
  DYNAMIC_SET,
  EXPRESSION,
  IMMEDIATE,
  LIST_ELEMENT,
  META,
  OBJECT_COUNTER,
  OBJECT_REFERENCE,
  PAYLOAD,
  REGISTER,
  VERDICT,
} from "./numbers.ts";

/** One expression. */
export interface Expression {
  /** The kernel's name for its kind, such as `"cmp"`. */
  readonly name: string;
  /** The element of a rule's list of expressions. */
  readonly bytes: Uint8Array;
}

function expression(name: string, ...attributes: Uint8Array[]): Expression {
  const bytes = nested(
    LIST_ELEMENT,
    nameAttribute(EXPRESSION.NAME, name),
    nested(EXPRESSION.DATA, ...attributes),
  );
  return { name, bytes };
}

/** Loads what is known about a packet besides its octets. */
export function loadMeta(key: number): Expression {
  return expression(
    "meta",
    networkNumber(META.KEY, key),
    networkNumber(META.DESTINATION, REGISTER.DATA),
  );
}

/** Loads what is known about the connection that a packet belongs to, as bits. */
export function loadConnection(key: number): Expression {
  return expression(
    "ct",
    networkNumber(CT.KEY, key),
    networkNumber(CT.DESTINATION, REGISTER.DATA),
  );
}

/** Loads octets of a packet, counted from one of its headers. */
export function loadPayload(base: number, offset: number, length: number): Expression {
  return expression(
    "payload",
    networkNumber(PAYLOAD.DESTINATION, REGISTER.DATA),
    networkNumber(PAYLOAD.BASE, base),
    networkNumber(PAYLOAD.OFFSET, offset),
    networkNumber(PAYLOAD.LENGTH, length),
  );
}

/** Keeps the bits of a mask. */
export function mask(bits: Uint8Array): Expression {
  return expression(
    "bitwise",
    networkNumber(BITWISE.SOURCE, REGISTER.DATA),
    networkNumber(BITWISE.DESTINATION, REGISTER.DATA),
    networkNumber(BITWISE.LENGTH, bits.length),
    nested(BITWISE.MASK, attribute(DATA.VALUE, bits)),
    nested(BITWISE.XOR, attribute(DATA.VALUE, new Uint8Array(bits.length))),
  );
}

/** Goes on only if what was loaded compares to `value` in that way. */
export function compare(operator: number, value: Uint8Array): Expression {
  return expression(
    "cmp",
    networkNumber(COMPARE.SOURCE, REGISTER.DATA),
    networkNumber(COMPARE.OPERATOR, operator),
    nested(COMPARE.DATA, attribute(DATA.VALUE, value)),
  );
}

/** Counts the packet and its octets. */
export function countIn(counter: string): Expression {
  return expression(
    "objref",
    networkNumber(OBJECT_REFERENCE.TYPE, OBJECT_COUNTER),
    nameAttribute(OBJECT_REFERENCE.NAME, counter),
  );
}

/**
 * Adds what was loaded to a set, and the packet's connection to those of that element. Goes on only
 * if there are more than `count` of them. Connections that have ended don't count.
 */
export function countConnections(set: string, count: number): Expression {
  return expression(
    "dynset",
    networkNumber(DYNAMIC_SET.KEY, REGISTER.DATA),
    networkNumber(DYNAMIC_SET.OPERATION, ADD_TO_SET),
    nameAttribute(DYNAMIC_SET.SET, set),
    nested(
      DYNAMIC_SET.EXPRESSION,
      nameAttribute(EXPRESSION.NAME, "connlimit"),
      nested(
        EXPRESSION.DATA,
        networkNumber(CONNECTION_LIMIT.COUNT, count),
        networkNumber(CONNECTION_LIMIT.FLAGS, ABOVE_LIMIT),
      ),
    ),
  );
}

/** Decides: VERDICT_CODE, with the chain to go on with for a "goto". */
export function decide(code: number, chain?: string): Expression {
  const verdict = [networkNumber(VERDICT.CODE, code)];
  if (chain !== undefined) verdict.push(nameAttribute(VERDICT.CHAIN, chain));
  return expression(
    "immediate",
    networkNumber(IMMEDIATE.DESTINATION, REGISTER.VERDICT),
    nested(IMMEDIATE.DATA, nested(DATA.VERDICT, ...verdict)),
  );
}

/** Gives the packet's connection the address of the interface that it leaves by. */
export function masquerade(): Expression {
  return expression("masq");
}
