import { openInterface, openRawIpv6, openTun } from "../../../ffi/open.ts";
import { assertEquals } from "@std/assert";
import { parseIpv6 } from "../../../wire/ipv6_address.ts";
import { requires } from "../../capabilities.ts";
import { namespaceTest, run } from "../namespace.ts";
import "../open_libc.ts";

const { url } = import.meta;

/** The payload of every packet here. */
const TEXT = new TextEncoder().encode("raw");

namespaceTest(url, "RawIpv6 delivers a packet on this host", ["ip"], async () => {
  run("ip", "link", "set", "lo", "up");
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "::1", port: 3545 });
  const raw = openRawIpv6();
  assertEquals(raw.send(udpPacket("::1", "::1")), "sent");
  const [payload, from] = await socket.receive();
  assertEquals(payload, TEXT);
  const { hostname, port } = from as Deno.NetAddr;
  assertEquals([hostname, port], ["::1", 3544]);
  raw.close();
  raw.close();
  socket.close();
});

namespaceTest(url, "RawIpv6 sends along the host's routes, from any source, unchanged", [
  "tun",
], () => {
  const tun = openTun("native");
  const configuration = openInterface(tun.name, tun.index);
  configuration.setMtu(1280);
  configuration.bringUp();
  configuration.addAddress(parseIpv6("2a00::1")!, 64);
  configuration.addRoute({ address: new Uint8Array(16), length: 0 });
  configuration.close();
  const raw = openRawIpv6();
  const packet = udpPacket("2001:0:5301:1::1", "2600::1");
  assertEquals(raw.send(packet), "sent");
  const buffer = new Uint8Array(1500);
  assertEquals(buffer.subarray(0, tun.read(buffer)), packet);
  raw.close();
  tun.close();
});

namespaceTest(url, "RawIpv6 names what stops a packet, and throws nothing", ["ip"], () => {
  const raw = openRawIpv6();
  assertEquals(raw.send(udpPacket("2001::1", "2600::1")), "EADDRNOTAVAIL", "no address at all");
  run("ip", "link", "set", "lo", "up");
  assertEquals(raw.send(udpPacket("2001::1", "2600::1")), "ENETUNREACH");
  assertEquals(raw.send(new Uint8Array(39)), "EINVAL");
  assertEquals(raw.send(new Uint8Array(0)), "EINVAL");
  run("ip", "link", "set", "lo", "mtu", "1280");
  const long = new Uint8Array(1281);
  long.set(udpPacket("::1", "::1"));
  assertEquals(raw.send(long), "EMSGSIZE");
  raw.close();
  assertEquals(raw.send(udpPacket("::1", "::1")), "EBADF");
});

const { title, ignore } = requires("linux", "root", "setpriv");

Deno.test({
  name: title("RawIpv6 without the capability is refused with the code EPERM and the remedy"),
  ignore,
  fn: () => {
    const script = new URL("fixtures/open_raw.ts", url).pathname;
    const output = run(
      "setpriv",
      "--bounding-set=-net_raw",
      Deno.execPath(),
      "run",
      "--allow-all",
      "--no-check",
      script,
    );
    assertEquals(
      output,
      "EPERM Cannot open a raw IPv6 socket: Operation not permitted (socket: EPERM). " +
        "Run as root, or give the program the capability CAP_NET_RAW\n",
    );
  },
});

/** An IPv6 packet with a UDP datagram from port 3544 to port 3545 with a right checksum. */
function udpPacket(source: string, destination: string): Uint8Array {
  const length = 8 + TEXT.length;
  const packet = new Uint8Array(40 + length);
  const view = new DataView(packet.buffer);
  packet.set([0x60, 0, 0, 0, 0, length, 17, 64]);
  packet.set(parseIpv6(source)!, 8);
  packet.set(parseIpv6(destination)!, 24);
  view.setUint16(40, 3544);
  view.setUint16(42, 3545);
  view.setUint16(44, length);
  packet.set(TEXT, 48);
  let sum = length + 17;
  for (let i = 8; i < packet.length; i++) sum += packet[i]! << (i % 2 === 0 ? 8 : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  view.setUint16(46, ~sum & 0xffff);
  return packet;
}
