import { assertEquals } from "@std/assert";
import { SplitLink } from "../../../io/host/split_link.ts";
import { parseIpv6 } from "../../../wire/ipv6_address.ts";
import { prefixOf } from "../../../wire/ipv6_prefix.ts";
import { FakeHost, oneByOne } from "../fakes.ts";

/** An IPv6 header, as far as a link looks at it. */
function packetTo(destination: string): Uint8Array {
  const packet = new Uint8Array(40);
  packet.set(parseIpv6(destination)!, 24);
  return packet;
}

function make(others: FakeHost | undefined) {
  const relay = new FakeHost();
  const serves = [prefixOf(parseIpv6("2001:db8::7")!, 128)];
  return { relay, link: new SplitLink(relay, serves, others) };
}

Deno.test("split link: what the relay serves goes to its interface, all else past it", () => {
  const others = new FakeHost();
  const { relay, link } = make(others);
  assertEquals(link.write(packetTo("2001:db8::7")), true);
  assertEquals(link.write(packetTo("2001:db8::8")), true);
  assertEquals([relay.packets.length, others.packets.length], [1, 1]);
  link.flush();
  assertEquals([relay.flushes, others.flushes], [1, 1]);
});

Deno.test("split link: without another way, packets for others are refused", () => {
  const { link } = make(undefined);
  assertEquals(link.write(packetTo("2001:db8::8")), false);
  assertEquals(link.write(packetTo("2001:db8::7")), true);
  link.flush();
});

Deno.test("split link: packets come from the interface", async () => {
  const { relay, link } = make(new FakeHost());
  const stop = new AbortController();
  const heard: string[] = [];
  const ended = link.run(oneByOne((ipv6) => heard.push(ipv6.join())), stop.signal);
  relay.send([6]);
  assertEquals(heard, ["6"]);
  stop.abort();
  await ended;
});
