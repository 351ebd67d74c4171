/**
 * The numbers of nf_tables: `<linux/netfilter/nf_tables.h>`, `<linux/netfilter/nfnetlink.h>`,
 * `<linux/netfilter.h>`.
 *
 * @module
 */

/** Messages. The upper octet of a message's type is {@linkcode SUBSYSTEM}. */
export const MESSAGE = {
  NEW_TABLE: 0,
  GET_TABLE: 1,
  DELETE_TABLE: 2,
  NEW_CHAIN: 3,
  GET_CHAIN: 4,
  NEW_RULE: 6,
  GET_RULE: 7,
  NEW_SET: 9,
  NEW_OBJECT: 18,
  GET_OBJECT: 19,
} as const;

/** NFNL_SUBSYS_NFTABLES. */
export const SUBSYSTEM = 10;

/** What stands around the messages that take effect together. */
export const BATCH = { BEGIN: 0x10, END: 0x11 } as const;

/**
 * Families of tables whose chains see IPv6 packets: NFPROTO_IPV6, and NFPROTO_INET for IPv4 and
 * IPv6 together.
 */
export const FAMILY = { inet: 1, ip6: 10 } as const;

/** Attributes of a table. */
export const TABLE = { NAME: 1, FLAGS: 2, OWNER: 7 } as const;

/** NFT_TABLE_F_OWNER: the table goes with the socket that made it. Since Linux 5.12. */
export const OWNED = 0x2;

/** Attributes of a chain, and of its hook. */
export const CHAIN = { TABLE: 1, NAME: 3, HOOK: 4, POLICY: 5, TYPE: 7 } as const;
export const CHAIN_HOOK = { NUMBER: 1, PRIORITY: 2 } as const;

/** Where a chain sees packets. */
export const HOOK = { input: 1, forward: 2, postrouting: 4 } as const;

/** Attributes of a rule. */
export const RULE = { TABLE: 1, CHAIN: 2, EXPRESSIONS: 4, USERDATA: 7 } as const;

/** A comment in a rule's user data, as the program `nft` writes and shows it. */
export const USERDATA_COMMENT = 0;

/** Attributes of a named object, its kinds, and what a counter's data consist of. */
export const OBJECT = { TABLE: 1, NAME: 2, TYPE: 3, DATA: 4 } as const;
export const OBJECT_COUNTER = 1;
export const COUNTER = { OCTETS: 1, PACKETS: 2 } as const;

/** Attributes of a set, and of its description. */
export const SET = {
  TABLE: 1,
  NAME: 2,
  FLAGS: 3,
  KEY_TYPE: 4,
  KEY_LENGTH: 5,
  DESCRIPTION: 9,
  ID: 10,
} as const;
export const SET_DESCRIPTION = { SIZE: 1 } as const;

/** NFT_SET_EVAL: rules add elements to the set. */
export const DYNAMIC = 0x20;

/** What the program `nft` calls an IPv6 address; the kernel only stores it. */
export const KEY_IPV6 = 8;

/** An element of a list, whatever it is. */
export const LIST_ELEMENT = 1;

/** Attributes of an expression, and of each kind of expression. */
export const EXPRESSION = { NAME: 1, DATA: 2 } as const;
export const META = { DESTINATION: 1, KEY: 2 } as const;
export const META_KEY = { IN_NAME: 6, OUT_NAME: 7, LAYER4: 16 } as const;
export const CT = { DESTINATION: 1, KEY: 2 } as const;
export const CT_KEY = { STATE: 0, STATUS: 2 } as const;
export const PAYLOAD = { DESTINATION: 1, BASE: 2, OFFSET: 3, LENGTH: 4 } as const;
export const PAYLOAD_BASE = { NETWORK: 1, TRANSPORT: 2 } as const;
export const COMPARE = { SOURCE: 1, OPERATOR: 2, DATA: 3 } as const;
export const COMPARISON = { EQUAL: 0, NOT_EQUAL: 1, AT_MOST: 3 } as const;
export const BITWISE = { SOURCE: 1, DESTINATION: 2, LENGTH: 3, MASK: 4, XOR: 5 } as const;
export const IMMEDIATE = { DESTINATION: 1, DATA: 2 } as const;
export const DYNAMIC_SET = { SET: 1, OPERATION: 3, KEY: 4, EXPRESSION: 7 } as const;
export const ADD_TO_SET = 0;
export const CONNECTION_LIMIT = { COUNT: 1, FLAGS: 2 } as const;
/** The limit holds for packets whose connection is above it. */
export const ABOVE_LIMIT = 1;
export const OBJECT_REFERENCE = { TYPE: 1, NAME: 2 } as const;

/** A value in an expression: octets or a verdict. */
export const DATA = { VALUE: 1, VERDICT: 2 } as const;
export const VERDICT = { CODE: 1, CHAIN: 2 } as const;
export const VERDICT_CODE = { DROP: 0, ACCEPT: 1, GOTO: -4 } as const;

/** Registers: where a verdict goes, and the first of those for data. */
export const REGISTER = { VERDICT: 0, DATA: 1 } as const;

/** IPS_DST_NAT: a rule of the host has given a connection another destination. */
export const DESTINATION_TRANSLATED = 1 << 5;

/** States of a connection, as bits. */
export const CONNECTION_STATE = {
  established: 1 << 1,
  related: 1 << 2,
  new: 1 << 3,
} as const;
