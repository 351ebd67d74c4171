import { openInterface, openTun } from "../../../ffi/open.ts";
import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { SystemError } from "../../../ffi/c/errno.ts";
import { platform } from "../../../ffi/platform.ts";
import { Poller } from "../../../ffi/polling/poller.ts";
import type { Tun } from "../../../ffi/tun.ts";
import { parseIpv6 } from "../../../wire/ipv6_address.ts";
import { answerPing } from "../answer_ping.ts";
import { ipJson, namespaceTest, run } from "../namespace.ts";
import "../open_libc.ts";

const { url } = import.meta;

const OUR_ADDRESS = parseIpv6("2001:0:5301:1::1")!;
const TEREDO = { address: parseIpv6("2001::")!, length: 32 };

namespaceTest(url, "TUN appears under its name and index, and vanishes when closed", [
  "tun",
  "ip",
], () => {
  const tun = openTun("teredo");
  assertEquals(tun.name, "teredo");
  const [link] = ipJson("link", "show", "teredo");
  assertEquals([link?.ifname, link?.ifindex], ["teredo", tun.index]);
  tun.close();
  tun.close();
  assertEquals(linkNames(), ["lo"]);
});

namespaceTest(url, "TUN takes the first free number in place of %d", ["tun"], () => {
  const [first, second] = [openTun("teredo%d"), openTun("teredo%d")];
  assertEquals([first.name, second.name], ["teredo0", "teredo1"]);
  first.close();
  second.close();
});

namespaceTest(url, "TUN vanishes when its process is killed", ["tun", "ip"], async () => {
  const holder = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-check",
      new URL("fixtures/hold_tun.ts", url).href,
      "teredo",
    ],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = holder.stdout.getReader();
  assertEquals(new TextDecoder().decode((await reader.read()).value), "teredo\n");
  assertEquals(linkNames(), ["lo", "teredo"]);
  holder.kill("SIGKILL");
  await holder.status;
  await reader.cancel();
  assertEquals(linkNames(), ["lo"]);
});

namespaceTest(url, "TUN whose name another program holds is refused by name", ["tun"], () => {
  const tun = openTun("teredo");
  const error = assertThrows(() => openTun("teredo"));
  assertInstanceOf(error, SystemError);
  assertEquals(error.code, "EBUSY");
  assertEquals(
    error.message,
    'Cannot make the TUN interface "teredo": Device or resource busy (ioctl: EBUSY). ' +
      'Another program holds the TUN interface "teredo": stop it or choose another name',
  );
  tun.close();
});

namespaceTest(url, "TUN with offload has a header before each packet, and leaves checksums to us", [
  "tun",
], async () => {
  const tun = openTun("teredo", { offload: true });
  assertEquals(tun.offload?.udp, kernelHasUdpOffload());
  configure(tun);
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "::", port: 0 });
  await socket.send(new Uint8Array(100), {
    transport: "udp",
    hostname: "2001:0:5301:1::2",
    port: 9,
  });
  socket.close();
  const buffer = new Uint8Array(2000);
  const length = tun.read(buffer);
  assertEquals(length, 10 + 40 + 8 + 100);
  const [needsChecksum, ordinary] = buffer;
  assertEquals([needsChecksum, ordinary], [1, 0]);
  assertEquals([...buffer.subarray(6, 10)], [40, 0, 6, 0], "UDP's checksum behind the IPv6 header");
  assertEquals(buffer[10]! >>> 4, 6);
  const packet = buffer.subarray(10, length);
  assertEquals(tun.write(packet), false, "a header is needed");
  const frame = new Uint8Array([...new Uint8Array(10), ...packet]);
  assertEquals(tun.write(frame), true);
  assertEquals(tun.write(frame, 9), false, "only the beginning counts");
  tun.close();
});

namespaceTest(url, "TUN refuses a persistent interface, which would keep addresses and routes", [
  "tun",
  "ip",
], () => {
  run("ip", "tuntap", "add", "teredo", "mode", "tun");
  for (const offload of [true, false]) {
    const open = () => openTun("teredo", { offload });
    const error = assertThrows(open, SystemError, "Remove it with `ip link delete teredo`");
    assertEquals((error as SystemError).code, "EEXIST");
  }
  run("ip", "link", "delete", "teredo");
  openTun("teredo").close();
});

namespaceTest(url, "TUN cannot take the place of another kind of interface", ["tun"], () => {
  const error = assertThrows(() => openTun("lo"), SystemError, "is not a TUN of this kind");
  assertEquals((error as SystemError).code, "EINVAL");
});

Deno.test({
  name: "openTun() refuses names that no interface can have",
  ignore: platform.id !== "linux",
  fn: () => {
    for (const name of ["", ".", "..", "a/b", "a b", "a:b", "sixteen-octets-1"]) {
      assertThrows(() => openTun(name), RangeError, "Cannot name an interface");
    }
  },
});

namespaceTest(url, "TUN is silent when it comes up, and reads nothing as 0", ["tun"], () => {
  const tun = openTun("teredo");
  configure(tun);
  assertEquals(tun.read(new Uint8Array(1500)), 0);
  tun.close();
});

namespaceTest(url, "TUN writes are refused, not thrown: bad packet, closed interface", [
  "tun",
], () => {
  const tun = openTun("teredo");
  const packet = new Uint8Array(40);
  packet[0] = 0x60;
  assertEquals(tun.write(packet), false, "the interface is down");
  configure(tun);
  assertEquals(tun.write(packet), true);
  assertEquals(tun.write(new Uint8Array(40)), false, "the IP version is 0");
  assertEquals(tun.write(new Uint8Array(0)), false, "no octets at all");
  tun.close();
  assertEquals(tun.write(packet), false, "closed");
});

namespaceTest(url, "TUN reads throw once someone deleted the interface", ["tun", "ip"], () => {
  const tun = openTun("teredo");
  run("ip", "link", "delete", "teredo");
  const error = assertThrows(() => tun.read(new Uint8Array(1500)), SystemError, "deleted");
  assertEquals((error as SystemError).code, "EBADFD");
  tun.close();
});

namespaceTest(url, "TUN carries a ping out and its answer back", ["tun", "ping"], async () => {
  const tun = openTun("teredo");
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
  const { success, stdout } = await new Deno.Command("ping", {
    args: ["-6", "-c", "3", "-i", "0.01", "-W", "2", "2001:0:5301:1::2"],
    stdin: "null",
  }).output();
  stop.abort();
  await running;
  tun.close();
  assertEquals(success, true, new TextDecoder().decode(stdout));
});

function configure(tun: Tun): void {
  const configuration = openInterface(tun.name, tun.index);
  configuration.setMtu(1280);
  configuration.bringUp();
  configuration.addAddress(OUR_ADDRESS, 128);
  configuration.addRoute(TEREDO);
  configuration.close();
}

/** Linux has super-packets of UDP since 6.2. */
function kernelHasUdpOffload(): boolean {
  const [major, minor] = Deno.osRelease().split(".").map(Number);
  return major! > 6 || major === 6 && minor! >= 2;
}

function linkNames(): unknown[] {
  return ipJson("link").map((link) => link.ifname);
}
