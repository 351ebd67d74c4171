/**
 * The functions of the C library that this program calls.
 *
 * @module
 */

/**
 * The functions that packets need. Deno makes machine code for each of them: that takes 200 µs, and
 * then a call takes about 20 ns.
 *
 * C types map as follows, on every 64-bit system Deno runs on:
 *
 * - `size_t` is `usize`, passed as `BigInt(length)`: optimised code makes no object for it, whereas
 *   a plain number, which Deno accepts too, costs a slow call;
 * - `ssize_t` is read as `i32`: no transfer here comes near 2 GiB, so the low half of the register
 *   holds the whole result, as a plain number;
 * - `ioctl` is variadic in C. On Linux a variadic argument travels in a register like any other; on
 *   macOS for arm64 it does not.
 */
export const HOT_SYMBOLS = {
  // ssize_t read(int fd, void *buffer, size_t count)
  read: {
    parameters: ["i32", "buffer", "usize"],
    result: "i32",
  },
  // ssize_t write(int fd, const void *buffer, size_t count)
  write: {
    parameters: ["i32", "buffer", "usize"],
    result: "i32",
  },
  // int poll(struct pollfd *fds, nfds_t count, int timeout_ms)
  poll: {
    parameters: ["buffer", "usize", "i32"],
    result: "i32",
  },
  // ssize_t sendto(int fd, const void *buffer, size_t length, int flags,
  //                const struct sockaddr *address, socklen_t address_length)
  sendto: {
    parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"],
    result: "i32",
  },
  // int recvmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags,
  //              struct timespec *timeout), Linux
  recvmmsg: {
    parameters: ["i32", "buffer", "u32", "i32", "pointer"],
    result: "i32",
    optional: true,
  },
  // int sendmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags), Linux
  sendmmsg: {
    parameters: ["i32", "buffer", "u32", "i32"],
    result: "i32",
    optional: true,
  },
  // `poll` on another thread: the result is a promise, and errno is that of the other thread.
  pollOnThread: {
    name: "poll",
    parameters: ["buffer", "usize", "i32"],
    result: "i32",
    nonblocking: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

/**
 * The functions that starting and stopping need. Deno makes no machine code for them, and a call
 * takes 2 µs.
 */
export const COLD_SYMBOLS = {
  // int sched_getscheduler(pid_t thread), Linux
  sched_getscheduler: {
    parameters: ["i32"],
    result: "i32",
    optional: true,
  },
  // int sched_setscheduler(pid_t thread, int policy, const struct sched_param *param), Linux
  sched_setscheduler: {
    parameters: ["i32", "i32", "buffer"],
    result: "i32",
    optional: true,
  },
  // char *strerror(int errnum)
  strerror: {
    parameters: ["i32"],
    result: "pointer",
  },
  // int open(const char *path, int flags)
  open: {
    parameters: ["buffer", "i32"],
    result: "i32",
  },
  // int open(const char *path, int flags, mode_t mode), Linux: the mode is variadic
  openNew: {
    name: "open",
    parameters: ["buffer", "i32", "u32"],
    result: "i32",
  },
  // int close(int fd)
  close: {
    parameters: ["i32"],
    result: "i32",
  },
  // int ioctl(int fd, unsigned long request, void *argument)
  ioctl: {
    parameters: ["i32", "usize", "buffer"],
    result: "i32",
  },
  // The same with a number in the argument's place: int ioctl(int fd, unsigned long request,
  // unsigned long)
  ioctlNumber: {
    name: "ioctl",
    parameters: ["i32", "usize", "usize"],
    result: "i32",
  },
  // int __ioctl(int fd, unsigned long request, void *argument), macOS: what its ioctl() calls with
  // the argument that it finds on the stack
  darwinIoctl: {
    name: "__ioctl",
    parameters: ["i32", "usize", "buffer"],
    result: "i32",
    optional: true,
  },
  // int sysctl(int *name, unsigned int name_length, void *old, size_t *old_length,
  //            void *new, size_t new_length), macOS
  sysctl: {
    parameters: ["buffer", "u32", "buffer", "buffer", "pointer", "usize"],
    result: "i32",
    optional: true,
  },
  // unsigned int if_nametoindex(const char *name)
  interfaceIndex: {
    name: "if_nametoindex",
    parameters: ["buffer"],
    result: "u32",
  },
  // int pipe(int fds[2])
  pipe: {
    parameters: ["buffer"],
    result: "i32",
  },
  // int madvise(void *address, size_t length, int advice)
  madvise: {
    parameters: ["usize", "usize", "i32"],
    result: "i32",
    optional: true,
  },
  // int malloc_trim(size_t pad), glibc
  mallocTrim: {
    name: "malloc_trim",
    parameters: ["usize"],
    result: "i32",
    optional: true,
  },
  // int eventfd(unsigned int initial, int flags), Linux
  eventfd: {
    parameters: ["u32", "i32"],
    result: "i32",
    optional: true,
  },
  // int socket(int domain, int type, int protocol)
  socket: {
    parameters: ["i32", "i32", "i32"],
    result: "i32",
  },
  // int socketpair(int domain, int type, int protocol, int ends[2])
  socketpair: {
    parameters: ["i32", "i32", "i32", "buffer"],
    result: "i32",
  },
  // int bind(int fd, const struct sockaddr *address, socklen_t address_length)
  bind: {
    parameters: ["i32", "buffer", "u32"],
    result: "i32",
  },
  // int listen(int fd, int backlog)
  listen: {
    parameters: ["i32", "i32"],
    result: "i32",
  },
  // int connect(int fd, const struct sockaddr *address, socklen_t address_length)
  connect: {
    parameters: ["i32", "buffer", "u32"],
    result: "i32",
  },
  // int getsockname(int fd, struct sockaddr *address, socklen_t *length)
  getsockname: {
    parameters: ["i32", "buffer", "buffer"],
    result: "i32",
  },
  // int getsockopt(int fd, int level, int option, void *value, socklen_t *length)
  getsockopt: {
    parameters: ["i32", "i32", "i32", "buffer", "buffer"],
    result: "i32",
  },
  // int setsockopt(int fd, int level, int option, const void *value, socklen_t length)
  setsockopt: {
    parameters: ["i32", "i32", "i32", "buffer", "u32"],
    result: "i32",
  },
  // ssize_t recv(int fd, void *buffer, size_t length, int flags)
  recv: {
    parameters: ["i32", "buffer", "usize", "i32"],
    result: "i32",
  },
  // int access(const char *path, int mode)
  access: {
    parameters: ["buffer", "i32"],
    result: "i32",
  },
  // struct passwd *getpwuid(uid_t uid)
  getpwuid: {
    parameters: ["u32"],
    result: "pointer",
  },
  // struct passwd *getpwnam(const char *name)
  getpwnam: {
    parameters: ["buffer"],
    result: "pointer",
  },
  // struct group *getgrnam(const char *name)
  getgrnam: {
    parameters: ["buffer"],
    result: "pointer",
  },
  // struct group *getgrgid(gid_t gid)
  getgrgid: {
    parameters: ["u32"],
    result: "pointer",
  },
  // int initgroups(const char *user, gid_t group), all threads
  initgroups: {
    parameters: ["buffer", "u32"],
    result: "i32",
  },
  // int getgroups(int size, gid_t list[])
  getgroups: {
    parameters: ["i32", "buffer"],
    result: "i32",
  },
  // int setgroups(size_t size, const gid_t *list), all threads; another type on macOS
  setgroups: {
    parameters: ["usize", "buffer"],
    result: "i32",
  },
  // int setresgid(gid_t real, gid_t effective, gid_t saved), Linux, all threads
  setresgid: {
    parameters: ["u32", "u32", "u32"],
    result: "i32",
    optional: true,
  },
  // int setresuid(uid_t real, uid_t effective, uid_t saved), Linux, all threads
  setresuid: {
    parameters: ["u32", "u32", "u32"],
    result: "i32",
    optional: true,
  },
  // int prctl(int option, unsigned long, unsigned long, unsigned long, unsigned long), Linux
  prctl: {
    parameters: ["i32", "usize", "usize", "usize", "usize"],
    result: "i32",
    optional: true,
  },
  // long syscall(long number, ...), for the calls that the C library has no function for: here two
  // numbers and a structure
  systemCall: {
    name: "syscall",
    parameters: ["usize", "usize", "usize", "buffer"],
    result: "i32",
    optional: true,
  },
  // The same with two structures
  systemCallOfTwo: {
    name: "syscall",
    parameters: ["usize", "buffer", "buffer"],
    result: "i32",
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;
