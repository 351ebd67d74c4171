import { assertEquals, assertRejects } from "@std/assert";
import { PacketStream } from "../../../io/host/packet_stream.ts";

Deno.test("a packet is copied for whoever reads the stream", async () => {
  const stream = new PacketStream();
  const lent = Uint8Array.of(1, 2, 3);
  assertEquals(stream.write(lent), true);
  lent.fill(0);
  stream.close();
  assertEquals(await Array.fromAsync(stream.packets), [Uint8Array.of(1, 2, 3)]);
});

Deno.test("packets that nobody reads are refused beyond 256, until somebody does", async () => {
  const stream = new PacketStream();
  const taken = Array.from({ length: 300 }, () => stream.write(Uint8Array.of(1)));
  assertEquals(taken.filter((isTaken) => isTaken).length, 256);
  const reader = stream.packets.getReader();
  await reader.read();
  assertEquals(stream.write(Uint8Array.of(2)), true);
  assertEquals(stream.write(Uint8Array.of(3)), false);
  reader.releaseLock();
});

Deno.test("a stream that was broken off, cancelled or closed takes nothing", async () => {
  const failed = new PacketStream();
  const reason = new Error("the interface is gone");
  failed.fail(reason);
  await assertRejects(() => Array.fromAsync(failed.packets), Error, reason.message);
  const cancelled = new PacketStream();
  await cancelled.packets.cancel();
  const closed = new PacketStream();
  closed.close();
  closed.close();
  for (const stream of [failed, cancelled, closed]) {
    assertEquals(stream.write(Uint8Array.of(1)), false);
    stream.close();
  }
});
