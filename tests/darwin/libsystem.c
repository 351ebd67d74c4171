/*
 * A stand-in for libSystem, the C library of macOS, on Linux: the part of it that this program calls.
 *
 *     our code -- Darwin's numbers and layouts --> this file -- Linux's --> the kernel
 *
 * A utun is a TUN of Linux beneath, and the routing socket is one of netlink. So a test sees real
 * addresses, routes and packets come of what our code asks for, and requests that macOS would refuse
 * are refused. What this file cannot show is what macOS itself does: its choice of routes and source
 * addresses, its firewall, its timing.
 *
 * Numbers and layouts were read in xnu-11417.101.15: bsd/net/{route,if,if_dl,if_utun,rtsock}.[hc],
 * bsd/netinet6/in6_var.h, bsd/sys/{kern_control,errno,filio,sockio,socket}.h. Functions that are not
 * here are those of glibc: dlsym() finds them in the libraries that this one needs.
 *
 *     gcc -O2 -Wall -Wextra -shared -fPIC -o libSystem.B.dylib libsystem.c
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/ipv6_route.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* What our code calls, by the names that it looks for. */
int *darwin_error(void) __asm__("__error");
char *darwin_strerror(int number) __asm__("strerror");
int darwin_socket(int family, int type, int protocol) __asm__("socket");
int darwin_ioctl(int fd, unsigned long request, void *argument) __asm__("__ioctl");
int darwin_connect(int fd, const uint8_t *address, unsigned length) __asm__("connect");
int darwin_getsockname(int fd, uint8_t *address, unsigned *length) __asm__("getsockname");
int darwin_getsockopt(int fd, int level, int option, void *value, unsigned *length) __asm__("getsockopt");
int darwin_setsockopt(int fd, int level, int option, const void *value, unsigned length) __asm__("setsockopt");
ssize_t darwin_read(int fd, void *buffer, size_t length) __asm__("read");
ssize_t darwin_write(int fd, const void *buffer, size_t length) __asm__("write");
int darwin_poll(struct pollfd *fds, unsigned count, int milliseconds) __asm__("poll");
int darwin_close(int fd) __asm__("close");
int darwin_sysctl(const int *name, unsigned count, void *old, size_t *old_length, void *new, size_t new_length)
    __asm__("sysctl");

enum { D_INET = 2, D_ROUTE = 17, D_LINK = 18, D_INET6 = 30, D_SYSTEM = 32 };
enum { D_ADD = 1, D_DELETE, D_CHANGE, D_GET, D_NEWADDR = 12, D_DELADDR, D_IFINFO, D_IFINFO2 = 18 };
enum { DST, GATEWAY, NETMASK, GENMASK, IFP, IFA, PLACES = 8 };
enum { F_UP = 1, F_GATEWAY = 2, F_HOST = 4, F_WASCLONED = 0x20000, F_LOCAL = 0x200000, F_IFSCOPE = 0x1000000 };

/* ---- Errors ---- */

static __thread int darwin_errno;

static const struct { int linux_, darwin; const char *text; } ERRORS[] = {
  { EPERM, 1, "Operation not permitted" },
  { ENOENT, 2, "No such file or directory" },
  { ESRCH, 3, "No such process" },
  { EINTR, 4, "Interrupted system call" },
  { ENXIO, 6, "Device not configured" },
  { EBADF, 9, "Bad file descriptor" },
  { EACCES, 13, "Permission denied" },
  { EBUSY, 16, "Resource busy" },
  { EEXIST, 17, "File exists" },
  { EINVAL, 22, "Invalid argument" },
  { EMFILE, 24, "Too many open files" },
  { ENOTTY, 25, "Inappropriate ioctl for device" },
  { EAGAIN, 35, "Resource temporarily unavailable" },
  { ENOTSOCK, 38, "Socket operation on non-socket" },
  { ENOPROTOOPT, 42, "Protocol not available" },
  { EPROTONOSUPPORT, 43, "Protocol not supported" },
  { EAFNOSUPPORT, 47, "Address family not supported by protocol family" },
  { EADDRNOTAVAIL, 49, "Can't assign requested address" },
  { ENETDOWN, 50, "Network is down" },
  { ENETUNREACH, 51, "Network is unreachable" },
  { ENOBUFS, 55, "No buffer space available" },
  { ENOTCONN, 57, "Socket is not connected" },
  { EHOSTUNREACH, 65, "No route to host" },
};
#define COUNT(array) (sizeof(array) / sizeof *(array))

int *darwin_error(void) { return &darwin_errno; }

char *darwin_strerror(int number) {
  static char unknown[32];
  for (unsigned i = 0; i < COUNT(ERRORS); i++)
    if (ERRORS[i].darwin == number) return (char *)ERRORS[i].text;
  snprintf(unknown, sizeof unknown, "Unknown error: %d", number);
  return unknown;
}

/* Fails as our code will see it, given an error of Linux. */
static int fail(int number) {
  darwin_errno = number;
  for (unsigned i = 0; i < COUNT(ERRORS); i++)
    if (ERRORS[i].linux_ == number) darwin_errno = ERRORS[i].darwin;
  return -1;
}

static long checked(long result) { return result < 0 ? fail(errno) : result; }

/* ---- Descriptors ---- */

#define QUEUE 65536
static struct descriptor {
  enum { PLAIN, CONTROL, ROUTE } kind;
  int found;       /* CONTROL: its number was asked for */
  char name[16];     /* CONTROL: the interface */
  uint8_t *queue;    /* ROUTE: messages to be read */
  unsigned used;
} descriptors[4096];

static struct descriptor *descriptor(int fd) {
  static struct descriptor other;
  return fd >= 0 && fd < (int)COUNT(descriptors) ? &descriptors[fd] : &other;
}

static int helper(void) { return (int)syscall(SYS_socket, AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0); }

/* Makes a request of Linux about an interface. Returns 0, or an error. */
static int about(unsigned long request, void *argument) {
  int fd = helper(), number = ioctl(fd, request, argument) < 0 ? errno : 0;
  syscall(SYS_close, fd);
  return number;
}

static void setting(const char *name, const char *what, char value) {
  char path[96];
  snprintf(path, sizeof path, "/proc/sys/net/ipv6/conf/%s/%s", name, what);
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  if (syscall(SYS_write, fd, &value, 1) < 0) perror(path);
  syscall(SYS_close, fd);
}

static char setting_of(const char *name, const char *what) {
  char path[96], value = '?';
  snprintf(path, sizeof path, "/proc/sys/net/ipv6/conf/%s/%s", name, what);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd >= 0 && syscall(SYS_read, fd, &value, 1) < 0) value = '?';
  if (fd >= 0) syscall(SYS_close, fd);
  return value;
}

/* ---- Addresses: sockaddr_in, sockaddr_in6 and sockaddr_dl begin with their length and family ---- */

static unsigned put_address(uint8_t *to, int linux_family, const void *octets) {
  int is4 = linux_family == AF_INET;
  memset(to, 0, 28);
  to[0] = is4 ? 16 : 28;
  to[1] = is4 ? D_INET : D_INET6;
  memcpy(to + (is4 ? 4 : 8), octets, is4 ? 4 : 16);
  return to[0];
}

/* As the kernel gives a mask: without the zeros at its end, and without a family. */
static unsigned put_mask(uint8_t *to, int linux_family, unsigned bits) {
  unsigned start = linux_family == AF_INET ? 4 : 8, octets = (bits + 7) / 8;
  memset(to, 0, 28);
  to[0] = bits ? start + octets : 0;
  for (unsigned i = 0; i < bits; i++) to[start + i / 8] |= 0x80 >> i % 8;
  return to[0];
}

static unsigned put_link(uint8_t *to, unsigned index) {
  char name[IF_NAMESIZE] = "";
  if_indextoname(index, name);
  memset(to, 0, 20);
  to[0] = 20;
  to[1] = D_LINK;
  memcpy(to + 2, &(uint16_t){ index }, 2);
  to[5] = strlen(name) < 12 ? strlen(name) : 12;
  memcpy(to + 8, name, to[5]);
  return 20;
}

static unsigned rounded(unsigned length) { return length ? (length + 3) & ~3u : 4; }

/* Linux's address from ours: its length, or -1. */
static int to_linux(const uint8_t *from, unsigned length, struct sockaddr_in6 *to) {
  memset(to, 0, sizeof *to);
  if (length == 16 && from[0] == 16 && from[1] == D_INET) {
    memcpy(to, from, 16);
    to->sin6_family = AF_INET;
    return 16;
  }
  if (length != 28 || from[0] != 28 || from[1] != D_INET6) return -1;
  memcpy(to, from, 28);
  to->sin6_family = AF_INET6;
  return 28;
}

/* ---- utun ---- */

int darwin_socket(int family, int type, int protocol) {
  if (family == D_SYSTEM) {
    if (type != 2 || protocol != 2) return fail(EPROTONOSUPPORT);
    int fd = open("/dev/net/tun", O_RDWR);
    if (fd >= 0) *descriptor(fd) = (struct descriptor){ .kind = CONTROL };
    return checked(fd);
  }
  if (family == D_ROUTE) {
    if (type != 3) return fail(EPROTONOSUPPORT);
    struct sockaddr_nl groups = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
      RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE };
    int fd = syscall(SYS_socket, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    if (fd < 0 || bind(fd, (void *)&groups, sizeof groups) < 0) return fail(errno);
    *descriptor(fd) = (struct descriptor){ .kind = ROUTE, .queue = malloc(QUEUE) };
    return fd;
  }
  return checked(syscall(SYS_socket, family == D_INET6 ? AF_INET6 : family, type, protocol));
}

/* A new utun is up, and has no IPv6. */
static int connect_control(int fd, const uint8_t *address, unsigned length) {
  struct descriptor *it = descriptor(fd);
  struct ifreq request = { 0 };
  uint32_t id, unit;
  if (length != 32 || address[0] != 32 || address[1] != D_SYSTEM || address[2] != 2 || address[3] != 0) return fail(EINVAL);
  memcpy(&id, address + 4, 4);
  memcpy(&unit, address + 8, 4);
  if (!it->found || id != 7) return fail(ENOENT);
  if (unit) snprintf(request.ifr_name, IFNAMSIZ, "utun%u", unit - 1);
  else strcpy(request.ifr_name, "utun%d");
  request.ifr_flags = IFF_TUN; /* with 4 octets in front of each packet */
  if (ioctl(fd, TUNSETIFF, &request) < 0) return fail(errno);
  memcpy(it->name, request.ifr_name, 16);
  setting(it->name, "addr_gen_mode", '1');
  setting(it->name, "disable_ipv6", '1');
  int number = about(SIOCGIFFLAGS, &request);
  request.ifr_flags |= IFF_UP;
  number = number ? number : about(SIOCSIFFLAGS, &request);
  return number ? fail(number) : 0;
}

/* 00 00 00 1e in front, where Linux has two octets of flags and 86 dd. */
static ssize_t read_control(int fd, uint8_t *buffer, size_t length) {
  ssize_t n = syscall(SYS_read, fd, buffer, length);
  if (n < 0 && errno == EBADFD) return 0; /* the kernel has taken its side away */
  if (n >= 4) buffer[3] = buffer[2] == 0x86 ? D_INET6 : D_INET, buffer[0] = buffer[1] = buffer[2] = 0;
  return checked(n);
}

static ssize_t write_control(int fd, const uint8_t *buffer, size_t length) {
  if (length < 4 || buffer[0] || buffer[1] || buffer[2] || (buffer[3] != D_INET6 && buffer[3] != D_INET)) return fail(EAFNOSUPPORT);
  uint8_t head[4] = { 0, 0, buffer[3] == D_INET6 ? 0x86 : 0x08, buffer[3] == D_INET6 ? 0xdd : 0x00 };
  struct iovec parts[2] = { { head, 4 }, { (void *)(buffer + 4), length - 4 } };
  return checked(writev(fd, parts, 2));
}

/* ---- Requests of netlink ---- */

/* Makes a request of netlink with a new socket. Returns the length of the answer or, negated, an error. */
static int ask_netlink(const void *request, void *answer, size_t room) {
  int fd = syscall(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  int length = send(fd, request, ((const struct nlmsghdr *)request)->nlmsg_len, 0) < 0 ? -errno : (int)recv(fd, answer, room, 0);
  syscall(SYS_close, fd);
  const struct nlmsghdr *head = answer;
  if (length >= 0 && head->nlmsg_type == NLMSG_ERROR) length = ((struct nlmsgerr *)NLMSG_DATA(head))->error;
  return length;
}

/* Adds an attribute to a request, which begins with a struct nlmsghdr and has room for it. */
static void attribute(void *request, int type, const void *data, unsigned length) {
  struct nlmsghdr *to = request;
  struct rtattr *it = (void *)((char *)request + NLMSG_ALIGN(to->nlmsg_len));
  it->rta_type = type;
  it->rta_len = RTA_LENGTH(length);
  memcpy(RTA_DATA(it), data, length);
  to->nlmsg_len = NLMSG_ALIGN(to->nlmsg_len) + RTA_ALIGN(it->rta_len);
}

/* ---- Requests about interfaces ---- */

/* The prefix length of an interface's address, or -1. */
static int length_of(const char *name, const uint8_t *address) {
  FILE *list = fopen("/proc/net/if_inet6", "re");
  char octets[33], wanted[33], owner[32];
  unsigned index, length, scope, flags;
  int found = -1;
  for (int i = 0; i < 16; i++) sprintf(wanted + 2 * i, "%02x", address[i]);
  while (list && fscanf(list, "%32s %x %x %x %x %31s", octets, &index, &length, &scope, &flags, owner) == 6)
    if (!strcmp(octets, wanted) && !strcmp(owner, name)) found = length;
  if (list) fclose(list);
  return found;
}

/* struct in6_aliasreq: name, addr at 16, dstaddr at 44, prefixmask at 72, flags at 100, lifetimes at 120 and 124. */
static int add_address(const char *name, const uint8_t *request) {
  uint32_t flags, lifetimes[2], length = 0;
  memcpy(&flags, request + 100, 4);
  memcpy(lifetimes, request + 120, 8);
  if (request[16] != 28 || request[17] != D_INET6 || request[72] != 28) return fail(EAFNOSUPPORT);
  if (request[44] != 0 || flags != 0x20 || lifetimes[0] != ~0u || lifetimes[1] != ~0u) return fail(EINVAL);
  for (int i = 0; i < 16; i++) length += __builtin_popcount(request[80 + i]);
  setting(name, "disable_ipv6", '0');
  char answer[1024];
  struct { struct nlmsghdr head; struct ifaddrmsg address; char attributes[64]; } it = {
    .head = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ifaddrmsg)), .nlmsg_type = RTM_NEWADDR,
      .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE },
    .address = { .ifa_family = AF_INET6, .ifa_prefixlen = length, .ifa_flags = IFA_F_NODAD, .ifa_index = if_nametoindex(name) },
  };
  attribute(&it, IFA_LOCAL, request + 24, 16);
  int number = ask_netlink(&it, answer, sizeof answer);
  return number < 0 ? fail(-number) : 0;
}

static int remove_address(const char *name, const uint8_t *request) {
  struct { struct in6_addr address; uint32_t length; int index; } it = { .index = if_nametoindex(name) };
  int length = length_of(name, request + 24);
  if (length < 0) return fail(EADDRNOTAVAIL);
  it.length = length;
  memcpy(&it.address, request + 24, 16);
  int number = about(SIOCDIFADDR, &it);
  return number ? fail(number) : 0;
}

int darwin_ioctl(int fd, unsigned long request, void *argument) {
  struct ifreq it = { 0 };
  uint8_t *bytes = argument;
  if (request == 0x20006601) return checked(fcntl(fd, F_SETFD, FD_CLOEXEC));
  if (request == 0x8004667e) {
    int flags = fcntl(fd, F_GETFL);
    return checked(fcntl(fd, F_SETFL, *(int *)argument ? flags | O_NONBLOCK : flags & ~O_NONBLOCK));
  }
  if (request == 0xc0644e03) { /* struct ctl_info: the number, then the name at 4 */
    if (descriptor(fd)->kind != CONTROL || strcmp((char *)bytes + 4, "com.apple.net.utun_control")) return fail(ENOENT);
    descriptor(fd)->found = 1;
    memcpy(bytes, &(uint32_t){ 7 }, 4);
    return 0;
  }
  if ((request >> 8 & 0xff) != 'i') return fail(ENOTTY);
  memcpy(it.ifr_name, argument, 15);
  if (!if_nametoindex(it.ifr_name)) return fail(ENXIO);
  int number = 0;
  switch (request) {
    case 0x80206934: /* SIOCSIFMTU */
      memcpy(&it.ifr_mtu, bytes + 16, 4);
      number = about(SIOCSIFMTU, &it);
      break;
    case 0x80206910: /* SIOCSIFFLAGS: Linux's lowest bit is the same, and the others are the kernel's */
      number = about(SIOCGIFFLAGS, &it);
      it.ifr_flags = bytes[16] & 1 ? it.ifr_flags | IFF_UP : it.ifr_flags & ~IFF_UP;
      number = number ? number : about(SIOCSIFFLAGS, &it);
      break;
    case 0xc080696e: /* SIOCPROTOATTACH_IN6 */
      if (setting_of(it.ifr_name, "disable_ipv6") == '0') number = EEXIST;
      setting(it.ifr_name, "disable_ipv6", '0');
      break;
    case 0x8080691a: return add_address(it.ifr_name, bytes);
    case 0x81206919: return remove_address(it.ifr_name, bytes);
    case 0xc1206949: /* SIOCGIFAFLAG_IN6 */
      if (length_of(it.ifr_name, bytes + 24) < 0) return fail(EADDRNOTAVAIL);
      memset(bytes + 16, 0, 4);
      return 0;
    default: number = ENOTTY;
  }
  return number ? fail(number) : 0;
}

/* ---- Routing messages ---- */

struct message { uint8_t bytes[1024]; unsigned length; };

/* struct rt_msghdr, 92 octets: length, version 5, type, index at 4, flags 8, addresses 12, process 16, sequence 20. */
static struct message route_message(int type, unsigned index, unsigned flags) {
  struct message it = { .length = 92 };
  it.bytes[2] = 5;
  it.bytes[3] = type;
  memcpy(it.bytes + 4, &(uint16_t){ index }, 2);
  memcpy(it.bytes + 8, &flags, 4);
  return it;
}

/* Adds the address that was put behind the message. `at` is where the header has its bits. */
static void added(struct message *it, int place, unsigned length, unsigned at) {
  uint32_t bits;
  memcpy(&bits, it->bytes + at, 4);
  bits |= 1u << place;
  memcpy(it->bytes + at, &bits, 4);
  it->length += rounded(length);
}
#define END(it) ((it)->bytes + (it)->length)

static void queue(struct descriptor *to, struct message *it) {
  memcpy(it->bytes, &(uint16_t){ it->length }, 2);
  if (to->used + it->length > QUEUE) return;
  memcpy(to->queue + to->used, it->bytes, it->length);
  to->used += it->length;
}

static void report_link(struct descriptor *to, const struct nlmsghdr *from) {
  const struct ifinfomsg *link = NLMSG_DATA(from);
  struct message it = { .length = 112 }; /* struct if_msghdr */
  int is_up = from->nlmsg_type == RTM_NEWLINK && link->ifi_flags & IFF_UP;
  uint32_t flags = is_up ? 1 | (link->ifi_flags & IFF_RUNNING ? 0x40 : 0) : 0;
  it.bytes[2] = 5;
  it.bytes[3] = D_IFINFO;
  memcpy(it.bytes + 8, &flags, 4);
  memcpy(it.bytes + 12, &(uint16_t){ link->ifi_index }, 2);
  queue(to, &it);
}

static void report_address(struct descriptor *to, const struct nlmsghdr *from) {
  const struct ifaddrmsg *address = NLMSG_DATA(from);
  struct message it = { .length = 20 }; /* struct ifa_msghdr */
  int rest = IFA_PAYLOAD(from);
  const void *octets = NULL;
  for (struct rtattr *a = IFA_RTA(address); RTA_OK(a, rest); a = RTA_NEXT(a, rest))
    if (a->rta_type == IFA_ADDRESS) octets = RTA_DATA(a);
  if (!octets) return;
  it.bytes[2] = 5;
  it.bytes[3] = from->nlmsg_type == RTM_NEWADDR ? D_NEWADDR : D_DELADDR;
  memcpy(it.bytes + 12, &(uint16_t){ address->ifa_index }, 2);
  added(&it, NETMASK, put_mask(END(&it), address->ifa_family, address->ifa_prefixlen), 4);
  added(&it, IFP, put_link(END(&it), address->ifa_index), 4);
  added(&it, IFA, put_address(END(&it), address->ifa_family, octets), 4);
  queue(to, &it);
}

/* The route that a message of netlink is about, as ours. */
static struct message translated(const struct nlmsghdr *from, int type, unsigned flags, int names_interface) {
  const struct rtmsg *route = NLMSG_DATA(from);
  int rest = RTM_PAYLOAD(from), index = 0;
  uint8_t zero[16] = { 0 };
  const void *destination = zero, *gateway = NULL;
  for (struct rtattr *a = RTM_RTA(route); RTA_OK(a, rest); a = RTA_NEXT(a, rest)) {
    if (a->rta_type == RTA_DST) destination = RTA_DATA(a);
    if (a->rta_type == RTA_GATEWAY) gateway = RTA_DATA(a);
    if (a->rta_type == RTA_OIF) index = *(int *)RTA_DATA(a);
  }
  unsigned all = route->rtm_family == AF_INET ? 32 : 128;
  if (route->rtm_dst_len == all) flags |= F_HOST;
  if (gateway) flags |= F_GATEWAY;
  if (route->rtm_flags & RTM_F_CLONED) flags |= F_WASCLONED;
  if (route->rtm_table == RT_TABLE_LOCAL || route->rtm_type == RTN_LOCAL) flags |= F_LOCAL;
  struct message it = route_message(type, index, flags | F_UP);
  added(&it, DST, put_address(END(&it), route->rtm_family, destination), 12);
  added(&it, GATEWAY, gateway ? put_address(END(&it), route->rtm_family, gateway) : put_link(END(&it), index), 12);
  if (route->rtm_dst_len < all) added(&it, NETMASK, put_mask(END(&it), route->rtm_family, route->rtm_dst_len), 12);
  if (names_interface) added(&it, IFP, put_link(END(&it), index), 12);
  return it;
}

/* Takes the next reports of netlink. Returns 0, or an error of Linux. */
static int take_reports(int fd) {
  char buffer[16384];
  ssize_t length = recv(fd, buffer, sizeof buffer, 0);
  if (length < 0) return errno;
  for (struct nlmsghdr *m = (void *)buffer; NLMSG_OK(m, (size_t)length); m = NLMSG_NEXT(m, length)) {
    if (m->nlmsg_type == RTM_NEWLINK || m->nlmsg_type == RTM_DELLINK) report_link(descriptor(fd), m);
    if (m->nlmsg_type == RTM_NEWADDR || m->nlmsg_type == RTM_DELADDR) report_address(descriptor(fd), m);
    if (m->nlmsg_type == RTM_NEWROUTE || m->nlmsg_type == RTM_DELROUTE) {
      struct message it = translated(m, m->nlmsg_type == RTM_NEWROUTE ? D_ADD : D_DELETE, 0, 0);
      queue(descriptor(fd), &it);
    }
  }
  return 0;
}

/* One message each time. */
static ssize_t read_route(int fd, void *buffer, size_t length) {
  struct descriptor *it = descriptor(fd);
  while (it->used == 0) {
    int number = take_reports(fd);
    if (number) return fail(number);
  }
  unsigned size = *(uint16_t *)it->queue, taken = size < length ? size : length;
  memcpy(buffer, it->queue, taken);
  memmove(it->queue, it->queue + size, it->used -= size);
  return taken;
}

/* A request about a route. */
struct wanted {
  int family;                 /* Linux's */
  const uint8_t *destination; /* octets */
  int has_mask;
  unsigned bits, gateway_index, scope;
};
struct netlink { struct nlmsghdr head; struct rtmsg route; char attributes[256]; };

static struct netlink netlink_for(const struct wanted *it, int type, int flags) {
  unsigned all = it->family == AF_INET ? 32 : 128;
  struct netlink request = {
    .head = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)), .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags },
    .route = { .rtm_family = it->family, .rtm_dst_len = it->has_mask ? it->bits : all, .rtm_table = RT_TABLE_MAIN,
      .rtm_protocol = RTPROT_BOOT, .rtm_type = RTN_UNICAST },
  };
  attribute(&request, RTA_DST, it->destination, all / 8);
  return request;
}

/* The route to exactly this prefix: the first one, because here there is only one. Its interface, or 0. */
static unsigned exact(const struct wanted *it, unsigned *metric) {
  FILE *list = fopen("/proc/net/ipv6_route", "re");
  char octets[33], wanted[33], rest[128], name[32];
  unsigned length, found = 0;
  for (int i = 0; i < 16; i++) sprintf(wanted + 2 * i, "%02x", it->destination[i]);
  while (!found && list &&
      fscanf(list, "%32s %x %*s %*s %*s %x %*s %*s %127s %31s", octets, &length, metric, rest, name) == 5)
    if (length == it->bits && !strcmp(octets, wanted) && strcmp(name, "lo")) found = if_nametoindex(name);
  if (list) fclose(list);
  return found;
}

static int change_route(const struct wanted *it, int type) {
  unsigned metric = 1024, owner = exact(it, &metric);
  char answer[1024];
  if (type == D_ADD && owner) return fail(EEXIST);
  if (type == D_ADD && !it->gateway_index) return fail(EINVAL);
  if (type == D_DELETE && !owner) return fail(ESRCH);
  if (type == D_ADD) metric = 1024;
  struct netlink request = netlink_for(it, type == D_ADD ? RTM_NEWROUTE : RTM_DELROUTE,
      NLM_F_ACK | (type == D_ADD ? NLM_F_CREATE | NLM_F_EXCL : 0));
  attribute(&request, RTA_OIF, type == D_ADD ? &it->gateway_index : &owner, 4);
  attribute(&request, RTA_PRIORITY, &metric, 4);
  int number = ask_netlink(&request, answer, sizeof answer);
  return number < 0 ? fail(-number) : 0;
}

static int find_route(int fd, const struct wanted *it, const uint8_t *question) {
  char buffer[4096];
  struct nlmsghdr *answer = (void *)buffer;
  uint32_t asked;
  memcpy(&asked, question + 12, 4);
  struct message reply;
  if (it->has_mask) {
    unsigned metric, owner = exact(it, &metric);
    if (!owner) return fail(ESRCH);
    reply = route_message(D_GET, owner, F_UP);
  } else {
    struct netlink request = netlink_for(it, RTM_GETROUTE, 0);
    if (it->scope) attribute(&request, RTA_OIF, &it->scope, 4);
    int length = ask_netlink(&request, answer, sizeof buffer);
    const struct rtmsg *route = NLMSG_DATA(answer);
    if (length < 0 || (route->rtm_type != RTN_UNICAST && route->rtm_type != RTN_LOCAL)) return fail(ESRCH);
    reply = translated(answer, D_GET, 0, (asked & (1 << IFP | 1 << IFA)) != 0);
  }
  memcpy(reply.bytes + 16, &(int){ getpid() }, 4);
  memcpy(reply.bytes + 20, question + 20, 4);
  queue(descriptor(fd), &reply);
  return 0;
}

static ssize_t write_route(int fd, const uint8_t *bytes, size_t length) {
  uint32_t flags, addresses, family = 0;
  struct wanted it = { 0 };
  if (length < 92 || *(uint16_t *)bytes != length) return fail(EINVAL);
  if (bytes[2] != 5) return fail(EPROTONOSUPPORT);
  memcpy(&flags, bytes + 8, 4);
  memcpy(&addresses, bytes + 12, 4);
  const uint8_t *a = bytes + 92;
  for (int place = 0; place < PLACES; place++) {
    if (!(addresses >> place & 1)) continue;
    if (a + a[0] > bytes + length) return fail(EINVAL);
    if (place == DST) family = a[1], it.destination = a + (family == D_INET ? 4 : 8);
    if (place == DST && a[0] != (family == D_INET ? 16 : 28)) return fail(EINVAL);
    if (place == GATEWAY && (a[1] != D_LINK || a[0] != 20)) return fail(EINVAL);
    if (place == GATEWAY) memcpy(&it.gateway_index, a + 2, 2);
    if (place == NETMASK) for (int i = 8; i < a[0] && i < 24; i++) it.bits += __builtin_popcount(a[i]);
    if (place == NETMASK) it.has_mask = 1;
    a += rounded(a[0]);
  }
  if (a != bytes + length || (family != D_INET && family != D_INET6)) return fail(EINVAL);
  it.family = family == D_INET ? AF_INET : AF_INET6;
  if (flags & F_IFSCOPE) it.scope = *(uint16_t *)(bytes + 4);
  int result = bytes[3] == D_GET ? find_route(fd, &it, bytes)
    : (bytes[3] == D_ADD || bytes[3] == D_DELETE) && it.has_mask && family == D_INET6 ? change_route(&it, bytes[3])
    : fail(EINVAL);
  return result < 0 ? -1 : (ssize_t)length;
}

/* ---- All descriptors ---- */

ssize_t darwin_read(int fd, void *buffer, size_t length) {
  switch (descriptor(fd)->kind) {
    case CONTROL: return read_control(fd, buffer, length);
    case ROUTE: return read_route(fd, buffer, length);
    default: return checked(syscall(SYS_read, fd, buffer, length));
  }
}

ssize_t darwin_write(int fd, const void *buffer, size_t length) {
  switch (descriptor(fd)->kind) {
    case CONTROL: return write_control(fd, buffer, length);
    case ROUTE: return write_route(fd, buffer, length);
    default: return checked(syscall(SYS_write, fd, buffer, length));
  }
}

int darwin_poll(struct pollfd *fds, unsigned count, int milliseconds) {
  struct timespec limit = { milliseconds / 1000, milliseconds % 1000 * 1000000 };
  return checked(ppoll(fds, count, milliseconds < 0 ? NULL : &limit, NULL));
}

int darwin_close(int fd) {
  free(descriptor(fd)->queue);
  *descriptor(fd) = (struct descriptor){ 0 };
  return checked(syscall(SYS_close, fd));
}

int darwin_connect(int fd, const uint8_t *address, unsigned length) {
  struct sockaddr_in6 to;
  if (descriptor(fd)->kind == CONTROL) return connect_control(fd, address, length);
  int size = to_linux(address, length, &to);
  return size < 0 ? fail(EAFNOSUPPORT) : checked(syscall(SYS_connect, fd, &to, size));
}

int darwin_getsockname(int fd, uint8_t *address, unsigned *length) {
  struct sockaddr_in6 it;
  socklen_t size = sizeof it;
  if (syscall(SYS_getsockname, fd, &it, &size) < 0) return fail(errno);
  uint8_t bytes[28] = { 0 };
  memcpy(bytes, &it, size < 28 ? size : 28);
  bytes[0] = size;
  bytes[1] = it.sin6_family == AF_INET6 ? D_INET6 : it.sin6_family;
  memcpy(address, bytes, *length < 28 ? *length : 28);
  *length = size;
  return 0;
}

/* Linux's level and option for ours; 0 if there is none. */
static int translated_option(int level, int option, int *linux_level, int *linux_option) {
  static const struct { int level, option, linux_level, linux_option; } OPTIONS[] = {
    { 0xffff, 0x1002, SOL_SOCKET, SO_RCVBUF }, { 0xffff, 0x1008, SOL_SOCKET, SO_TYPE },
    { 0, 10, IPPROTO_IP, IP_MULTICAST_TTL },   { 0, 11, IPPROTO_IP, IP_MULTICAST_LOOP },
    { 0, 25, SOL_SOCKET, SO_BINDTOIFINDEX },   { 41, 125, SOL_SOCKET, SO_BINDTOIFINDEX },
    { 0, 28, IPPROTO_IP, IP_MTU_DISCOVER },
  };
  for (unsigned i = 0; i < COUNT(OPTIONS); i++) {
    if (OPTIONS[i].level != level || OPTIONS[i].option != option) continue;
    *linux_level = OPTIONS[i].linux_level;
    *linux_option = OPTIONS[i].linux_option;
    return 1;
  }
  return 0;
}

int darwin_getsockopt(int fd, int level, int option, void *value, unsigned *length) {
  struct descriptor *it = descriptor(fd);
  if (it->kind == CONTROL) {
    unsigned size = strlen(it->name) + 1;
    if (level != 2 || option != 2 || *length < size) return fail(EINVAL);
    memcpy(value, it->name, size);
    *length = size;
    return 0;
  }
  if (!translated_option(level, option, &level, &option)) return fail(ENOPROTOOPT);
  return checked(syscall(SYS_getsockopt, fd, level, option, value, length));
}

/* 8 MiB is kern.ipc.maxsockbuf; more is refused. */
int darwin_setsockopt(int fd, int level, int option, const void *value, unsigned length) {
  if (!translated_option(level, option, &level, &option)) return fail(ENOPROTOOPT);
  if (option == SO_RCVBUF && *(int *)value > 8 << 20) return fail(ENOBUFS);
  return checked(syscall(SYS_setsockopt, fd, level, option, value, length));
}

/* ---- sysctl ---- */

/* Packets that an interface dropped on their way out: the 12th number in its line of /proc/net/dev. */
static uint64_t dropped(const char *name) {
  FILE *list = fopen("/proc/net/dev", "re");
  char line[512], owner[32];
  unsigned long long it = 0, drops = 0;
  while (list && fgets(line, sizeof line, list))
    if (sscanf(line, " %31[^:]: %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu", owner, &drops) == 2 && !strcmp(owner, name))
      it = drops;
  if (list) fclose(list);
  return it;
}

/* struct if_msghdr2, 160 octets: flags at 8, index at 12, the MTU at 40, output errors at 80. */
static int report_interface(unsigned index, uint8_t *to, size_t *length) {
  struct ifreq it = { 0 };
  if (*length < 180) return fail(ENOMEM);
  if (!if_indextoname(index, it.ifr_name) || about(SIOCGIFFLAGS, &it)) {
    *length = 0;
    return 0;
  }
  memset(to, 0, 180);
  memcpy(to, &(uint16_t){ 180 }, 2);
  to[2] = 5;
  to[3] = D_IFINFO2;
  to[4] = 1 << IFP;
  /* Point-to-point, running, multicast. */
  memcpy(to + 8, &(uint32_t){ 0x8050 | (it.ifr_flags & IFF_UP) }, 4);
  memcpy(to + 12, &(uint16_t){ index }, 2);
  about(SIOCGIFMTU, &it);
  memcpy(to + 40, &it.ifr_mtu, 4);
  memcpy(to + 80, &(uint64_t){ dropped(it.ifr_name) }, 8);
  put_link(to + 160, index);
  *length = 180;
  return 0;
}

int darwin_sysctl(const int *name, unsigned count, void *old, size_t *old_length, void *new, size_t new_length) {
  static const int FORWARDING[] = { 4, D_INET6, 41, 1 }, INTERFACE[] = { 4, D_ROUTE, 0, D_LINK, 6 };
  if (new || new_length) return fail(EPERM);
  if (count == 4 && !memcmp(name, FORWARDING, sizeof FORWARDING) && *old_length >= 4) {
    memcpy(old, &(int){ setting_of("all", "forwarding") == '1' }, 4);
    *old_length = 4;
    return 0;
  }
  if (count == 6 && !memcmp(name, INTERFACE, sizeof INTERFACE)) return report_interface(name[5], old, old_length);
  return fail(ENOENT);
}
