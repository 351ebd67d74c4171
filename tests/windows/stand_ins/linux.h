// System calls of Linux from code that wine runs.
//
// wine maps a PE file into an ordinary Linux process, and does not intercept the instruction `syscall`. So a DLL can act
// as a part of Windows with real interfaces, addresses and routes of the kernel beneath.
#ifndef TEREDO_STAND_INS_LINUX_H
#define TEREDO_STAND_INS_LINUX_H

#define WIN32_LEAN_AND_MEAN
#include <stdint.h>
#include <string.h>
#include <windows.h>

#define EXPORT __declspec(dllexport)

// Numbers of x86_64, from asm/unistd_64.h.
enum { SYS_read = 0, SYS_write = 1, SYS_open = 2, SYS_close = 3, SYS_poll = 7, SYS_ioctl = 16, SYS_socket = 41,
       SYS_sendto = 44, SYS_recvfrom = 45, SYS_bind = 49, SYS_eventfd2 = 290 };

// errno of asm-generic/errno-base.h and errno.h.
enum { L_EPERM = 1, L_ENOENT = 2, L_ESRCH = 3, L_EAGAIN = 11, L_EACCES = 13, L_EBUSY = 16, L_EEXIST = 17, L_ENODEV = 19,
       L_EINVAL = 22, L_EADDRNOTAVAIL = 99, L_ENETUNREACH = 101, L_EHOSTUNREACH = 113 };

enum { L_O_RDWR = 2, L_O_WRONLY = 1, L_O_NONBLOCK = 04000, L_POLLIN = 1 };

// Requests of linux/sockios.h.
enum { L_SIOCADDRT = 0x890b, L_SIOCDELRT = 0x890c, L_SIOCGIFNAME = 0x8910, L_SIOCGIFFLAGS = 0x8913,
       L_SIOCSIFFLAGS = 0x8914, L_SIOCSIFADDR = 0x8916, L_SIOCGIFMTU = 0x8921, L_SIOCSIFMTU = 0x8922,
       L_SIOCGIFINDEX = 0x8933, L_SIOCDIFADDR = 0x8936 };

enum { L_AF_INET = 2, L_AF_INET6 = 10, L_AF_NETLINK = 16, L_SOCK_DGRAM = 2, L_SOCK_RAW = 3, L_IFF_UP = 1 };

struct linux_ifreq { char name[16]; union { int number; short flags; char padding[24]; } u; };
struct linux_pollfd { int fd; short events, revents; };

static inline int64_t linux_call(int64_t number, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f) {
  int64_t result;
  register int64_t r10 __asm__("r10") = d;
  register int64_t r8 __asm__("r8") = e;
  register int64_t r9 __asm__("r9") = f;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}
#define CALL(number, a, b, c) linux_call(number, (int64_t)(a), (int64_t)(b), (int64_t)(c), 0, 0, 0)
#define CALL6(number, a, b, c, d, e, f) \
  linux_call(number, (int64_t)(a), (int64_t)(b), (int64_t)(c), (int64_t)(d), (int64_t)(e), (int64_t)(f))

// Asks about an interface by a socket of a family: 0, or an error, negated.
static inline int64_t linux_ask(int family, int64_t request, void *what) {
  int64_t fd = CALL(SYS_socket, family, L_SOCK_DGRAM, 0);
  if (fd < 0) return fd;
  int64_t result = CALL(SYS_ioctl, fd, request, what);
  CALL(SYS_close, fd, 0, 0);
  return result;
}

// A LUID, as these stand-ins make it: the interface's index, and the type 53 (IF_TYPE_PROP_VIRTUAL).
static inline uint64_t luid_of(int index) { return (uint64_t)index << 24 | (uint64_t)53 << 48; }
static inline int index_of(uint64_t luid) { return (int)(luid >> 24 & 0xffffff); }

#endif
