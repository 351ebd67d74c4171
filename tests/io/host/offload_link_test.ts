import { handleOf } from "../../../ffi/waiting.ts";
import { assert, assertEquals } from "@std/assert";
import { FakeWatcher, oneByOne } from "../fakes.ts";
import type { Drained } from "../../../ffi/waiting.ts";
import type { Tun } from "../../../ffi/tun.ts";
import { Counters } from "../../../io/counters.ts";
import { giveBack, isPacketMemory, packetMemory } from "../../../memory/packet_memory.ts";
import { OffloadLink } from "../../../io/host/offload_link.ts";
import { newVirtioHeader, SegmentKind, writeVirtioHeader } from "../../../offload/virtio_header.ts";
import { type Frame, superHeader } from "../../offload/frames.ts";
import {
  ACK,
  data,
  leaveChecksum,
  PSH,
  read,
  tcp,
  TCP_PROTOCOL,
  udp,
  UDP_PROTOCOL,
} from "../../offload/packets.ts";

/** A TUN with frames that wait, and that takes no frame longer than `longest`. */
class FakeTun implements Tun {
  readonly name = "teredo0";
  readonly index = 7;
  readonly handle = handleOf(42);
  readonly offload = { udp: true };
  readonly waiting: Uint8Array[] = [];
  readonly written: Uint8Array[] = [];
  longest = Infinity;

  read(buffer: Uint8Array): number {
    const frame = this.waiting.shift();
    if (frame === undefined) return 0;
    assert(buffer.length >= 65_585, "there is room for the longest frame");
    buffer.set(frame);
    return frame.length;
  }

  write(frame: Uint8Array, length = frame.length): boolean {
    if (length > this.longest) return false;
    this.written.push(frame.slice(0, length));
    return true;
  }

  close(): void {}
}

function frameOf({ header, packet }: Pick<Frame, "header" | "packet">): Uint8Array {
  const frame = new Uint8Array(10 + packet.length);
  writeVirtioHeader(frame, 0, header);
  frame.set(packet, 10);
  return frame;
}

/** A link whose passes the test begins, and what it delivers. */
class Fixture {
  readonly tun = new FakeTun();
  readonly counters = new Counters();
  readonly #watcher = new FakeWatcher();
  readonly link = new OffloadLink(this.tun, this.#watcher, this.counters);
  readonly #stop = new AbortController();
  /** The packets of each pass as they were when it ended. */
  readonly passes: Uint8Array[][] = [];
  /** The same, where they stand. */
  readonly #pass: Uint8Array[] = [];
  /** Whether the packets of the last pass stood one right behind the other. */
  wasContiguous = false;
  readonly #ended = this.link.run(
    oneByOne((ipv6) => this.#pass.push(ipv6), () => {
      const views = this.#pass.splice(0);
      this.passes.push(views.map((ipv6) => ipv6.slice()));
      this.wasContiguous = views.slice(1).every(({ byteOffset }, i) =>
        byteOffset === views[i]!.byteOffset + views[i]!.length
      );
    }),
    this.#stop.signal,
  );

  pass(): Drained {
    return this.#watcher.drains.get(handleOf(42))!();
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
    assertEquals(this.#watcher.drains.size, 0);
  }
}

Deno.test("offload link: ordinary packets come with their checksum finished", async () => {
  const fixture = new Fixture();
  const left = newVirtioHeader();
  Object.assign(left, { flags: 1, checksumStart: 40, checksumOffset: 6 });
  fixture.tun.waiting.push(
    frameOf({ header: left, packet: leaveChecksum(udp(data(99)), UDP_PROTOCOL) }),
    frameOf({ header: newVirtioHeader(), packet: tcp() }),
  );
  assertEquals(fixture.pass(), "some");
  assertEquals(fixture.passes, [[udp(data(99)), tcp()]]);
  assertEquals(fixture.pass(), "nothing");
  assertEquals(fixture.passes.length, 1, "a pass of nothing is none");
  await fixture.end();
});

Deno.test("offload link: what cannot be split is delivered whole, for the machine to judge", async () => {
  const fixture = new Fixture();
  const packet = tcp({ data: data(5000) });
  fixture.tun.waiting.push(frameOf({ header: superHeader(1, 1000), packet }));
  fixture.pass();
  assertEquals(fixture.passes[0]!.map((ipv6) => ipv6.length), [packet.length]);
  await fixture.end();
});

Deno.test("offload link: the segments of a pass stand one behind the other until it ends", async () => {
  const fixture = new Fixture();
  for (const sequence of [1, 60_001]) {
    const fields = { sequence, data: data(6000), flags: ACK | PSH };
    const packet = leaveChecksum(tcp(fields), TCP_PROTOCOL);
    fixture.tun.waiting.push(frameOf({ header: superHeader(SegmentKind.TCP6, 1000), packet }));
  }
  fixture.pass();
  const said = fixture.passes[0]!.map((packet) => read(packet));
  assertEquals(said.map(({ sequence }) => sequence), [
    ...[1, 1001, 2001, 3001, 4001, 5001],
    ...[60_001, 61_001, 62_001, 63_001, 64_001, 65_001],
  ]);
  assert(said.every(({ isValid }) => isValid));
  assert(fixture.wasContiguous);
  await fixture.end();
});

Deno.test("offload link: passes are bounded, whatever waits, and lose nothing", async () => {
  const fixture = new Fixture();
  const small = leaveChecksum(tcp({ data: data(60_000) }), TCP_PROTOCOL);
  // 60,000 segments of one octet, then 1000 ordinary packets, then long ones.
  fixture.tun.waiting.push(frameOf({ header: superHeader(SegmentKind.TCP6, 1), packet: small }));
  for (let i = 0; i < 1000; i++) {
    fixture.tun.waiting.push(frameOf({ header: newVirtioHeader(), packet: udp(data(10, i)) }));
  }
  for (let i = 0; i < 9; i++) {
    fixture.tun.waiting.push(frameOf({ header: newVirtioHeader(), packet: udp(data(60_000, i)) }));
  }
  let calls = 0;
  while (fixture.pass() === "more") calls++;
  assert(calls > 300);
  const longest = fixture.passes.reduce((most, pass) => Math.max(most, pass.length), 0);
  assert(longest <= 192, `${longest} packets in a pass`);
  const packets = fixture.passes.flat();
  assertEquals(packets.length, 60_000 + 1000 + 9);
  assert(packets.every((packet) => packet.length > 60_000 || read(packet).isValid));
  await fixture.end();
});

Deno.test("offload link: a pass that keeps packets back says so, also when the TUN is empty", async () => {
  const superPacket = (segments: number) =>
    frameOf({
      header: superHeader(SegmentKind.TCP6, 100),
      packet: leaveChecksum(tcp({ data: data(100 * segments) }), TCP_PROTOCOL),
    });
  const small = () => frameOf({ header: newVirtioHeader(), packet: udp(data(10)) });
  const burst = [...Array.from({ length: 150 }, small), superPacket(50)];
  for (const [frames, packets] of [[burst, 200], [[superPacket(300)], 300]] as const) {
    const fixture = new Fixture();
    fixture.tun.waiting.push(...frames);
    const drained = [fixture.pass()];
    while (drained.at(-1) === "more") drained.push(fixture.pass());
    assertEquals(fixture.passes.map((pass) => pass.length), [192, packets - 192]);
    assertEquals(fixture.pass(), "nothing");
    await fixture.end();
  }
});

Deno.test("offload link: what is written goes out together, at the latest with the flush", () => {
  const { link, tun, counters } = new Fixture();
  const [one, two] = [tcp({ sequence: 1 }), tcp({ sequence: 101 })];
  assertEquals([link.write(one), link.write(two)], [true, true]);
  assertEquals(tun.written.length, 0);
  link.flush();
  assertEquals(tun.written.map((frame) => frame.length), [10 + 60 + 200]);
  assertEquals(counters.dropped("host_refused"), 0);
});

Deno.test("offload link: a super-packet that the kernel refuses goes out piece by piece", () => {
  const { link, tun, counters } = new Fixture();
  const packets = [tcp({ sequence: 1 }), tcp({ sequence: 101, data: data(100, 7) })];
  tun.longest = 200;
  for (const packet of packets) link.write(packet);
  link.flush();
  assertEquals(
    tun.written,
    packets.map((packet) => frameOf({ header: newVirtioHeader(), packet })),
  );
  assertEquals(counters.dropped("host_refused"), 0);
  tun.longest = 0;
  for (const packet of packets) link.write(packet);
  link.write(udp(data(10)));
  link.flush();
  assertEquals(counters.dropped("host_refused"), 3, "now nothing is taken");
});

Deno.test("offload link: one that never runs gives its memory back when closed, and takes nothing then", () => {
  const watcher = new FakeWatcher();
  for (let i = 0; i < 100; i++) {
    const link = new OffloadLink(new FakeTun(), watcher, new Counters());
    link.close();
    link.close();
    assertEquals(link.write(tcp()), false);
  }
  const memory = packetMemory(1_000_000);
  assert(isPacketMemory(memory), "there is room left");
  giveBack(memory);
});
