import { POLLFD } from "../../../../ffi/c/poll_list.ts";
import { assertEquals } from "@std/assert";
import {
  CMSGHDR,
  IFADDRMSG,
  IFINFOMSG,
  IFREQ,
  IOVEC,
  MMSGHDR,
  MSGHDR,
  NLATTR,
  NLMSGHDR,
  RTMSG,
  SOCKADDR_IN,
  SOCKADDR_IN6,
  SOCKADDR_NL,
  TIMEVAL,
  UCRED,
} from "../../../../ffi/linux/kernel/kernel_structs.ts";

/**
 * `sizeof` and `offsetof` of each field, as gcc 12 prints them for x86-64 and the kernel's own
 * headers.
 */
const LAYOUTS = [
  { name: "ifreq", struct: IFREQ, size: 40, offsets: [0, 16, 18] },
  { name: "pollfd", struct: POLLFD, size: 8, offsets: [0, 4, 6] },
  { name: "sockaddr_in", struct: SOCKADDR_IN, size: 16, offsets: [0, 2, 4, 8] },
  { name: "sockaddr_in6", struct: SOCKADDR_IN6, size: 28, offsets: [0, 2, 4, 8, 24] },
  { name: "sockaddr_nl", struct: SOCKADDR_NL, size: 12, offsets: [0, 2, 4, 8] },
  { name: "ucred", struct: UCRED, size: 12, offsets: [0, 4, 8] },
  { name: "nlmsghdr", struct: NLMSGHDR, size: 16, offsets: [0, 4, 6, 8, 12] },
  { name: "nlattr", struct: NLATTR, size: 4, offsets: [0, 2] },
  { name: "ifinfomsg", struct: IFINFOMSG, size: 16, offsets: [0, 1, 2, 4, 8, 12] },
  { name: "ifaddrmsg", struct: IFADDRMSG, size: 8, offsets: [0, 1, 2, 3, 4] },
  { name: "rtmsg", struct: RTMSG, size: 12, offsets: [0, 1, 2, 3, 4, 5, 6, 7, 8] },
  { name: "iovec", struct: IOVEC, size: 16, offsets: [0, 8] },
  { name: "msghdr", struct: MSGHDR, size: 56, offsets: [0, 8, 16, 24, 32, 40, 48] },
  { name: "mmsghdr", struct: MMSGHDR, size: 64, offsets: [0, 8, 16, 24, 32, 40, 48, 52, 56] },
  { name: "cmsghdr", struct: CMSGHDR, size: 16, offsets: [0, 8, 12] },
  { name: "timeval", struct: TIMEVAL, size: 16, offsets: [0, 8] },
];

for (const { name, struct, size, offsets } of LAYOUTS) {
  Deno.test(`struct ${name} lies in memory as a C compiler lays it out`, () => {
    assertEquals(struct.size, size);
    assertEquals(Object.values(struct.offset), offsets);
  });
}

Deno.test("sockaddr_in holds address and port in network order", () => {
  const bytes = SOCKADDR_IN.encode({ family: 2, port: 3544, address: 0xc0000201 });
  assertEquals([...bytes], [2, 0, 0x0d, 0xd8, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
});
