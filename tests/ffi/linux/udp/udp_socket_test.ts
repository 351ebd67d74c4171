import { openTun, openUdpSocket } from "../../../../ffi/open.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { SystemError } from "../../../../ffi/c/errno.ts";
import { Poller } from "../../../../ffi/polling/poller.ts";
import { MAX_SEGMENTS } from "../../../../ffi/linux/udp/send_batch.ts";
import type { Tun } from "../../../../ffi/tun.ts";
import { refusalOf } from "../../../../ffi/linux/udp/udp_sender.ts";
import {
  type BatchedUdpOptions,
  type BatchedUdpSocket,
  BatchingUnavailable,
} from "../../../../ffi/udp_socket.ts";
import {
  type Endpoint,
  formatEndpoint,
  MAX_DATAGRAM,
  parseEndpoint,
  portOf,
} from "../../../../wire/endpoint.ts";
import { parseIpv4 } from "../../../../wire/ipv4_address.ts";
import { requires } from "../../../capabilities.ts";
import { namespaceTest, run } from "../../namespace.ts";
import "../../open_libc.ts";

const LOOPBACK = parseIpv4("127.0.0.1")!;

type Options = Partial<BatchedUdpOptions>;

/** A socket, and what its observer heard. */
function open(options: Options = {}): BatchedUdpSocket & Disposable & { readonly heard: string[] } {
  const heard: string[] = [];
  const observer = {
    lost: (count: number, code: string) => void heard.push(`lost ${count} ${code}`),
    refused: (refusal: string, code: string) => void heard.push(`refused ${refusal} ${code}`),
  };
  const socket = openUdpSocket({
    address: LOOPBACK,
    port: 0,
    watcher: new Poller(),
    observer,
    ...options,
  });
  return Object.assign(socket, { heard, [Symbol.dispose]: () => socket.close() });
}

interface Datagram {
  readonly from: Endpoint;
  readonly bytes: Uint8Array;
}

/** All that waits at a socket. On the loopback interface what was sent is there at once. */
function receiveAll(socket: BatchedUdpSocket): Datagram[] {
  const all: Datagram[] = [];
  while (socket.receive((bytes, from) => all.push({ from, bytes: bytes.slice() })) !== "nothing");
  return all;
}

/** A datagram whose octets tell its number. */
function numbered(number: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => number * 31 + i);
}

function socketTest(name: string, body: () => void | Promise<void>): void {
  const { title, ignore } = requires("linux");
  Deno.test({ name: title(`UDP socket ${name}`), ignore, fn: body });
}

/** With and without the kernel's help, each side. */
const MODES: readonly { readonly name: string; readonly options: Options }[] = [
  { name: "with segmentation and joining", options: {} },
  { name: "without segmentation", options: { segmenting: false } },
  { name: "without joining", options: { joining: false } },
  { name: "without both", options: { segmenting: false, joining: false } },
];

for (const { name, options } of MODES) {
  socketTest(`carries datagrams of every length, in order, ${name}`, () => {
    using here = open(options);
    using there = open(options);
    const lengths = [0, 1, 2, 0, 1280, 1280, 1280, 700, 1471, 1472, 1473, 9000, MAX_DATAGRAM];
    const sent = lengths.map((length, i) => numbered(i, length));
    for (const bytes of sent) here.send(there.local, bytes);
    here.flush();
    const received = receiveAll(there);
    assertEquals(received.map(({ bytes }) => bytes.length), lengths);
    received.forEach(({ bytes, from }, i) => {
      assertEquals(bytes, sent[i]);
      assertEquals(formatEndpoint(from), formatEndpoint(here.local));
    });
    assertEquals(here.heard, []);
  });

  socketTest(`carries long runs of equal datagrams, the last of them shorter, ${name}`, () => {
    using here = open(options);
    using there = open(options);
    for (const count of [2, MAX_SEGMENTS - 1, MAX_SEGMENTS, MAX_SEGMENTS + 1, 200]) {
      const sent = Array.from(
        { length: count },
        (_, i) => numbered(i, i === count - 1 ? 9 : 1288),
      );
      for (const bytes of sent) here.send(there.local, bytes);
      here.flush();
      assertEquals(receiveAll(there).map(({ bytes }) => bytes), sent);
    }
  });

  socketTest(`keeps many interleaved peers apart, ${name}`, () => {
    using here = open(options);
    using peers = new DisposableStack();
    const others = Array.from({ length: 50 }, () => peers.use(open(options)));
    for (let round = 0; round < 6; round++) {
      for (const [i, { local }] of others.entries()) {
        for (let n = 0; n <= i % 3; n++) here.send(local, numbered(i + n, 300 + 10 * (i % 2)));
      }
    }
    here.flush();
    for (const [i, other] of others.entries()) {
      const each = Array.from({ length: i % 3 + 1 }, (_, n) => numbered(i + n, 300 + 10 * (i % 2)));
      const received = receiveAll(other);
      assertEquals(received.map(({ bytes }) => bytes), Array(6).fill(each).flat());
      other.send(here.local, Uint8Array.of(i));
      other.send(here.local, Uint8Array.of(i + 100));
      other.flush();
    }
    const answers = receiveAll(here);
    assertEquals(answers.length, 100);
    for (const { from, bytes: [octet] } of answers) {
      assertEquals(from, others[octet! % 100]!.local);
    }
  });
}

socketTest("sends without being told when more was taken than it keeps", () => {
  using here = open();
  using there = open();
  for (let i = 0; i < 500; i++) here.send(there.local, numbered(i, 1280));
  assert(receiveAll(there).length >= 128);
  here.flush();
});

socketTest("lets the sender change its bytes as soon as send returns", () => {
  using here = open();
  using there = open();
  const bytes = Uint8Array.of(1, 2, 3);
  here.send(there.local, bytes);
  bytes.fill(9);
  here.flush();
  assertEquals(receiveAll(there).map((datagram) => [...datagram.bytes]), [[1, 2, 3]]);
});

socketTest("has the kernel move several datagrams at a time, where it can", () => {
  using here = open();
  using plain = open({ joining: false });
  assertEquals([here.isSegmenting, here.isJoining, plain.isJoining], [true, true, false]);
});

socketTest("survives datagrams to a port that nobody listens on", () => {
  using here = open();
  using there = open();
  const closed = open();
  closed.close();
  for (let i = 0; i < 10; i++) {
    here.send(closed.local, Uint8Array.of(1));
    here.send(there.local, Uint8Array.of(i));
    here.flush();
    receiveAll(here);
  }
  assertEquals(receiveAll(there).map(({ bytes: [octet] }) => octet), [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
  ]);
});

socketTest("reports datagrams that cannot be sent, and sends the others", () => {
  using here = open();
  using there = open();
  here.send(there.local, Uint8Array.of(1));
  // A socket on the loopback interface has no way to the Internet.
  for (let i = 0; i < 3; i++) here.send(parseEndpoint("192.0.2.1:9")!, Uint8Array.of(2));
  here.send(there.local, new Uint8Array(MAX_DATAGRAM + 1));
  here.send(there.local, Uint8Array.of(3));
  here.flush();
  assertEquals(receiveAll(there).map(({ bytes: [octet] }) => octet), [1, 3]);
  assertEquals(here.heard.filter((line) => line.includes("EMSGSIZE")), ["lost 1 EMSGSIZE"]);
  assertEquals(here.heard.map((line) => line.split(" ", 2).join(" ")), Array(4).fill("lost 1"));
});

socketTest("reports a port in use, and an address that is not this host's", () => {
  using socket = open();
  const { code, message } = assertThrows(
    () => open({ port: portOf(socket.local) }),
    SystemError,
  );
  assertEquals(code, "EADDRINUSE");
  assert(message.startsWith(`Cannot listen on UDP ${formatEndpoint(socket.local)}: `), message);
  const foreign = { address: parseIpv4("192.0.2.1")! };
  assertEquals(assertThrows(() => open(foreign), SystemError).code, "EADDRNOTAVAIL");
});

socketTest("gives the port back, does nothing once closed, and leaks no descriptor", () => {
  const before = countDescriptors();
  const socket = open();
  const port = portOf(socket.local);
  socket.send(socket.local, Uint8Array.of(1));
  socket.close();
  socket.close();
  socket.send(socket.local, Uint8Array.of(1));
  socket.flush();
  assertEquals(socket.receive(() => {}), "nothing");
  open({ port }).close();
  assertThrows(() => open({ address: parseIpv4("192.0.2.1")! }), SystemError);
  assertEquals(countDescriptors(), before);
});

socketTest(
  "owns all memory that it tells the kernel of: collecting garbage harms nothing",
  async () => {
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--allow-all",
        "--no-check",
        "--no-config",
        "--v8-flags=--expose-gc",
        new URL("../fixtures/send_under_collection.ts", import.meta.url).pathname,
        "1500",
      ],
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    assert(success, decoder.decode(stdout) + decoder.decode(stderr));
  },
);

socketTest(
  "closed while it delivers datagrams leaves the current one alone, and delivers no more",
  () => {
    using here = open({ segmenting: false });
    using there = open({ joining: false });
    for (let i = 1; i <= 4; i++) here.send(there.local, numbered(i, 100));
    here.flush();
    const got: Uint8Array[] = [];
    there.receive((bytes) => {
      there.close();
      // Its memory could be the next socket's, which finds it empty.
      open().close();
      got.push(bytes.slice());
    });
    assertEquals(got, [numbered(1, 100)]);
  },
);

Deno.test("openUdpSocket() says on other systems why there is no such socket", () => {
  if (Deno.build.os === "linux") return;
  assertThrows(() => open(), BatchingUnavailable, "Linux");
});

Deno.test("refusalOf() tells a kernel that cannot cut from a path that is too narrow", () => {
  assertEquals(refusalOf("EIO"), "never");
  assertEquals(refusalOf("EOPNOTSUPP"), "never");
  assertEquals(refusalOf("EINVAL"), "destination");
  assertEquals(refusalOf("EMSGSIZE"), "destination");
  assertEquals(refusalOf("ENETUNREACH"), undefined);
  assertEquals(refusalOf("EPERM"), undefined);
});

namespaceTest(
  import.meta.url,
  "UDP socket sends one by one where the kernel will not cut: datagrams longer than the MTU",
  ["ip"],
  () => {
    run("ip", "link", "set", "lo", "mtu", "1000");
    run("ip", "link", "set", "lo", "up");
    using here = open();
    using there = open();
    const sent = Array.from({ length: 100 }, (_, i) => numbered(i, 1280));
    for (const isFirst of [true, false]) {
      for (const bytes of sent) here.send(there.local, bytes);
      here.flush();
      assertEquals(receiveAll(there).map(({ bytes }) => bytes), sent);
      const heard = here.heard.splice(0);
      assertEquals(heard.length > 0, isFirst, "from then on it does not even try");
      assert(heard.every((line) => line.startsWith("refused destination")), heard.join());
    }
  },
);

/** In the flags octet of an IPv4 header. */
const DF = 0x40;

namespaceTest(
  import.meta.url,
  "P-18, P-19: UDP socket lets routers fragment what it sends, and leaves the ECN bits at zero",
  ["tun", "ip"],
  () => {
    const tun = openIpv4Tun();
    using socket = open({ address: parseIpv4("192.0.2.1")! });
    const to = parseEndpoint("192.0.2.2:3545")!;
    for (const length of [10, 1000, 1000, 1000, 1400]) socket.send(to, new Uint8Array(length));
    socket.flush();
    const packets = readAll(tun);
    assertEquals(packets.map(({ length }) => length), [38, 1028, 1028, 1028, 1276, 172]);
    for (const packet of packets) {
      assertEquals([packet[0]! >>> 4, packet[1], packet[6]! & DF], [4, 0, 0]);
    }
    assertEquals(socket.heard, []);
    tun.close();
  },
);

function openIpv4Tun(): Tun {
  const tun = openTun("outer");
  run("ip", "link", "set", "outer", "mtu", "1280", "addrgenmode", "none");
  run("ip", "address", "add", "192.0.2.1/24", "dev", "outer");
  run("ip", "link", "set", "outer", "up");
  return tun;
}

function readAll(tun: Tun): Uint8Array[] {
  const packets: Uint8Array[] = [];
  const buffer = new Uint8Array(70_000);
  for (let length = tun.read(buffer); length > 0; length = tun.read(buffer)) {
    packets.push(buffer.slice(0, length));
  }
  return packets;
}

function countDescriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}
