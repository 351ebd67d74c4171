import { assertEquals } from "@std/assert";
import { localAddresses, outsideAddress } from "../../../io/network/local_addresses.ts";
import { formatIpv4 } from "../../../wire/ipv4_address.ts";

function info(family: "IPv4" | "IPv6", address: string, cidr: string): Deno.NetworkInterfaceInfo {
  return { family, name: "eth0", address, cidr, netmask: "", scopeid: null, mac: "" };
}

const CASES: readonly [cidr: string, network: string][] = [
  ["192.0.2.77/24", "192.0.2.0"],
  ["192.0.2.77/26", "192.0.2.64"],
  ["192.0.2.77/32", "192.0.2.77"],
  ["192.0.2.77/1", "128.0.0.0"],
  ["192.0.2.77/0", "0.0.0.0"],
];

for (const [cidr, network] of CASES) {
  Deno.test(`local addresses: ${cidr} is attached to ${network}`, () => {
    const [found] = localAddresses([info("IPv4", "192.0.2.77", cidr)]);
    assertEquals(formatIpv4(found!.address), "192.0.2.77");
    assertEquals(
      `${formatIpv4(found!.network)}/${found!.prefixLength}`,
      `${network}/${cidr.split("/")[1]}`,
    );
  });
}

Deno.test("outside address: not the loopback one, and one of the link only if there is no other", () => {
  const first = (...texts: string[]) => {
    const own = localAddresses(texts.map((text) => info("IPv4", text, `${text}/16`)));
    const found = outsideAddress(own);
    return found === undefined ? undefined : formatIpv4(found);
  };
  assertEquals(first("127.0.0.1", "169.254.7.7", "10.0.0.1", "10.0.0.2"), "10.0.0.1");
  assertEquals(first("127.0.0.1", "169.254.7.7"), "169.254.7.7");
  assertEquals(first("127.0.0.1"), undefined);
});

Deno.test("local addresses: IPv6 is left out", () => {
  assertEquals(localAddresses([info("IPv6", "2001:db8::1", "2001:db8::1/64")]), []);
});

Deno.test("local addresses: this host has the loopback address", () => {
  assertEquals(localAddresses().some(({ address }) => formatIpv4(address) === "127.0.0.1"), true);
});
