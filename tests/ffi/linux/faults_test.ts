/**
 * Each system call made to fail: once by an error that may be stale, which must not matter, and for
 * good, which must be said in the right words.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { errnoText, SystemError } from "../../../ffi/c/errno.ts";
import { findGroup, findUser, nameOfGroup } from "../../../ffi/linux/rights/users.ts";
import {
  findRoute,
  openLinkMonitor,
  openRawIpv6,
  openTun,
  openUdpSocket,
} from "../../../ffi/open.ts";
import { Poller } from "../../../ffi/polling/poller.ts";
import {
  type BatchedUdpSocket,
  BatchingUnavailable,
  type Received,
} from "../../../ffi/udp_socket.ts";
import { parseIpv4 } from "../../../wire/ipv4_address.ts";
import { parseIpv6 } from "../../../wire/ipv6_address.ts";
import { requires } from "../../capabilities.ts";
import { always, type FaultCode, first, injectFaults } from "../faults.ts";
import { namespaceTest, run } from "../namespace.ts";
import { libc } from "../../../ffi/c/libc.ts";
import "../open_libc.ts";

const LOOPBACK = parseIpv4("127.0.0.1")!;

function faultTest(name: string, body: () => void | Promise<void>): void {
  const { title, ignore } = requires("linux");
  Deno.test({ name: title(`faults: ${name}`), ignore, fn: body });
}

/** What someone reads when `body` fails. */
function messageOf(body: () => unknown): string {
  return (assertThrows(body, SystemError) as SystemError).message;
}

faultTest("a function that gives a pointer fails by none", () => {
  using _ = injectFaults({
    strerror: always("ENOMEM"),
    getpwnam: always("EIO"),
    getpwuid: always("EIO"),
    getgrnam: always("EIO"),
    getgrgid: always("EIO"),
  });
  assertEquals(errnoText(1), "Error 1");
  assertEquals(findUser("0"), undefined);
  assertEquals([findGroup("root"), nameOfGroup(0)], [undefined, undefined]);
});

namespaceTest(
  import.meta.url,
  "faults: a TUN goes on after any error that asking again does not confirm, and names one that stays",
  ["tun"],
  () => {
    const tun = openTun("teredo");
    const buffer = new Uint8Array(1500);
    for (const code of ["ENOENT", "EIO", "EBADF", "EINTR", "EAGAIN"] as const) {
      using faults = injectFaults({ read: first(1, code) });
      assertEquals([tun.read(buffer), faults.failed], [0, 1], code);
    }
    {
      using _ = injectFaults({ read: always("EIO") });
      assertEquals(
        messageOf(() => tun.read(buffer)),
        'Cannot read from interface "teredo": Input/output error (read: EIO)',
      );
    }
    {
      using _ = injectFaults({ write: always("ENOBUFS") });
      assertEquals(tun.write(new Uint8Array(40)), false);
    }
    tun.close();
  },
);

namespaceTest(
  import.meta.url,
  "faults: a TUN that cannot be opened says which step failed, and leaves nothing behind",
  ["tun", "ip"],
  () => {
    const steps = [
      ["open", "EMFILE", /^Cannot open \/dev\/net\/tun: .*open files \(open: EMFILE\)$/],
      ["open", "EACCES", /^Cannot open \/dev\/net\/tun: .*\(open: EACCES\)\. Root may open it/],
      ["ioctl", "EPERM", /^Cannot make the TUN interface "teredo": .*EPERM\)\. Run as root/],
      [
        "interfaceIndex",
        "ENODEV",
        /^Cannot find interface "teredo": .*\(if_nametoindex: ENODEV\)$/,
      ],
    ] as const;
    for (const [call, code, words] of steps) {
      {
        using _ = injectFaults({ [call]: always(code) });
        const message = messageOf(() => openTun("teredo", { offload: true }));
        assert(words.test(message), message);
      }
      assertEquals(run("ip", "-o", "link").includes("teredo"), false, call);
      using once = injectFaults({ [call]: first(1, code) });
      openTun("teredo").close();
      assertEquals(once.failed, 1);
    }
  },
);

namespaceTest(
  import.meta.url,
  "faults: a link monitor goes on after errors that do not stay, and names one that stays",
  [],
  () => {
    const monitor = openLinkMonitor()!;
    for (const code of ["ENOENT", "EINTR", "ECONNREFUSED"] as const) {
      using faults = injectFaults({ recv: first(1, code) });
      assertEquals([monitor.read(), faults.failed], [undefined, 1], code);
    }
    {
      // What the kernel could not report was news.
      using _ = injectFaults({ recv: first(1, "ENOBUFS") });
      assertEquals(monitor.read()?.isVague, true);
    }
    for (const code of ["ENOBUFS", "EINTR", "EIO"] as const) {
      {
        using faults = injectFaults({ recv: always(code) });
        const message = messageOf(() => monitor.read());
        assert(message.endsWith(`(recv: ${code})`), message);
        // It comes to an end at once: others have to get their turn.
        assertEquals(faults.failed, 2);
      }
      assertEquals([monitor.read()?.isVague, monitor.read()], [true, undefined]);
    }
    monitor.close();
  },
);

faultTest("what asks the kernel says which call failed", () => {
  const ask = () => findRoute(parseIpv6("2600::1")!);
  const cases = [
    ["socket", "EMFILE", "Cannot open a netlink socket: Too many open files (socket: EMFILE)"],
    ["sendto", "ENOBUFS", "Cannot ask the kernel: No buffer space available (sendto: ENOBUFS)"],
    ["recv", "EIO", "Cannot read the kernel's answer: Input/output error (recv: EIO)"],
  ] as const;
  const answer = ask();
  for (const [call, code, message] of cases) {
    {
      using _ = injectFaults({ [call]: always(code) });
      assertEquals(messageOf(ask), message);
    }
    using _ = injectFaults({ [call]: first(1, "ENOENT") });
    assertEquals(ask(), answer);
  }
  using _ = injectFaults({ socket: always("EMFILE") });
  assertEquals(
    messageOf(openRawIpv6),
    "Cannot open a raw IPv6 socket: Too many open files (socket: EMFILE)",
  );
  assertEquals(
    messageOf(openLinkMonitor),
    "Cannot open a netlink socket: Too many open files (socket: EMFILE)",
  );
});

/** A socket, and what became of what it sent. */
function open(): BatchedUdpSocket & Disposable & { readonly heard: string[] } {
  const heard: string[] = [];
  const observer = {
    lost: (count: number, code: string) => void heard.push(`lost ${count} ${code}`),
    refused: (refusal: string, code: string) => void heard.push(`refused ${refusal} ${code}`),
  };
  const socket = openUdpSocket({ address: LOOPBACK, port: 0, watcher: new Poller(), observer });
  return Object.assign(socket, { heard, [Symbol.dispose]: () => socket.close() });
}

function receive(socket: BatchedUdpSocket): [Received, number] {
  let count = 0;
  return [socket.receive(() => count++), count];
}

const STALE: readonly FaultCode[] = ["ENOENT", "EPERM", "EIO", "EINVAL", "EINTR", "ECONNREFUSED"];

faultTest(
  "a UDP socket sends all datagrams after an error that asking again does not confirm",
  () => {
    using here = open();
    using there = open();
    for (const code of STALE) {
      for (const count of [1, 3]) {
        using faults = injectFaults({ sendmmsg: first(1, code) });
        for (let i = 0; i < count; i++) here.send(there.local, new Uint8Array(100));
        here.flush();
        assertEquals([here.heard.splice(0), faults.failed], [[], 1], code);
        assertEquals(receive(there)[1], count);
      }
    }
  },
);

faultTest("a UDP socket counts what it cannot send, by the error, and goes on", () => {
  using here = open();
  using there = open();
  for (const code of ["EPERM", "EINTR", "EAGAIN", "EBADF"] as const) {
    {
      using _ = injectFaults({ sendmmsg: always(code), sendto: always(code) });
      for (let i = 0; i < 3; i++) here.send(there.local, new Uint8Array(100 + i));
      here.flush();
      assertEquals(here.heard.splice(0).every((line) => line.endsWith(code)), true, code);
    }
    here.send(there.local, new Uint8Array(1));
    here.flush();
    assertEquals(receive(there)[1], 1);
  }
});

faultTest("a UDP socket waits for room though the wait is interrupted, and not for ever", () => {
  using here = open();
  using there = open();
  {
    using _ = injectFaults({ sendmmsg: first(3, "EAGAIN"), poll: first(2, "EINTR") });
    here.send(there.local, new Uint8Array(1));
    here.flush();
    assertEquals([here.heard.length, receive(there)[1]], [0, 1]);
  }
  using _ = injectFaults({ sendmmsg: always("EAGAIN"), poll: always("EINTR") });
  here.send(there.local, new Uint8Array(1));
  here.flush();
  assertEquals(here.heard, ["lost 1 EAGAIN"]);
});

faultTest(
  "a UDP socket that isn't called writable, as its buffer is more than half full, sends on",
  () => {
    using here = open();
    using there = open();
    using _ = injectFaults({ sendmmsg: first(3, "EAGAIN") });
    const { poll } = libc();
    Object.assign(libc(), { poll: () => 0 });
    try {
      here.send(there.local, new Uint8Array(1));
      here.flush();
    } finally {
      Object.assign(libc(), { poll });
    }
    assertEquals([here.heard.length, receive(there)[1]], [0, 1]);
  },
);

faultTest(
  "a UDP socket receives after an error that does not stay, and reports one that does",
  () => {
    using here = open();
    using there = open();
    for (const code of STALE) {
      here.send(there.local, new Uint8Array(1));
      here.flush();
      using faults = injectFaults({ recvmmsg: first(1, code) });
      assertEquals([receive(there), faults.failed], [["some", 1], 1], code);
      assertEquals(receive(there), ["nothing", 0]);
    }
    using _ = injectFaults({ recvmmsg: always("ENOMEM") });
    assertEquals(receive(there), ["ENOMEM", 0]);
  },
);

faultTest(
  "a UDP socket that cannot be opened says which step failed, and leaves nothing behind",
  () => {
    const before = countDescriptors();
    const cases = [
      ["socket", "EMFILE", SystemError, "Cannot open a UDP socket: Too many open files"],
      [
        "bind",
        "EADDRINUSE",
        SystemError,
        "Cannot listen on UDP 127.0.0.1:0: Address already in use",
      ],
      ["getsockname", "ENOBUFS", SystemError, "Cannot find out the port of a UDP socket"],
      ["recvmmsg", "ENOSYS", BatchingUnavailable, "The kernel refuses recvmmsg: Function not impl"],
      ["sendmmsg", "EPERM", BatchingUnavailable, "The kernel refuses sendmmsg: Operation not perm"],
    ] as const;
    for (const [call, code, type, words] of cases) {
      {
        using _ = injectFaults({ [call]: always(code) });
        const error = assertThrows(open);
        assert(error instanceof type && error.message.startsWith(words), `${error}`);
      }
      using _ = injectFaults({ [call]: first(1, code) });
      open().close();
    }
    using _ = injectFaults({ setsockopt: always("ENOPROTOOPT") });
    using plain = open();
    assertEquals([plain.isSegmenting, plain.isJoining], [false, false]);
    plain.close();
    assertEquals(countDescriptors(), before);
  },
);

function countDescriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}
