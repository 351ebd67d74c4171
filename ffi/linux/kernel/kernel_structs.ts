/**
 * The structures this program hands to the Linux kernel, one declaration each.
 *
 * The layouts are those of every 64-bit Linux. The tests compare them with what a C compiler says.
 *
 * @module
 */

import { be16, be32, i32, octets, struct, text, u16, u32, u64, u8 } from "../../c/struct.ts";

/** `struct ifreq` of `<net/if.h>` as TUNSETIFF uses it: a name and the flags of a TUN. */
export const IFREQ = struct({
  name: text(16),
  flags: u16,
  rest: octets(22),
});

/** `struct sockaddr_in` of `<netinet/in.h>`. */
export const SOCKADDR_IN = struct({
  family: u16,
  port: be16,
  address: be32,
  zero: octets(8),
});

/** `struct sockaddr_in6` of `<netinet/in.h>`. */
export const SOCKADDR_IN6 = struct({
  family: u16,
  port: be16,
  flowInformation: be32,
  address: octets(16),
  scope: u32,
});

/** `struct ucred` of `<sys/socket.h>`: the process at the other end of a Unix socket. */
export const UCRED = struct({
  process: i32,
  user: u32,
  group: u32,
});

/**
 * `struct sockaddr_nl` of `<linux/netlink.h>`: the other end of a netlink socket, and the groups
 * that it listens to.
 */
export const SOCKADDR_NL = struct({
  family: u16,
  padding: u16,
  port: u32,
  groups: u32,
});

/** `struct nlmsghdr` of `<linux/netlink.h>`: the header of every netlink message. */
export const NLMSGHDR = struct({
  length: u32,
  type: u16,
  flags: u16,
  sequence: u32,
  port: u32,
});

/** `struct nlattr` of `<linux/netlink.h>`: the header of every attribute. */
export const NLATTR = struct({
  length: u16,
  type: u16,
});

/** `struct ifinfomsg` of `<linux/rtnetlink.h>`: the body of RTM_NEWLINK. */
export const IFINFOMSG = struct({
  family: u8,
  padding: u8,
  type: u16,
  index: i32,
  flags: u32,
  change: u32,
});

/** `struct ifaddrmsg` of `<linux/if_addr.h>`: the body of RTM_NEWADDR. */
export const IFADDRMSG = struct({
  family: u8,
  prefixLength: u8,
  flags: u8,
  scope: u8,
  index: u32,
});

/** `struct rtmsg` of `<linux/rtnetlink.h>`: the body of RTM_NEWROUTE. */
export const RTMSG = struct({
  family: u8,
  destinationLength: u8,
  sourceLength: u8,
  trafficClass: u8,
  table: u8,
  protocol: u8,
  scope: u8,
  type: u8,
  flags: u32,
});

/**
 * `struct netconfmsg` of `<linux/netconf.h>`: the body of RTM_NEWNETCONF, with the padding up to the
 * attributes.
 */
export const NETCONFMSG = struct({
  family: u8,
  padding: u8,
  morePadding: u16,
});

/** `struct timeval` of `<sys/time.h>`. */
export const TIMEVAL = struct({
  seconds: u64,
  microseconds: u64,
});

/** `struct iovec` of `<sys/uio.h>`. */
export const IOVEC = struct({
  base: u64,
  length: u64,
});

/** `struct msghdr` of `<sys/socket.h>`: the addresses of what belongs to one message. */
export const MSGHDR = struct({
  name: u64,
  nameLength: u32,
  iov: u64,
  iovLength: u64,
  control: u64,
  controlLength: u64,
  flags: i32,
});

/**
 * `struct mmsghdr` of `<sys/socket.h>`: a `msghdr`, its padding, and how many octets were moved.
 */
export const MMSGHDR = struct({
  ...MSGHDR.fields,
  padding: u32,
  length: u32,
});

/** `struct cmsghdr` of `<sys/socket.h>`: the header of each control message; the data follow it. */
export const CMSGHDR = struct({
  length: u64,
  level: i32,
  type: i32,
});

/**
 * `struct nfgenmsg` of `<linux/netfilter/nfnetlink.h>`: the body of every message about packet
 * filters.
 */
export const NFGENMSG = struct({
  family: u8,
  version: u8,
  resource: be16,
});
