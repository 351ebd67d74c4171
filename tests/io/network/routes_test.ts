import { assertEquals } from "@std/assert";
import { localSource } from "../../../io/network/routes.ts";
import { ip4 } from "../../vectors/vectors.ts";

const ROUTES = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	0101A8C0	0003	0	0	100	00000000	0	0	0
wlan0	00000000	0102A8C0	0003	0	0	600	00000000	0	0	0
vpn0	00000D53	00000000	0001	0	0	0	0000FFFF	0	0	0
`;

function own(name: string, address: string): Deno.NetworkInterfaceInfo {
  const rest = { netmask: "", scopeid: null, cidr: `${address}/24`, mac: "" };
  return { family: "IPv4", name, address, ...rest };
}

const INTERFACES = [
  own("lo", "127.0.0.1"),
  own("wlan0", "192.168.2.7"),
  own("vpn0", "10.0.0.7"),
  own("eth0", "192.168.1.7"),
];

Deno.test("local source: the route with the longest prefix, then the least metric, leads", () => {
  assertEquals(localSource(ip4("8.8.8.8"), ROUTES, INTERFACES), ip4("192.168.1.7"));
  assertEquals(localSource(ip4("83.13.0.1"), ROUTES, INTERFACES), ip4("10.0.0.7"));
});

Deno.test("local source: where routes are not known, any address but loopback will do", () => {
  assertEquals(localSource(ip4("8.8.8.8"), "", INTERFACES), ip4("192.168.2.7"));
  assertEquals(localSource(ip4("8.8.8.8"), ROUTES, [INTERFACES[0]!]), undefined);
});
