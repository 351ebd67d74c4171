import { assertEquals } from "@std/assert";
import { addressPolicy, type Network } from "../../nodes/address_policy.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";

const ADDRESSES = ["1.1.1.1", "10.1.2.3", "172.31.0.1", "172.32.0.1", "192.168.1.1", "127.0.0.1"];

const REACHED: Readonly<Record<Network, readonly string[]>> = {
  public: ["1.1.1.1", "172.32.0.1"],
  private: ["1.1.1.1", "10.1.2.3", "172.31.0.1", "172.32.0.1", "192.168.1.1"],
  loopback: ["127.0.0.1"],
};

for (const network of ["public", "private", "loopback"] as const) {
  Deno.test(`the ${network} network has these addresses and no others`, () => {
    const policy = addressPolicy(network);
    const reached = ADDRESSES.filter((address) => policy.has(parseIpv4(address)!));
    assertEquals(reached, REACHED[network]);
    // Nobody is there.
    assertEquals(policy.has(parseIpv4("224.0.0.1")!) || policy.has(parseIpv4("0.0.0.0")!), false);
  });
}
