import { assertEquals } from "@std/assert";
import { batchError, questionError } from "../../../../ffi/linux/nf_tables/rejection_words.ts";
import { creationOf, type TableMessage } from "../../../../ffi/linux/nf_tables/table.ts";
import { sourceNatTable } from "../../../../ffi/linux/source_nat.ts";
import { requires } from "../../../capabilities.ts";
import "../../open_libc.ts";
import { prefix } from "../nat_lab.ts";

const EPERM = 1;
const ENOENT = 2;
const EINVAL = 22;
const EPROTONOSUPPORT = 93;
const EOPNOTSUPP = 95;

const MESSAGES = creationOf(
  sourceNatTable({
    table: "t",
    interface: "inner",
    sources: prefix("2001::/32"),
    refused: {},
    turnsAround: false,
    admitsUnsolicited: false,
    limits: [],
    services: [],
  }, true),
  true,
);

const NO_NF_TABLES =
  "This kernel has no nf_tables for IPv6: it needs the module nf_tables (CONFIG_NF_TABLES, CONFIG_NF_TABLES_IPV6)";

/**
 * What Linux 6.1 says as a user-mode kernel to which one module after the other is loaded, and
 * ENOENT of newer ones.
 */
const WORDS: readonly [why: string, errno: number, subject: string | undefined, text: string][] = [
  [
    "there is no nfnetlink",
    EPROTONOSUPPORT,
    undefined,
    `Protocol not supported (nf_tables: EPROTONOSUPPORT). ${NO_NF_TABLES}`,
  ],
  [
    "there is no nf_tables",
    EINVAL,
    undefined,
    `Invalid argument (nf_tables: EINVAL). ${NO_NF_TABLES}`,
  ],
  [
    "it was built without IPv6",
    EOPNOTSUPP,
    'table "t"',
    `Operation not supported (nf_tables: EOPNOTSUPP). The kernel refused the table "t". ${NO_NF_TABLES}`,
  ],
  [
    "there is no NAT",
    ENOENT,
    'chain "postrouting"',
    'No such file or directory (nf_tables: ENOENT). The kernel refused the chain "postrouting". ' +
    "This kernel lacks nft_chain_nat (CONFIG_NFT_NAT): install its module, or use a kernel with that option",
  ],
  [
    "there is no masquerading",
    ENOENT,
    'rule of chain "postrouting"',
    'No such file or directory (nf_tables: ENOENT). The kernel refused the rule of chain "postrouting". ' +
    "This kernel lacks nft_objref (CONFIG_NFT_OBJREF) or nft_masq (CONFIG_NFT_MASQ): " +
    "install its module, or use a kernel with that option",
  ],
  [
    "connections are not tracked",
    ENOENT,
    'rule of chain "entering"',
    'No such file or directory (nf_tables: ENOENT). The kernel refused the rule of chain "entering". ' +
    "This kernel lacks nft_ct (CONFIG_NFT_CT): install its module, or use a kernel with that option",
  ],
  [
    "the capability is missing",
    EPERM,
    undefined,
    "Operation not permitted (nf_tables: EPERM). Run as root, or give the program the capability CAP_NET_ADMIN",
  ],
];

const { title, ignore } = requires("linux");

for (const [why, errno, subject, text] of WORDS) {
  Deno.test({
    name: title(`nf_tables says what is wrong and what to do: ${why}`),
    ignore,
    fn: () => {
      const rejection = { ok: false, errno, explanation: "" } as const;
      const error = subject === undefined
        ? questionError("do it", rejection)
        : batchError("do it", { ...rejection, message: messageAbout(subject) });
      assertEquals(error.message, `Cannot do it: ${text}`);
    },
  });
}

function messageAbout(subject: string): TableMessage {
  return MESSAGES.find((message) => message.subject === subject)!;
}
