import { openTun } from "../../../ffi/open.ts";
import { assertEquals } from "@std/assert";
import { clearDontFragment, setReceiveBuffer } from "../../../ffi/linux/socket_options.ts";
import type { Tun } from "../../../ffi/tun.ts";
import { requires } from "../../capabilities.ts";
import { namespaceTest, run } from "../namespace.ts";
import "../open_libc.ts";

/** In the flags octet of an IPv4 header. */
const DF = 0x40;
const MORE_FRAGMENTS = 0x20;

const LOCAL = { transport: "udp", hostname: "192.0.2.1", port: 3544 } as const;
const REMOTE = { transport: "udp", hostname: "192.0.2.2", port: 3545 } as const;

namespaceTest(
  import.meta.url,
  "P-18, P-19: clearDontFragment() takes DF off what a socket of Deno's sends; its ECN bits are zero",
  ["tun", "ip"],
  async () => {
    const tun = openIpv4Tun();
    const socket = Deno.listenDatagram(LOCAL);
    await socket.send(new Uint8Array(10), REMOTE);
    assertEquals(readFlags(tun) & DF, DF, "as Linux does it by default");

    assertEquals(clearDontFragment(LOCAL.hostname, LOCAL.port), true);
    await socket.send(new Uint8Array(10), REMOTE);
    assertEquals(readFlags(tun) & DF, 0);

    await socket.send(new Uint8Array(1400), REMOTE);
    assertEquals(readFlags(tun), MORE_FRAGMENTS, "the first of two fragments");
    assertEquals(readFlags(tun), 0, "the last");
    socket.close();
    tun.close();
  },
);

namespaceTest(
  import.meta.url,
  "clearDontFragment() leaves sockets with another address or port alone",
  ["tun", "ip"],
  async () => {
    const tun = openIpv4Tun();
    const socket = Deno.listenDatagram(LOCAL);
    assertEquals(clearDontFragment("0.0.0.0", LOCAL.port), false);
    assertEquals(clearDontFragment(LOCAL.hostname, LOCAL.port + 1), false);
    await socket.send(new Uint8Array(10), REMOTE);
    assertEquals(readFlags(tun) & DF, DF);
    socket.close();
    tun.close();
  },
);

const { title, ignore } = requires("linux");

Deno.test({
  name: title("clearDontFragment() finds a socket bound to no address in particular"),
  ignore,
  fn: () => {
    const socket = Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port: 0 });
    const { hostname, port } = socket.addr as Deno.NetAddr;
    assertEquals(clearDontFragment(hostname, port), true);
    socket.close();
    assertEquals(clearDontFragment(hostname, port), false, "it is closed");
  },
});

Deno.test({
  name: title("setReceiveBuffer() tells what the kernel granted, and 0 without such a socket"),
  ignore,
  fn: () => {
    const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    const { hostname, port } = socket.addr as Deno.NetAddr;
    assertEquals(setReceiveBuffer(hostname, port, 65536), 131072);
    socket.close();
    assertEquals(setReceiveBuffer(hostname, port, 65536), 0);
  },
});

function openIpv4Tun(): Tun {
  const tun = openTun("outer");
  run("ip", "link", "set", "outer", "mtu", "1280", "addrgenmode", "none");
  run("ip", "address", "add", "192.0.2.1/24", "dev", "outer");
  run("ip", "link", "set", "outer", "up");
  return tun;
}

/** The flags octet of the next IPv4 packet, less the high bits of the fragment offset. */
function readFlags(tun: Tun): number {
  const packet = new Uint8Array(1500);
  assertEquals(tun.read(packet) > 0, true, "a packet is waiting");
  assertEquals(packet[0]! >>> 4, 4, "of IPv4");
  assertEquals(packet[1], 0, "with a type of service of 0, and so with 00 in the ECN field");
  return packet[6]! & (DF | MORE_FRAGMENTS);
}
