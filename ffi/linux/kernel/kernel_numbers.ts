/**
 * The numbers of the Linux kernel's interface that this program uses, by the header that defines
 * them.
 *
 * They hold on x86-64 and arm64, the two architectures that the program runs on.
 *
 * @module
 */

// <errno.h>: the number that each empty read gives. The others go by their names.
export const EAGAIN = 11;

// <fcntl.h>
export const O_RDWR = 0x2;
export const O_NONBLOCK = 0x800;
export const O_CLOEXEC = 0x80000;

// <sys/eventfd.h>
export const EFD_NONBLOCK = O_NONBLOCK;
export const EFD_CLOEXEC = O_CLOEXEC;

// <sys/socket.h>: address families
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;

// <sys/socket.h>: types of sockets, and flags to set with them
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOCK_NONBLOCK = O_NONBLOCK;
export const SOCK_CLOEXEC = O_CLOEXEC;

// <sys/socket.h>: flags of one call
export const MSG_DONTWAIT = 0x40;
export const MSG_NOSIGNAL = 0x4000;

// <sys/socket.h>: options
export const SOL_SOCKET = 1;
export const SO_TYPE = 3;
export const SO_SNDBUF = 7;
export const SO_RCVBUF = 8;
export const SO_PEERCRED = 17;
export const SO_RCVTIMEO = 20;
/** Like SO_SNDBUF and SO_RCVBUF, but above the limits of `net.core`; needs CAP_NET_ADMIN. */
export const SO_SNDBUFFORCE = 32;
export const SO_RCVBUFFORCE = 33;

// <netinet/in.h>
export const IPPROTO_IP = 0;
/** "The packet comes with its header": such a socket sends, and receives nothing. */
export const IPPROTO_RAW = 255;
export const IP_MTU_DISCOVER = 10;
export const IP_PMTUDISC_DONT = 0;
export const IP_RECVERR = 11;
export const IP_MULTICAST_TTL = 33;
export const IP_MULTICAST_LOOP = 34;

// <netinet/udp.h>
export const SOL_UDP = 17;
export const UDP_SEGMENT = 103;
export const UDP_GRO = 104;

// <linux/if_tun.h>
export const TUNSETIFF = 0x400454can;
export const TUNSETOFFLOAD = 0x400454d0n;
export const TUNGETIFF = 0x800454d2n;
/** Packets of layer 3, without Ethernet headers. */
export const IFF_TUN = 0x0001;
/** No four octets of flags and protocol before each packet: the IP version shows the protocol. */
export const IFF_NO_PI = 0x1000;
/** A virtio header before each packet. */
export const IFF_VNET_HDR = 0x4000;
/** The interface stays when nobody holds it. */
export const IFF_PERSIST = 0x0800;
/** The program finishes checksums. */
export const TUN_F_CSUM = 0x01;
/** Super-packets of TCP over IPv6. */
export const TUN_F_TSO6 = 0x04;
/** Super-packets of UDP. The kernel accepts these two only together. */
export const TUN_F_USO4 = 0x20;
export const TUN_F_USO6 = 0x40;

// <linux/netlink.h>
export const NETLINK_ROUTE = 0;
export const NETLINK_NETFILTER = 12;
export const SOL_NETLINK = 270;
/** Do not quote the whole request in its answer. */
export const NETLINK_CAP_ACK = 10;
/** Explain in words what is wrong with a request. */
export const NETLINK_EXT_ACK = 11;
export const NLM_F_REQUEST = 0x1;
export const NLM_F_ACK = 0x4;
/** Give all that there is of a kind. */
export const NLM_F_DUMP = 0x300;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
export const NLM_F_APPEND = 0x800;
/** The answer quotes the header of the request only. */
export const NLM_F_CAPPED = 0x100;
/** The answer has attributes. */
export const NLM_F_ACK_TLVS = 0x200;
/** The type of an acknowledgement. */
export const NLMSG_ERROR = 2;
/** The end of several messages that answer one request. */
export const NLMSG_DONE = 3;
export const NLMSGERR_ATTR_MSG = 1;

// <linux/rtnetlink.h>: messages
export const RTM_NEWLINK = 16;
export const RTM_DELLINK = 17;
export const RTM_GETLINK = 18;
export const RTM_NEWADDR = 20;
export const RTM_DELADDR = 21;
export const RTM_NEWROUTE = 24;
export const RTM_DELROUTE = 25;
export const RTM_GETROUTE = 26;
export const RTM_NEWRULE = 32;
export const RTM_DELRULE = 33;
export const RTM_NEWNETCONF = 80;

// <linux/rtnetlink.h>: multicast groups
export const RTMGRP_LINK = 0x1;
export const RTMGRP_IPV4_IFADDR = 0x10;
export const RTMGRP_IPV4_ROUTE = 0x40;
export const RTMGRP_IPV4_RULE = 0x80;
export const RTMGRP_IPV6_IFADDR = 0x100;
export const RTMGRP_IPV6_ROUTE = 0x400;
/** The header has no names for these groups in the old way of counting: they are 19 and 25. */
export const RTMGRP_IPV6_RULE = 0x40000;
export const RTMGRP_IPV6_NETCONF = 0x1000000;

// <linux/rtnetlink.h>: routes
export const RT_TABLE_MAIN = 254;
/** The host's own addresses, which the kernel keeps up by itself. */
export const RT_TABLE_LOCAL = 255;
/** "Installed at boot", which `ip route add` uses too. */
export const RTPROT_BOOT = 3;
export const RTN_UNICAST = 1;
export const RTN_LOCAL = 2;
export const RTM_F_CLONED = 0x200;
export const RTA_DST = 1;
export const RTA_OIF = 4;
export const RTA_GATEWAY = 5;
export const RTA_PRIORITY = 6;
export const RTA_PREFSRC = 7;

// <linux/if.h>, <linux/if_link.h>
export const IFF_UP = 0x1;
/** The cable is plugged in, the wireless network joined. */
export const IFF_LOWER_UP = 0x10000;
export const IFLA_IFNAME = 3;
export const IFLA_MTU = 4;
export const IFLA_TXQLEN = 13;
/** `struct rtnl_link_stats64`: numbers of 64 bits each. */
export const IFLA_STATS64 = 23;
export const IFLA_AF_SPEC = 26;
export const IFLA_INET6_ADDR_GEN_MODE = 8;
export const IN6_ADDR_GEN_MODE_NONE = 1;

// <linux/netconf.h>
export const NETCONFA_IFINDEX = 1;
export const NETCONFA_IFINDEX_ALL = -1;

// <linux/if_addr.h>
export const IFA_ADDRESS = 1;
export const IFA_LOCAL = 2;
export const IFA_F_NODAD = 0x02;
export const IFA_F_TENTATIVE = 0x40;
