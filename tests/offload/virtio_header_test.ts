import { assertEquals } from "@std/assert";
import {
  clearVirtioHeader,
  newVirtioHeader,
  readVirtioHeader,
  writeVirtioHeader,
} from "../../offload/virtio_header.ts";

const HEADER = {
  flags: 1,
  kind: 4,
  headerLength: 72,
  segmentSize: 1208,
  checksumStart: 40,
  checksumOffset: 16,
};

const OCTETS = [1, 4, 72, 0, 0xb8, 4, 40, 0, 16, 0];

Deno.test("virtio header: it is written little-endian, and only its octets change", () => {
  const bytes = new Uint8Array(14).fill(0xee);
  writeVirtioHeader(bytes, 2, HEADER);
  assertEquals([...bytes], [0xee, 0xee, ...OCTETS, 0xee, 0xee]);
  clearVirtioHeader(bytes, 2);
  assertEquals([...bytes], [0xee, 0xee, ...new Array(10).fill(0), 0xee, 0xee]);
});

Deno.test("virtio header: it survives writing and reading", () => {
  const header = newVirtioHeader();
  readVirtioHeader(Uint8Array.of(0xee, ...OCTETS), 1, header);
  assertEquals(header, HEADER);
});
