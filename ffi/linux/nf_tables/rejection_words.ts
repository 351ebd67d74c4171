/**
 * What a refusal of nf_tables means, and what to do.
 *
 * @module
 */

import { type ErrnoName, errnoName, SystemError } from "../../c/errno.ts";
import type { Rejection } from "../netlink/netlink_answer.ts";
import type { BatchRejection } from "./nf_tables_netlink.ts";

/** What kernels may have built as modules or left out: the module and its option. */
const MODULES: Readonly<Record<string, readonly [module: string, option: string]>> = {
  ct: ["nft_ct", "CONFIG_NFT_CT"],
  masq: ["nft_masq", "CONFIG_NFT_MASQ"],
  nat: ["nft_chain_nat", "CONFIG_NFT_NAT"],
  objref: ["nft_objref", "CONFIG_NFT_OBJREF"],
  dynset: ["nft_connlimit", "CONFIG_NFT_CONNLIMIT"],
  counter: ["nft_counter", "CONFIG_NFT_COUNTER"],
};

const NO_NF_TABLES =
  "This kernel has no nf_tables for IPv6: it needs the module nf_tables (CONFIG_NF_TABLES, " +
  "CONFIG_NF_TABLES_IPV6)";

/** The error for a socket, a question or a whole batch that was refused. */
export function questionError(attempt: string, { errno, explanation }: Rejection): SystemError {
  return errorOf(attempt, errno, explanation, remedy(errno, ["EINVAL", "EPROTONOSUPPORT"]));
}

/** The error for a batch that failed. */
export function batchError(attempt: string, rejection: BatchRejection): SystemError {
  const { errno, explanation, message } = rejection;
  if (message === undefined) return questionError(attempt, rejection);
  const what = `The kernel refused the ${message.subject}`;
  const advice = errnoName(errno) === "ENOENT" ? lacks(message.needs) : remedy(errno);
  return errorOf(attempt, errno, what, explanation, advice);
}

/** @param missing what the kernel says, besides the usual, if it has no nf_tables */
function remedy(errno: number, missing: readonly ErrnoName[] = []): string {
  const code = errnoName(errno);
  if (code === "EPERM") return "Run as root, or give the program the capability CAP_NET_ADMIN";
  return ["EOPNOTSUPP", "EAFNOSUPPORT", ...missing].includes(code) ? NO_NF_TABLES : "";
}

function lacks(needs: readonly string[]): string {
  const modules = [...new Set(needs)].flatMap((need) => need in MODULES ? [MODULES[need]!] : []);
  if (modules.length === 0) return NO_NF_TABLES;
  const list = modules.map(([module, option]) => `${module} (${option})`).join(" or ");
  return `This kernel lacks ${list}: install its module, or use a kernel with that option`;
}

function errorOf(attempt: string, errno: number, ...sentences: string[]): SystemError {
  const text = sentences.filter((sentence) => sentence !== "").join(". ");
  return new SystemError(attempt, "nf_tables", errno, text === "" ? undefined : text);
}
