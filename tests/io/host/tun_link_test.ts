import { handleOf } from "../../../ffi/waiting.ts";
import { assertEquals } from "@std/assert";
import { FakeWatcher, oneByOne } from "../fakes.ts";
import type { Tun } from "../../../ffi/tun.ts";
import { TunLink } from "../../../io/host/tun_link.ts";

/** A TUN whose packets are the numbers that wait. */
class FakeTun implements Tun {
  readonly name = "teredo0";
  readonly index = 7;
  readonly handle = handleOf(42);
  readonly offload = undefined;
  readonly waiting: number[] = [];
  readonly written: number[] = [];

  read(buffer: Uint8Array): number {
    const packet = this.waiting.shift();
    if (packet === undefined) return 0;
    buffer[0] = packet;
    return 1;
  }

  write(packet: Uint8Array): boolean {
    this.written.push(packet[0]!);
    return packet[0] !== 0;
  }

  close(): void {}
}

Deno.test("TUN link: it reads in passes, and leaves the rest for the next one", async () => {
  const tun = new FakeTun();
  const watcher = new FakeWatcher();
  const link = new TunLink(tun, watcher);
  const stop = new AbortController();
  const heard: string[] = [];
  const receiver = oneByOne((ipv6) => heard.push(ipv6.join()), () => heard.push("end"));
  const ended = link.run(receiver, stop.signal);

  const drain = watcher.drains.get(handleOf(42))!;
  assertEquals(drain(), "nothing");
  assertEquals(heard.splice(0), []);
  tun.waiting.push(1, 2);
  assertEquals(drain(), "some");
  assertEquals(heard.splice(0), ["1", "2", "end"]);
  tun.waiting.push(...new Array(100).fill(3));
  assertEquals(drain(), "more");
  assertEquals(heard.splice(0).length, 65);
  assertEquals(drain(), "some");
  assertEquals(heard.splice(0).length, 37);

  stop.abort();
  await ended;
  assertEquals(watcher.drains.size, 0);
});

Deno.test("TUN link: writing returns whether the kernel accepted the packet", () => {
  const tun = new FakeTun();
  const link = new TunLink(tun, new FakeWatcher());
  assertEquals([link.write(Uint8Array.of(1)), link.write(Uint8Array.of(0))], [true, false]);
  assertEquals(tun.written, [1, 0]);
});
