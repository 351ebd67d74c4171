import { assertEquals } from "@std/assert";
import {
  compare,
  countIn,
  decide,
  type Expression,
  loadConnection,
  loadMeta,
  loadPayload,
  mask,
  masquerade,
} from "../../../../ffi/linux/nf_tables/expression.ts";
import {
  COMPARISON,
  CT_KEY,
  META_KEY,
  PAYLOAD_BASE,
  VERDICT_CODE,
} from "../../../../ffi/linux/nf_tables/numbers.ts";

/** What the program `nft` 1.0.6 sends for the same, seen with `strace -xx`. */
const SENT_BY_NFT: readonly [string, Expression, string][] = [
  [
    "meta load iifname",
    loadMeta(META_KEY.IN_NAME),
    "24000180 09000100 6d657461 00000000 14000280 08000200 00000006 08000100 00000001",
  ],
  [
    "ct load state",
    loadConnection(CT_KEY.STATE),
    "20000180 07000100 63740000 14000280 08000200 00000000 08000100 00000001",
  ],
  [
    "payload load 16b @ network header + 24",
    loadPayload(PAYLOAD_BASE.NETWORK, 24, 16),
    "34000180 0c000100 7061796c 6f616400 24000280 08000100 00000001 " +
    "08000200 00000001 08000300 00000018 08000400 00000010",
  ],
  [
    "bitwise and 0x00000006, in the host's order",
    mask(Uint8Array.of(6, 0, 0, 0)),
    "44000180 0c000100 62697477 69736500 34000280 08000100 00000001 08000200 00000001 " +
    "08000300 00000004 0c000480 08000100 06000000 0c000580 08000100 00000000",
  ],
  [
    "cmp neq 0x00000000",
    compare(COMPARISON.NOT_EQUAL, new Uint8Array(4)),
    "2c000180 08000100 636d7000 20000280 08000100 00000001 08000200 00000001 " +
    "0c000380 08000100 00000000",
  ],
  [
    "cmp eq of one octet, which is padded",
    compare(COMPARISON.EQUAL, Uint8Array.of(0x3a)),
    "2c000180 08000100 636d7000 20000280 08000100 00000001 08000200 00000000 " +
    "0c000380 05000100 3a000000",
  ],
  [
    "objref of a counter, whose name ends in a NUL as all names of ours, which nft leaves out",
    countIn("private_destination"),
    "34000180 0b000100 6f626a72 65660000 24000280 08000100 00000001 " +
    "18000200 70726976 6174655f 64657374 696e6174 696f6e00",
  ],
  [
    "accept",
    decide(VERDICT_CODE.ACCEPT),
    "30000180 0e000100 696d6d65 64696174 65000000 1c000280 08000100 00000000 " +
    "10000280 0c000280 08000100 00000001",
  ],
  [
    "goto leaving",
    decide(VERDICT_CODE.GOTO, "leaving"),
    "3c000180 0e000100 696d6d65 64696174 65000000 28000280 08000100 00000000 " +
    "1c000280 18000280 08000100 fffffffc 0c000200 6c656176 696e6700",
  ],
  [
    "masquerade",
    masquerade(),
    "14000180 09000100 6d617371 00000000 04000280",
  ],
];

for (const [name, { bytes }, expected] of SENT_BY_NFT) {
  Deno.test(`nf_tables expression: ${name}`, () => {
    assertEquals(bytes.toHex(), expected.replaceAll(" ", ""));
  });
}
