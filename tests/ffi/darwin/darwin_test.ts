import "../../darwin/inside.ts";
import { assertEquals, assertThrows } from "@std/assert";
import {
  forwardsIpv6,
  openAbstractDatagram,
  openInputFilter,
  openInterface,
  openRawIpv6,
  openSourceNat,
  openTun,
  openUdpSocket,
  socketOptions,
  supports,
} from "../../../ffi/open.ts";
import { UnsupportedPlatform } from "../../../ffi/platform.ts";
import { BatchingUnavailable } from "../../../ffi/udp_socket.ts";
import { parseIpv4 } from "../../../wire/ipv4_address.ts";
import { parseIpv6 } from "../../../wire/ipv6_address.ts";
import { ipJson, namespaceTest, run } from "../namespace.ts";
import "../open_libc.ts";

const { url } = import.meta;

namespaceTest(url, "macOS says which parts it lacks", ["gcc"], () => {
  const filter = { table: "teredo", interface: "utun0", services: [] };
  const nat = {
    ...{ ...filter, sources: { address: new Uint8Array(16), length: 32 } },
    ...{ refused: {}, limits: [], turnsAround: false, admitsUnsolicited: false },
  };
  const lacking = "on macOS: this version does not support that";
  for (
    const open of [
      () => openAbstractDatagram("name"),
      () => openInputFilter(filter),
      () => openSourceNat(nat),
    ]
  ) assertThrows(open, UnsupportedPlatform, lacking);
  const udp = {
    ...{ address: parseIpv4("127.0.0.1")!, port: 0 },
    ...{ watcher: { watch: () => Promise.resolve() }, observer: { lost() {}, refused() {} } },
  };
  assertThrows(() => openUdpSocket(udp), BatchingUnavailable, "It needs Linux, and this is macOS");
  assertEquals([supports("openTun"), supports("openSourceNat")], [true, false]);
});

namespaceTest(url, "macOS: a packet with any source reaches native IPv6 if the host forwards", [
  ...["gcc", "tun", "ip", "sysctl"] as const,
], () => {
  assertEquals(forwardsIpv6(), false);
  run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1");
  assertEquals(forwardsIpv6(), true);
  const uplink = openTun("utun9");
  const configuration = openInterface(uplink.name, uplink.index);
  configuration.enableIpv6();
  configuration.addAddress(parseIpv6("2a00::1")!, 128);
  configuration.addRoute({ address: new Uint8Array(16), length: 0 });
  configuration.close();
  const raw = openRawIpv6();
  assertEquals(ipJson("link").map(({ ifname }) => ifname), ["lo", "utun9", "utun0"]);
  const packet = new Uint8Array(48);
  packet.set([0x60, 0, 0, 0, 0, 8, 17, 64, ...parseIpv6("2001:0:5301:1::7")!]);
  packet.set([...parseIpv6("2600::1")!, 0x10, 0, 0x20, 0, 0, 8, 0xff, 0xff], 24);
  assertEquals(raw.send(packet), "sent");
  assertEquals(raw.send(new Uint8Array(39)), "EINVAL");
  const buffer = new Uint8Array(1500);
  // The kernel's own packets, by which it makes its multicast groups known, are of no concern.
  const length = readSoon(() => {
    const read = uplink.read(buffer);
    return buffer[6] === packet[6] ? read : 0;
  });
  packet[7] = 63;
  assertEquals(buffer.subarray(0, length), packet, "one hop further");
  raw.close();
  raw.close();
  assertEquals(ipJson("link").map(({ ifname }) => ifname), ["lo", "utun9"]);
  uplink.close();
});

namespaceTest(url, "macOS: options are set at the socket that Deno bound, and at no other", [
  ...["gcc", "ip"] as const,
], () => {
  run("ip", "link", "set", "lo", "up");
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = socket.addr as Deno.NetAddr;
  const options = socketOptions()!;
  assertEquals(options.clearDontFragment("127.0.0.1", port), true);
  assertEquals(options.clearDontFragment("127.0.0.2", port), false);
  assertEquals(options.keepMulticastOnLink("127.0.0.1", port), true);
  assertEquals(options.setReceiveBuffer("127.0.0.1", port, 1 << 16) >= 1 << 16, true);
  // More than the kernel allows: it grants a half, or a half of that.
  assertEquals(options.setReceiveBuffer("127.0.0.1", port, 1 << 25) >= 1 << 16, true);
  assertEquals(options.setReceiveBuffer("127.0.0.1", port + 1, 1 << 16), 0);
  socket.close();
});

/** What is read in the end: the kernel may take a moment. */
function readSoon(read: () => number): number {
  for (let i = 0; i < 200; i++) {
    const length = read();
    if (length > 0) return length;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
  throw new Error("Nothing came");
}
