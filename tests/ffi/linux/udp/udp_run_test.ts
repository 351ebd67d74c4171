import { SystemError } from "../../../../ffi/c/errno.ts";
import { openUdpSocket } from "../../../../ffi/open.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Poller } from "../../../../ffi/polling/poller.ts";
import { LinuxUdpSocket } from "../../../../ffi/linux/udp/udp_socket.ts";
import type { Received, TakeDatagram, UdpSocket } from "../../../../ffi/udp_socket.ts";
import { Counters } from "../../../../io/counters.ts";
import { openDenoUdp } from "../../../../io/udp/deno_udp.ts";
import { lossCounter } from "../../../../io/udp/loss_counter.ts";
import { type Endpoint, portOf } from "../../../../wire/endpoint.ts";
import { parseIpv4 } from "../../../../wire/ipv4_address.ts";
import { requires } from "../../../capabilities.ts";
import "../../open_libc.ts";
import { at, FakeWatcher } from "../../../io/fakes.ts";
import { pause } from "../../../pause.ts";

const LOOPBACK = parseIpv4("127.0.0.1")!;

/** What the tests need: sockets that share one poller, until `end`. */
class Fixture {
  readonly poller = new Poller();
  readonly counters = new Counters();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>[] = [];
  readonly #idle: UdpSocket[] = [];

  constructor() {
    this.#running.push(this.poller.run(this.#stop.signal));
  }

  open(port = 0): UdpSocket {
    const { counters } = this;
    const observer = { ...lossCounter(counters), refused() {} };
    const socket = openUdpSocket({ address: LOOPBACK, port, watcher: this.poller, observer });
    this.#idle.push(socket);
    return socket;
  }

  run(socket: UdpSocket, datagram: (bytes: Uint8Array, from: Endpoint) => void): void {
    const end = () => socket.flush();
    this.#running.push(socket.run({ datagram, end }, this.#stop.signal));
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
    for (const socket of this.#idle) socket.close();
  }
}

function batchedTest(name: string, body: (fixture: Fixture) => Promise<void>): void {
  const { title, ignore } = requires("linux");
  Deno.test({
    name: title(`Batched UDP: ${name}`),
    ignore,
    fn: async () => {
      const fixture = new Fixture();
      try {
        await body(fixture);
      } finally {
        await fixture.end();
      }
    },
  });
}

batchedTest("datagrams of every length come and go, with their source", async (fixture) => {
  const [here, there] = [fixture.open(), fixture.open()];
  fixture.run(there, (bytes, from) => there.send(from, Uint8Array.of(0, ...bytes)));
  let arrived = (_: Uint8Array) => {};
  fixture.run(here, (bytes, from) => {
    assertEquals(from, there.local);
    arrived(bytes.slice());
  });
  for (const length of [0, 1, 1280, 2048, 9000, 65_506]) {
    const next = new Promise<Uint8Array>((resolve) => arrived = resolve);
    here.send(there.local, new Uint8Array(length).fill(length));
    here.flush();
    const bytes = await next;
    assertEquals(bytes.length, length + 1);
    assert(bytes.slice(1).every((octet) => octet === length % 256));
  }
});

batchedTest("it talks with the transport of the other systems, both ways", async (fixture) => {
  const stop = new AbortController();
  const here = fixture.open();
  const there = openDenoUdp({ address: LOOPBACK, port: 0, counters: fixture.counters });
  const echoing = there.run({
    datagram: (bytes, from) => there.send(from, bytes),
    end: () => there.flush(),
  }, stop.signal);
  const lengths: number[] = [];
  const done = new Promise<void>((resolve) => {
    fixture.run(here, (bytes) => {
      if (lengths.push(bytes.length) === 40) resolve();
    });
  });
  for (let i = 0; i < 40; i++) here.send(there.local, new Uint8Array(i < 39 ? 1280 : 7));
  here.flush();
  await done;
  assertEquals(lengths.toSorted((a, b) => a - b), [7, ...Array(39).fill(1280)]);
  stop.abort();
  await echoing;
});

batchedTest("a flood holds up neither timers nor other sockets", async (fixture) => {
  const [flooder, flooded, asked] = [fixture.open(), fixture.open(), fixture.open()];
  // A datagram that had to wait for the end of the flood shows by the flood's size. Time would not
  // show it, because on a busy machine everything is late.
  const enough = 2_000_000;
  let count = 0;
  let isFlooding = true;
  const flood = () => {
    for (let i = 0; i < 100; i++) flooder.send(flooded.local, new Uint8Array(i % 2 ? 1280 : 100));
    flooder.flush();
  };
  // Each datagram costs some microseconds, as it may with a machine. The queue never runs dry,
  // since every pass is followed by more than it took.
  fixture.run(flooded, (bytes) => {
    count += Math.min(1, bytes.reduce((sum, octet) => sum + octet, 1));
    if (isFlooding && count < enough && count % 64 === 0) flood();
  });
  let answered = () => {};
  fixture.run(asked, () => answered());
  flood();

  for (let i = 0; i < 20; i++) {
    const answer = new Promise<void>((resolve) => answered = resolve);
    asked.send(asked.local, Uint8Array.of(1));
    asked.flush();
    await pause(10);
    await answer;
  }
  isFlooding = false;
  assert(count > 1000, `${count} datagrams: not a flood`);
  assert(count < enough, "timers and answers waited for the flood to end");
});

batchedTest("datagrams to a port that nobody listens on end nothing", async (fixture) => {
  const [here, closed] = [fixture.open(), fixture.open()];
  closed.close();
  const octets: number[] = [];
  const done = new Promise<void>((resolve) => {
    fixture.run(here, (bytes) => {
      if (octets.push(bytes[0]!) === 5) resolve();
    });
  });
  for (let i = 0; i < 5; i++) {
    here.send(closed.local, Uint8Array.of(9));
    here.send(here.local, Uint8Array.of(i));
    here.flush();
  }
  await done;
  assertEquals(octets, [0, 1, 2, 3, 4]);
});

batchedTest("what cannot be sent is counted and never throws", (fixture) => {
  const socket = fixture.open();
  // A socket on the loopback interface has no way to the Internet.
  socket.send(at("192.0.2.1:9"), Uint8Array.of(1));
  socket.send(at("192.0.2.1:9"), Uint8Array.of(2));
  socket.flush();
  assertEquals(fixture.counters.dropped("send_failed"), 2);
  return Promise.resolve();
});

batchedTest("it closes when told to end, and gives the port back", async (fixture) => {
  const socket = fixture.open();
  fixture.run(socket, () => {});
  await fixture.end();
  const other = fixture.open(portOf(socket.local));
  other.close();
});

batchedTest("a socket that is aborted before it runs is closed", async (fixture) => {
  const socket = fixture.open();
  await socket.run({ datagram() {}, end() {} }, AbortSignal.abort());
  const other = fixture.open(portOf(socket.local));
  other.close();
});

/** A socket that receives what the test says. */
class ScriptedSocket extends LinuxUdpSocket {
  readonly script: Received[] = ["nothing", "more", "some", "ECONNREFUSED"];

  override receive(take: TakeDatagram): Received {
    const received = this.script.shift()!;
    if (received === "some" || received === "more") take(Uint8Array.of(1), this.local);
    return received;
  }
}

batchedTest("a pass ends after what it brought, and an error is counted", async () => {
  const watcher = new FakeWatcher();
  const counters = new Counters();
  const observer = { ...lossCounter(counters), refused() {} };
  const options = { address: LOOPBACK, port: 0, watcher, observer };
  const socket = new ScriptedSocket(options);
  const heard: string[] = [];
  const stop = new AbortController();
  const ended = socket.run({
    datagram: () => void heard.push("datagram"),
    end: () => void heard.push("end"),
  }, stop.signal);
  const [drain] = watcher.drains.values();
  const drained = Array.from({ length: 3 }, () => drain!());
  assertEquals(drained, ["nothing", "more", "some"]);
  assertThrows(drain!, SystemError, "Cannot receive on UDP 127.0.0.1:");
  assertEquals(heard, ["datagram", "end", "datagram", "end"]);
  assertEquals(Object.fromEntries(counters.drops()), { receive_failed: 1 });
  stop.abort();
  await ended;
  assertEquals(watcher.drains.size, 0);
});
