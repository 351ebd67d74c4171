import { assertEquals } from "@std/assert";
import * as numbers from "../../../../ffi/darwin/kernel/kernel_numbers.ts";
import {
  CTL_INFO,
  IF_MSGHDR,
  IF_MSGHDR2,
  IFA_MSGHDR,
  IFREQ_FLAGS,
  IFREQ_MTU,
  IN6_ALIASREQ,
  IN6_IFREQ,
  RT_MSGHDR,
  SOCKADDR_CTL,
  SOCKADDR_DL,
  SOCKADDR_IN,
  SOCKADDR_IN6,
} from "../../../../ffi/darwin/kernel/kernel_structs.ts";

/**
 * `sizeof`, and `offsetof` of each field, of the structures in xnu's headers on a machine with 64
 * bits; the three headers of messages as far as we read them.
 */
const LAYOUTS = [
  { name: "sockaddr_in", struct: SOCKADDR_IN, size: 16, offsets: [0, 1, 2, 4, 8] },
  { name: "sockaddr_in6", struct: SOCKADDR_IN6, size: 28, offsets: [0, 1, 2, 4, 8, 24] },
  { name: "sockaddr_dl", struct: SOCKADDR_DL, size: 20, offsets: [0, 1, 2, 4, 5, 6, 7, 8] },
  { name: "sockaddr_ctl", struct: SOCKADDR_CTL, size: 32, offsets: [0, 1, 2, 4, 8, 12] },
  { name: "ctl_info", struct: CTL_INFO, size: 100, offsets: [0, 4] },
  { name: "ifreq with flags", struct: IFREQ_FLAGS, size: 32, offsets: [0, 16, 18] },
  { name: "ifreq with an MTU", struct: IFREQ_MTU, size: 32, offsets: [0, 16, 20] },
  { name: "in6_ifreq", struct: IN6_IFREQ, size: 288, offsets: [0, 16, 44] },
  {
    name: "in6_aliasreq",
    struct: IN6_ALIASREQ,
    size: 128,
    offsets: [0, 16, 44, 72, 100, 104, 112, 120, 124],
  },
  {
    name: "rt_msghdr",
    struct: RT_MSGHDR,
    size: 92,
    offsets: [0, 2, 3, 4, 8, 12, 16, 20, 24, 28, 32, 36],
  },
  { name: "if_msghdr", struct: IF_MSGHDR, size: 16, offsets: [0, 2, 3, 4, 8, 12] },
  { name: "ifa_msghdr", struct: IFA_MSGHDR, size: 20, offsets: [0, 2, 3, 4, 8, 12, 16] },
  {
    name: "if_msghdr2",
    struct: IF_MSGHDR2,
    size: 88,
    offsets: [0, 2, 3, 4, 8, 12, 16, 20, 24, 28, 32, 40, 44, 48, 56, 64, 72, 80, 84],
  },
];

for (const { name, struct, size, offsets } of LAYOUTS) {
  Deno.test(`Darwin's struct ${name} lies in memory as xnu has it`, () => {
    assertEquals(struct.size, size);
    assertEquals(Object.values(struct.offset), offsets);
  });
}

Deno.test("Darwin's requests are made of a direction, a size, a group and a number", () => {
  // bsd/sys/ioccom.h.
  const request = (direction: number, size: number, group: string, number: number) =>
    BigInt(direction) << 28n | BigInt(size << 16 | group.charCodeAt(0) << 8 | number);
  const [none, into, both] = [0x2, 0x8, 0xc];
  const expected = {
    FIOCLEX: request(none, 0, "f", 1),
    FIONBIO: request(into, 4, "f", 126),
    CTLIOCGINFO: request(both, CTL_INFO.size, "N", 3),
    SIOCSIFFLAGS: request(into, IFREQ_FLAGS.size, "i", 16),
    SIOCSIFMTU: request(into, IFREQ_MTU.size, "i", 52),
    SIOCDIFADDR_IN6: request(into, IN6_IFREQ.size, "i", 25),
    SIOCAIFADDR_IN6: request(into, IN6_ALIASREQ.size, "i", 26),
    SIOCGIFAFLAG_IN6: request(both, IN6_IFREQ.size, "i", 73),
    SIOCPROTOATTACH_IN6: request(both, IN6_ALIASREQ.size, "i", 110),
  };
  const requests = Object.entries<number | bigint>(numbers).filter(([, value]) =>
    typeof value === "bigint"
  );
  assertEquals(Object.fromEntries(requests), expected);
});
