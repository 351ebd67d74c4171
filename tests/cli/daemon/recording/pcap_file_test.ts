import { assert, assertEquals } from "@std/assert";
import { PcapFile } from "../../../../cli/daemon/recording/pcap_file.ts";
import { RecordedUdp } from "../../../../cli/daemon/recording/recorded_udp.ts";
import { foldSum } from "../../../../wire/checksum.ts";
import { formatEndpoint } from "../../../../wire/endpoint.ts";
import { parseIpv4 } from "../../../../wire/ipv4_address.ts";
import { requires } from "../../../capabilities.ts";
import { captures, vectors } from "../../../vectors/vectors.ts";
import { at, FakeSocket } from "../../../io/fakes.ts";

/** A file in memory, with a clock that stands still. */
function memoryFile(time = 1_700_000_000_123.456) {
  const pieces: number[] = [];
  const failures: unknown[] = [];
  const file = new PcapFile(
    (bytes) => bytes.forEach((octet) => pieces.push(octet)),
    (error) => failures.push(error),
    () => time,
  );
  return { file, pieces, failures };
}

/** The packets of a file: when, from where, to where, what. */
function read(octets: readonly number[]) {
  const bytes = Uint8Array.from(octets);
  const view = new DataView(bytes.buffer);
  assertEquals(
    [view.getUint32(0, true), view.getUint16(4, true), view.getUint16(6, true)],
    [0xa1b2c3d4, 2, 4],
  );
  assertEquals(view.getUint32(20, true), 101);
  const packets = [];
  for (let offset = 24; offset < bytes.length;) {
    const length = view.getUint32(offset + 8, true);
    assertEquals(view.getUint32(offset + 12, true), length);
    const ip = offset + 16;
    const words = Array.from({ length: 10 }, (_, i) => view.getUint16(ip + 2 * i));
    assertEquals(foldSum(words.reduce((sum, word) => sum + word)), 0xffff, "IPv4 checksum");
    assertEquals([view.getUint16(ip + 2), view.getUint16(ip + 24)], [length, length - 20]);
    const host = (where: number) => bytes.subarray(where, where + 4).join(".");
    packets.push({
      time: [view.getUint32(offset, true), view.getUint32(offset + 4, true)],
      from: `${host(ip + 12)}:${view.getUint16(ip + 20)}`,
      to: `${host(ip + 16)}:${view.getUint16(ip + 22)}`,
      payload: [...bytes.subarray(ip + 28, ip + length)],
    });
    offset = ip + length;
  }
  return packets;
}

Deno.test("pcap: a datagram is written with its endpoints and the time to the microsecond", () => {
  const { file, pieces } = memoryFile();
  assertEquals(pieces.length, 24, "a reader can begin before anything is sent");
  file.datagram(at("192.0.2.1:4096"), at("203.0.113.120:3544"), Uint8Array.of(1, 2, 3));
  assertEquals(pieces.length, 24, "nothing is written within a pass");
  file.flush();
  assertEquals(read(pieces), [{
    time: [1_700_000_000, 123_456],
    from: "192.0.2.1:4096",
    to: "203.0.113.120:3544",
    payload: [1, 2, 3],
  }]);
});

Deno.test("pcap: more than the buffer holds is written in between", () => {
  const { file, pieces } = memoryFile();
  const payload = new Uint8Array(65_507).fill(7);
  for (let i = 0; i < 5; i++) file.datagram(at("192.0.2.1:1"), at("192.0.2.2:2"), payload);
  file.flush();
  assertEquals(read(pieces).map(({ payload }) => payload.length), Array(5).fill(65_507));
});

Deno.test("pcap: when the file takes no more it says so once, and goes on without", () => {
  let writes = 0;
  const failures: unknown[] = [];
  const file = new PcapFile(() => {
    if (++writes > 1) throw new Error("No space left on device");
  }, (error) => failures.push(error));
  for (let i = 0; i < 3; i++) {
    file.datagram(at("192.0.2.1:1"), at("192.0.2.2:2"), new Uint8Array(9));
    file.flush();
  }
  assertEquals([writes, failures.length], [2, 1]);
});

Deno.test("pcap: the time of day is the real one", () => {
  const pieces: number[] = [];
  const file = new PcapFile((bytes) => void pieces.push(...bytes), () => {});
  const before = Math.floor(Date.now() / 1000) - 1;
  file.datagram(at("192.0.2.1:1"), at("192.0.2.2:2"), new Uint8Array(9));
  file.flush();
  const seconds = read(pieces)[0]!.time[0]!;
  assert(seconds >= before && seconds <= Date.now() / 1000 + 1);
});

Deno.test("pcap: a recorded socket passes everything on, in both directions", () => {
  const { file, pieces } = memoryFile();
  const socket = new FakeSocket();
  const recorded = new RecordedUdp(socket, file, parseIpv4("10.0.0.1")!);
  const received: string[] = [];
  recorded.run({
    datagram: (bytes, from) => void received.push(`${formatEndpoint(from)} ${bytes.join()}`),
    end: () => void received.push("end"),
  }, new AbortController().signal);
  recorded.send(at("192.0.2.9:9"), Uint8Array.of(5));
  recorded.flush();
  socket.arrive(at("192.0.2.8:8"), [6], [7]);
  assertEquals(socket.calls, [`send ${at("192.0.2.9:9")} 5`, "flush"]);
  assertEquals(received, ["192.0.2.8:8 6", "192.0.2.8:8 7", "end"]);
  assertEquals(recorded.local, socket.local);
  assertEquals(read(pieces).map(({ from, to, payload }) => `${from} ${to} ${payload}`), [
    "192.0.2.1:3544 192.0.2.9:9 5",
    "192.0.2.8:8 192.0.2.1:3544 6",
    "192.0.2.8:8 192.0.2.1:3544 7",
  ]);
});

Deno.test("pcap: an address stands in for a socket that is bound to all of them", () => {
  const { file, pieces } = memoryFile();
  const socket = Object.assign(new FakeSocket(), { local: at("0.0.0.0:40000") });
  new RecordedUdp(socket, file, parseIpv4("10.0.0.1")!).send(at("192.0.2.9:9"), Uint8Array.of(5));
  file.flush();
  assertEquals(read(pieces)[0]!.from, "10.0.0.1:40000");
});

const needs = requires("tshark");

Deno.test({
  name: needs.title("pcap: Wireshark reads each packet as Teredo, without objections"),
  ignore: needs.ignore,
  fn: async () => {
    const { file, pieces } = memoryFile();
    const sent = [
      ...vectors.map(({ payload }) => payload),
      ...captures.filter((each) => each.class === "real").map(({ payload }) => payload),
    ];
    for (const payload of sent) file.datagram(at("192.0.2.1:4096"), at("192.0.2.2:3544"), payload);
    file.flush();
    const path = await Deno.makeTempFile({ suffix: ".pcap" });
    try {
      await Deno.writeFile(path, Uint8Array.from(pieces));
      const { stdout, code } = await new Deno.Command("tshark", {
        args: [
          ...["-n", "-r", path, "-o", "ip.check_checksum:TRUE", "-T", "fields"],
          ...["-e", "frame.protocols", "-e", "frame.time_epoch", "-e", "_ws.malformed"],
          ...["-e", "ip.checksum.status", "-E", "separator=|"],
        ],
        stdin: "null",
        stderr: "null",
      }).output();
      assertEquals(code, 0);
      const lines = new TextDecoder().decode(stdout).trim().split("\n");
      assertEquals(lines.length, sent.length);
      for (const line of lines) {
        const [protocols, time, malformed, checksum] = line.split("|");
        assert(protocols!.startsWith("raw:ip:udp:teredo"), line);
        assert(time!.includes(".123456"), line);
        assertEquals([malformed, checksum!.split(",")[0]], ["", "1"], line);
      }
    } finally {
      await Deno.remove(path);
    }
  },
});
