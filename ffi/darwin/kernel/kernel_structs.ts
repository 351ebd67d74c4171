/**
 * The structures that this program exchanges with macOS's kernel, one declaration each.
 *
 * The layouts are those of xnu on x64 and arm64. What an address looks like differs from Linux: its
 * first octet is its length, and the family has one octet.
 *
 * @module
 */

import { be16, be32, i32, octets, struct, text, u16, u32, u64, u8 } from "../../c/struct.ts";

/** `struct sockaddr_in` of `bsd/netinet/in.h`. */
export const SOCKADDR_IN = struct({
  length: u8,
  family: u8,
  port: be16,
  address: be32,
  zero: octets(8),
});

/** `struct sockaddr_in6` of `bsd/netinet6/in6.h`. */
export const SOCKADDR_IN6 = struct({
  length: u8,
  family: u8,
  port: be16,
  flowInformation: be32,
  address: octets(16),
  scope: u32,
});

/**
 * `struct sockaddr_dl` of `bsd/net/if_dl.h`: an interface. Its name, without a NUL, begins the
 * data.
 */
export const SOCKADDR_DL = struct({
  length: u8,
  family: u8,
  index: u16,
  type: u8,
  nameLength: u8,
  addressLength: u8,
  selectorLength: u8,
  data: octets(12),
});

/** `struct sockaddr_ctl` of `bsd/sys/kern_control.h`: a part of the kernel, and a unit of it. */
export const SOCKADDR_CTL = struct({
  length: u8,
  family: u8,
  subfamily: u16,
  id: u32,
  unit: u32,
  reserved: octets(20),
});

/** `struct ctl_info` of `bsd/sys/kern_control.h`: the number of a part of the kernel, by its name. */
export const CTL_INFO = struct({
  id: u32,
  name: text(96),
});

/** `struct ifreq` of `bsd/net/if.h` with flags. */
export const IFREQ_FLAGS = struct({
  name: text(16),
  flags: u16,
  rest: octets(14),
});

/** `struct ifreq` with an MTU. */
export const IFREQ_MTU = struct({
  name: text(16),
  mtu: i32,
  rest: octets(12),
});

/** `struct in6_ifreq` of `bsd/netinet6/in6_var.h` with an address, or with its flags. */
export const IN6_IFREQ = struct({
  name: text(16),
  address: octets(28),
  rest: octets(244),
});

/** `struct in6_aliasreq` of `bsd/netinet6/in6_var.h`: an address to give to an interface. */
export const IN6_ALIASREQ = struct({
  name: text(16),
  address: octets(28),
  destination: octets(28),
  prefixMask: octets(28),
  flags: i32,
  expires: u64,
  preferredUntil: u64,
  validLifetime: u32,
  preferredLifetime: u32,
});

/** `struct rt_msghdr` of `bsd/net/route.h`: a route. Addresses follow it. */
export const RT_MSGHDR = struct({
  length: u16,
  version: u8,
  type: u8,
  index: u16,
  flags: u32,
  addresses: u32,
  process: i32,
  sequence: i32,
  error: i32,
  use: i32,
  initializes: u32,
  metrics: octets(56),
});

/** What begins `struct if_msghdr` and `struct ifa_msghdr` of `bsd/net/if.h`. */
export const IF_MSGHDR = struct({
  length: u16,
  version: u8,
  type: u8,
  addresses: u32,
  flags: u32,
  index: u16,
});

/** `struct ifa_msghdr` of `bsd/net/if.h`: an address of an interface. Addresses follow it. */
export const IFA_MSGHDR = struct({
  length: u16,
  version: u8,
  type: u8,
  addresses: u32,
  flags: u32,
  index: u16,
  metric: i32,
});

/**
 * `struct if_msghdr2` of `bsd/net/if.h` with the beginning of its `struct if_data64`, which packs
 * its fields to 4 octets: so 64-bit numbers are pairs here, the low half first.
 */
export const IF_MSGHDR2 = struct({
  length: u16,
  version: u8,
  type: u8,
  addresses: u32,
  flags: u32,
  index: u16,
  queueLength: i32,
  queueMaximum: i32,
  queueDrops: i32,
  timer: i32,
  kind: octets(8),
  mtu: u32,
  metric: u32,
  baudRate: octets(8),
  inPackets: octets(8),
  inErrors: octets(8),
  outPackets: octets(8),
  outErrors: u32,
  outErrorsHigh: u32,
});
