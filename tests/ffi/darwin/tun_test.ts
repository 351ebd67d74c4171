import "../../darwin/inside.ts";
import { assert, assertEquals, assertInstanceOf, assertMatch, assertThrows } from "@std/assert";
import { SystemError } from "../../../ffi/c/errno.ts";
import { DarwinTun } from "../../../ffi/darwin/tun.ts";
import { openInterface, openTun } from "../../../ffi/open.ts";
import { Poller } from "../../../ffi/polling/poller.ts";
import type { Tun } from "../../../ffi/tun.ts";
import { parseIpv6 } from "../../../wire/ipv6_address.ts";
import { answerPing } from "../answer_ping.ts";
import { ipJson, namespaceTest, run } from "../namespace.ts";
import "../open_libc.ts";

const { url } = import.meta;

const OUR_ADDRESS = parseIpv6("2001:0:5301:1::1")!;
const TEREDO = { address: parseIpv6("2001::")!, length: 32 };

namespaceTest(url, "utun: it appears under its name and index, up, and vanishes when closed", [
  ...["gcc", "tun", "ip"] as const,
], () => {
  const tun = openTun("utun7");
  assertInstanceOf(tun, DarwinTun);
  assertEquals([tun.name, tun.offload], ["utun7", undefined]);
  const [link] = ipJson("link", "show", "utun7");
  assertEquals(link?.ifindex, tun.index);
  assert((link?.flags as string[]).includes("UP"));
  tun.close();
  tun.close();
  assertEquals(linkNames(), ["lo"]);
});

namespaceTest(url, "utun: %d stands for the first free number", ["gcc", "tun"], () => {
  const tuns = [openTun("utun%d"), openTun("utun%d")];
  assertEquals(tuns.map(({ name }) => name), ["utun0", "utun1"]);
  for (const tun of tuns) tun.close();
});

namespaceTest(url, "utun: a name that another program has is refused by name", [
  ...["gcc", "tun"] as const,
], () => {
  const tun = openTun("utun3");
  const error = assertThrows(() => openTun("utun3"), SystemError);
  assertEquals(
    error.message,
    'Cannot make the TUN interface "utun3": Resource busy (connect: EBUSY). Another program has ' +
      'the interface "utun3": choose another number, or "utun%d" for the first free one',
  );
  tun.close();
});

namespaceTest(url, "utun: only root may make one", ["gcc", "tun", "setpriv"], () => {
  const { stderr, code } = new Deno.Command("setpriv", {
    args: [
      ...["--bounding-set=-all", "--inh-caps=-all"],
      ...[Deno.execPath(), "run", "--allow-all", "--no-check", "--no-config"],
      new URL("fixtures/open_utun.ts", url).pathname,
    ],
    stdin: "null",
  }).outputSync();
  assertEquals(
    [code, new TextDecoder().decode(stderr)],
    [
      1,
      'Cannot make the TUN interface "utun0", or one with the next free number: ' +
      "Operation not permitted (connect: EPERM). Run as root\n",
    ],
  );
});

Deno.test({
  name: "utun: macOS has no other names for such an interface",
  // There is no C library to call.
  ignore: Deno.build.os === "windows",
  fn: () => {
    for (const name of ["", "teredo", "utun", "utun-1", "utun1x", "utun%d%d", "xutun1"]) {
      assertThrows(() => new DarwinTun(name), RangeError, "on macOS the name is utun0, utun1");
    }
  },
});

namespaceTest(url, "utun: it reads nothing as 0, and writes no packet of another protocol", [
  ...["gcc", "tun"] as const,
], () => {
  const tun = openTun("utun%d");
  configure(tun);
  assertEquals(tun.read(new Uint8Array(1500)), 0);
  const packet = new Uint8Array(40);
  assertEquals(tun.write(packet), false, "the IP version is 0");
  assertEquals(tun.write(new Uint8Array(0)), false, "no octets at all");
  packet[0] = 0x60;
  assertEquals(tun.write(packet), true);
  assertEquals(tun.write(packet, 0), false, "only the beginning counts");
  tun.close();
  assertEquals(tun.write(packet), false, "closed");
});

namespaceTest(url, "utun: a packet that is longer than the buffer is truncated", [
  ...["gcc", "tun"] as const,
], async () => {
  const tun = openTun("utun%d");
  configure(tun);
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "::", port: 0 });
  const to = { transport: "udp", hostname: "2001:0:5301:1::2", port: 9 } as const;
  await socket.send(new Uint8Array(100), to);
  await socket.send(new Uint8Array(100), to);
  socket.close();
  const buffer = new Uint8Array(2000).fill(0xaa);
  assertEquals(tun.read(buffer), 40 + 8 + 100);
  assertEquals([buffer[0]! >>> 4, buffer[148]], [6, 0xaa]);
  const short = new Uint8Array(60);
  assertEquals(tun.read(short), 60);
  assertEquals(short, buffer.subarray(0, 60));
  tun.close();
});

namespaceTest(url, "utun: reading throws once the interface is gone", ["gcc", "tun", "ip"], () => {
  const tun = openTun("utun0");
  run("ip", "link", "delete", "utun0");
  assertThrows(
    () => tun.read(new Uint8Array(1500)),
    SystemError,
    'Cannot read from interface "utun0": Device not configured (read: ENXIO). The interface is gone',
  );
  tun.close();
});

namespaceTest(url, "utun: a poller that a pipe wakes carries pings out and their answers back", [
  ...["gcc", "tun", "ping"] as const,
], async () => {
  const tun = openTun("utun%d");
  configure(tun);
  const stop = new AbortController();
  const poller = new Poller();
  const buffer = new Uint8Array(1500);
  poller.add(tun.handle, () => {
    const length = tun.read(buffer);
    if (length === 0) return "nothing";
    answerPing(tun, buffer.subarray(0, length));
    return "more";
  });
  const running = poller.run(stop.signal);
  const { stdout } = await new Deno.Command("ping", {
    args: ["-6", "-c", "20", "-i", "0.01", "-W", "2", "2001:0:5301:1::2"],
    stdin: "null",
  }).output();
  stop.abort();
  await running;
  tun.close();
  const report = new TextDecoder().decode(stdout);
  // On a busy machine the first may leave before the kernel has confirmed its own address.
  assertMatch(report, /, (?:19|20) received,/);
});

function configure(tun: Tun): void {
  const configuration = openInterface(tun.name, tun.index);
  configuration.enableIpv6();
  configuration.setMtu(1280);
  configuration.addAddress(OUR_ADDRESS, 128);
  configuration.addRoute(TEREDO);
  configuration.close();
}

function linkNames(): unknown[] {
  return ipJson("link").map((link) => link.ifname);
}
