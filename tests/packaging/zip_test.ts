import { assertEquals } from "@std/assert";
import { zip } from "../../packaging/zip.ts";

/** A file as a reader finds it: by the directory at the end, and then by its own header. */
interface Found {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

async function readZip(bytes: Uint8Array<ArrayBuffer>): Promise<Found[]> {
  const view = new DataView(bytes.buffer);
  const end = bytes.length - 22;
  assertEquals(view.getUint32(end, true), 0x06054b50);
  const found: Found[] = [];
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    assertEquals(view.getUint32(at, true), 0x02014b50);
    const nameLength = view.getUint16(at + 28, true);
    const [size, local] = [view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
    assertEquals(view.getUint32(local, true), 0x04034b50);
    const data = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const inflated = new Blob([bytes.subarray(data, data + size)]).stream()
      .pipeThrough(new DecompressionStream("deflate-raw"));
    const content = new Uint8Array(await new Response(inflated).arrayBuffer());
    assertEquals(view.getUint32(at + 24, true), content.length);
    assertEquals(view.getUint32(at + 16, true), crc32(content));
    found.push({
      path: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength)),
      text: new TextDecoder().decode(content),
      mode: view.getUint32(at + 38, true) >>> 16,
    });
    at += 46 + nameLength;
  }
  assertEquals(at, end);
  return found;
}

/** Bit by bit, as the polynomial says. */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const octet of bytes) {
    crc ^= octet;
    for (let bit = 0; bit < 8; bit++) crc = crc >>> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

Deno.test("zip: what it packs is read back, with names, sums and modes", async () => {
  const files = [
    { path: "teredo/teredo.exe", text: "x".repeat(100_000), mode: 0o755 },
    { path: "teredo/docs/à propos.txt", text: "", mode: 0o644 },
  ];
  const bytes = zip(files.map(({ path, text, mode }) => ({
    path,
    bytes: new TextEncoder().encode(text),
    mode,
  })));
  const expected = files.map(({ path, text, mode }) => ({ path, text, mode: 0o100000 | mode }));
  assertEquals(await readZip(bytes), expected);
});
