/**
 * Structures of netioapi.h, with the offsets of their fields on 64-bit systems.
 *
 * They are declared in netioapi.h, ws2ipdef.h and ifdef.h of the Windows SDK; a test holds them to the
 * offsets that a C compiler gives.
 *
 * @module
 */

import { octets, struct, u16, u32, u64, u8 } from "../c/struct.ts";

// winsock2.h.
export const AF_UNSPEC = 0;
export const AF_INET = 2;
export const AF_INET6 = 23;

/** `SOCKADDR_INET`: a `SOCKADDR_IN` or a `SOCKADDR_IN6`, by its family. */
const sockaddrInet = { ...octets(28), alignment: 4 };

/** `SOCKADDR_IN6`, 28 octets. */
const SOCKADDR_IN6 = struct({
  family: u16, // 0
  port: u16, // 2
  flowInformation: u32, // 4
  address: octets(16), // 8
  scope: u32, // 24
});

/** `SOCKADDR_IN`, 16 octets. */
const SOCKADDR_IN = struct({
  family: u16, // 0
  port: u16, // 2
  address: octets(4), // 4
  zero: octets(8), // 8
});

/** An address of 4 or 16 octets as a `SOCKADDR_INET`. */
export function socketAddress(address: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sockaddrInet.size);
  if (address.length === 4) SOCKADDR_IN.write(bytes, 0, { family: AF_INET, address });
  else SOCKADDR_IN6.write(bytes, 0, { family: AF_INET6, address });
  return bytes;
}

/** The address in a `SOCKADDR_INET`, 4 or 16 octets; undefined if it has neither family. */
export function addressIn(socketAddress: Uint8Array): Uint8Array | undefined {
  switch (u16.read(socketAddress, 0)) {
    case AF_INET:
      return SOCKADDR_IN.decode(socketAddress).address.slice();
    case AF_INET6:
      return SOCKADDR_IN6.decode(socketAddress).address.slice();
    default:
      return undefined;
  }
}

/** `MIB_UNICASTIPADDRESS_ROW`, 80 octets. */
export const UNICAST_ADDRESS_ROW = struct({
  address: sockaddrInet, // 0
  luid: u64, // 32
  index: u32, // 40
  prefixOrigin: u32, // 44
  suffixOrigin: u32, // 48
  validLifetime: u32, // 52
  preferredLifetime: u32, // 56
  prefixLength: u8, // 60
  skipAsSource: u8, // 61
  dadState: u32, // 64
  scopeId: u32, // 68
  createdAt: u64, // 72
});

/** `IpDadStatePreferred` of nldef.h: the address is usable, and needs no duplicate detection. */
export const DAD_STATE_PREFERRED = 4;

/** `MIB_IPFORWARD_ROW2`, 104 octets. */
export const FORWARD_ROW = struct({
  luid: u64, // 0
  index: u32, // 8
  destination: sockaddrInet, // 12
  destinationLength: u8, // 40
  nextHop: sockaddrInet, // 44
  sitePrefixLength: u8, // 72
  validLifetime: u32, // 76
  preferredLifetime: u32, // 80
  metric: u32, // 84
  protocol: u32, // 88
  loopback: u8, // 92
  autoconfigureAddress: u8, // 93
  publish: u8, // 94
  immortal: u8, // 95
  age: u32, // 96
  origin: u32, // 100
});

/** `MIB_IPINTERFACE_ROW`, 168 octets. */
export const INTERFACE_ROW = struct({
  family: u16, // 0
  luid: u64, // 8
  index: u32, // 16
  maxReassemblySize: u32, // 20
  identifier: u64, // 24
  minRouterAdvertisementInterval: u32, // 32
  maxRouterAdvertisementInterval: u32, // 36
  advertisingEnabled: u8, // 40
  forwardingEnabled: u8, // 41
  weakHostSend: u8, // 42
  weakHostReceive: u8, // 43
  useAutomaticMetric: u8, // 44
  useNeighborUnreachabilityDetection: u8, // 45
  managedAddressConfigurationSupported: u8, // 46
  otherStatefulConfigurationSupported: u8, // 47
  advertiseDefaultRoute: u8, // 48
  routerDiscoveryBehavior: u32, // 52
  dadTransmits: u32, // 56
  baseReachableTime: u32, // 60
  retransmitTime: u32, // 64
  pathMtuDiscoveryTimeout: u32, // 68
  linkLocalAddressBehavior: u32, // 72
  linkLocalAddressTimeout: u32, // 76
  zoneIndices: octets(64), // 80
  sitePrefixLength: u32, // 144
  metric: u32, // 148
  mtu: u32, // 152
  connected: u8, // 156
  supportsWakeUpPatterns: u8, // 157
  supportsNeighborDiscovery: u8, // 158
  supportsRouterDiscovery: u8, // 159
  reachableTime: u32, // 160
  transmitOffload: u8, // 164
  receiveOffload: u8, // 165
  disableDefaultRoutes: u8, // 166
});

/** `RouterDiscoveryDisabled` of nldef.h. */
export const ROUTER_DISCOVERY_DISABLED = 0;

/** `MIB_IF_ROW2`, 1352 octets. */
export const IF_ROW = struct({
  luid: u64, // 0
  index: u32, // 8
  guid: octets(16), // 12
  alias: octets(514), // 28
  description: octets(514), // 542
  physicalAddressLength: u32, // 1056
  physicalAddress: octets(32), // 1060
  permanentPhysicalAddress: octets(32), // 1092
  mtu: u32, // 1124
  type: u32, // 1128
  tunnelType: u32, // 1132
  mediaType: u32, // 1136
  physicalMediumType: u32, // 1140
  accessType: u32, // 1144
  directionType: u32, // 1148
  flags: u8, // 1152
  operStatus: u32, // 1156
  adminStatus: u32, // 1160
  mediaConnectState: u32, // 1164
  networkGuid: octets(16), // 1168
  connectionType: u32, // 1184
  transmitLinkSpeed: u64, // 1192
  receiveLinkSpeed: u64, // 1200
  inCounters: octets(72), // 1208
  outOctets: u64, // 1280
  outUnicastPackets: u64, // 1288
  outOtherPackets: u64, // 1296
  outDiscards: u64, // 1304
  outErrors: u64, // 1312
  outOctetsByCast: octets(24), // 1320
  outQueueLength: u64, // 1344
});
