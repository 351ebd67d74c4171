/**
 * The numbers of macOS's kernel that this program uses, by the header of xnu that defines them.
 *
 * They were taken from xnu-11417.101.15 and hold on x64 and arm64. Errors are in
 * `ffi/darwin/error_numbers.ts`.
 *
 * @module
 */

// bsd/sys/errno.h: the number that each empty read gives. The others go by their names.
export const EAGAIN = 35;

// bsd/sys/socket.h: address families
export const AF_INET = 2;
export const AF_ROUTE = 17;
export const AF_LINK = 18;
export const AF_INET6 = 30;
export const AF_SYSTEM = 32;

// bsd/sys/socket.h: types of sockets, and their options
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOL_SOCKET = 0xffff;
export const SO_RCVBUF = 0x1002;
export const SO_TYPE = 0x1008;

// bsd/sys/sys_domain.h, bsd/net/if_utun.h
export const SYSPROTO_CONTROL = 2;
export const AF_SYS_CONTROL = 2;
export const UTUN_OPT_IFNAME = 2;

// bsd/netinet/in.h, bsd/netinet6/in6.h
export const IPPROTO_IP = 0;
export const IPPROTO_IPV6 = 41;
export const IP_MULTICAST_TTL = 10;
export const IP_MULTICAST_LOOP = 11;
export const IP_BOUND_IF = 25;
export const IP_DONTFRAG = 28;
export const IPV6_BOUND_IF = 125;

// bsd/sys/filio.h: _IO('f', 1), _IOW('f', 126, int)
export const FIOCLEX = 0x2000_6601n;
export const FIONBIO = 0x8004_667en;

// bsd/sys/kern_control.h: _IOWR('N', 3, struct ctl_info)
export const CTLIOCGINFO = 0xc064_4e03n;

// bsd/sys/sockio.h: _IOW('i', 16, struct ifreq), _IOW('i', 52, struct ifreq)
export const SIOCSIFFLAGS = 0x8020_6910n;
export const SIOCSIFMTU = 0x8020_6934n;

// bsd/netinet6/in6_var.h: _IOW('i', 25, struct in6_ifreq), _IOW('i', 26, struct in6_aliasreq),
// _IOWR('i', 73, struct in6_ifreq), _IOWR('i', 110, struct in6_aliasreq)
export const SIOCDIFADDR_IN6 = 0x8120_6919n;
export const SIOCAIFADDR_IN6 = 0x8080_691an;
export const SIOCGIFAFLAG_IN6 = 0xc120_6949n;
export const SIOCPROTOATTACH_IN6 = 0xc080_696en;
/** No duplicate detection. */
export const IN6_IFF_NODAD = 0x20;

// bsd/netinet6/nd6.h
export const ND6_INFINITE_LIFETIME = 0xffff_ffff;

// bsd/net/if.h
export const IFF_UP = 0x1;
export const IFF_RUNNING = 0x40;

// bsd/sys/sysctl.h, bsd/sys/socket.h, bsd/netinet6/in6.h
export const CTL_NET = 4;
export const NET_RT_IFLIST2 = 6;
export const IPV6CTL_FORWARDING = 1;

// bsd/net/route.h: messages
export const RTM_VERSION = 5;
export const RTM_ADD = 0x1;
export const RTM_DELETE = 0x2;
export const RTM_CHANGE = 0x3;
export const RTM_GET = 0x4;
export const RTM_NEWADDR = 0xc;
export const RTM_DELADDR = 0xd;
export const RTM_IFINFO = 0xe;
export const RTM_IFINFO2 = 0x12;

// bsd/net/route.h: flags of routes
export const RTF_UP = 0x1;
export const RTF_HOST = 0x4;
export const RTF_REJECT = 0x8;
export const RTF_LLINFO = 0x400;
export const RTF_STATIC = 0x800;
export const RTF_BLACKHOLE = 0x1000;
export const RTF_WASCLONED = 0x2_0000;
export const RTF_LOCAL = 0x20_0000;
export const RTF_IFSCOPE = 0x100_0000;

// bsd/net/route.h: places of addresses behind a message. Each has a bit of the same number.
export const RTAX_DST = 0;
export const RTAX_GATEWAY = 1;
export const RTAX_NETMASK = 2;
export const RTAX_IFP = 4;
export const RTAX_IFA = 5;
export const RTAX_MAX = 8;
