import { assertEquals, assertThrows } from "@std/assert";
import { PcapPipe } from "../../../../cli/daemon/recording/pcap_pipe.ts";
import { requires } from "../../../capabilities.ts";
import "../../../ffi/open_libc.ts";

const { title, ignore } = requires("linux");

function pipeTest(name: string, body: (path: string) => void): void {
  Deno.test({
    name: title(`pcap pipe: ${name}`),
    ignore,
    fn() {
      const folder = Deno.makeTempDirSync();
      try {
        const path = `${folder}/pipe`;
        new Deno.Command("mkfifo", { args: [path] }).outputSync();
        body(path);
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}

pipeTest("one that no program reads is refused at once", (path) => {
  assertThrows(() => new PcapPipe(path, () => {}), Error, "ENXIO");
});

pipeTest(
  "a slow reader gets whole records, a loss is said once, and its end is an error",
  (path) => {
    let losses = 0;
    // Opened for both, it does not wait for the other end.
    const reader = Deno.openSync(path, { read: true, write: true });
    const pipe = new PcapPipe(path, () => losses++);
    const records = [1, 2, 3, 4].map((value) => new Uint8Array(50_000).fill(value));
    for (const record of records) pipe.write(record);
    assertEquals(losses, 1);
    const received: number[] = [];
    const buffer = new Uint8Array(4_096);
    const read = (count: number) => {
      while (count > 0) {
        const length = reader.readSync(buffer.subarray(0, Math.min(count, buffer.length)))!;
        received.push(...buffer.subarray(0, length));
        count -= length;
      }
    };
    read(50_000);
    pipe.write(new Uint8Array(10).fill(5));
    read(50_010);
    const expected = [1, 2, 5].flatMap((value) => Array(value === 5 ? 10 : 50_000).fill(value));
    assertEquals(received, expected);
    reader.close();
    assertThrows(() => pipe.write(Uint8Array.of(6)), Error, "EPIPE");
    pipe.close();
  },
);
