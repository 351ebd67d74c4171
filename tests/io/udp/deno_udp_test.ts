import { assert, assertEquals, assertThrows } from "@std/assert";
import { Counters } from "../../../io/counters.ts";
import { fromListener, openDenoUdp } from "../../../io/udp/deno_udp.ts";
import type { UdpSocket } from "../../../ffi/udp_socket.ts";
import { type Endpoint, formatEndpoint, portOf } from "../../../wire/endpoint.ts";
import { parseIpv4 } from "../../../wire/ipv4_address.ts";
import { at } from "../fakes.ts";
import { pause } from "../../pause.ts";

const LOOPBACK = parseIpv4("127.0.0.1")!;

function open(counters = new Counters(), port = 0): UdpSocket {
  return openDenoUdp({ address: LOOPBACK, port, counters });
}

/** Runs a socket that sends everything back, with one octet in front, until `signal` aborts. */
function echo(socket: UdpSocket, signal: AbortSignal): Promise<void> {
  return socket.run({
    datagram: (bytes, from) => socket.send(from, Uint8Array.of(0, ...bytes)),
    end: () => socket.flush(),
  }, signal);
}

/** Runs a socket and hands out what it receives. */
function listen(socket: UdpSocket, signal: AbortSignal) {
  const received: { bytes: number[]; from: Endpoint }[] = [];
  let wanted = Promise.withResolvers<void>();
  const ended = socket.run({
    datagram: (bytes, from) => void received.push({ bytes: [...bytes], from }),
    end: () => wanted.resolve(),
  }, signal);
  async function next(): Promise<{ bytes: number[]; from: Endpoint }> {
    while (received.length === 0) {
      await wanted.promise;
      wanted = Promise.withResolvers();
    }
    return received.shift()!;
  }
  return { next, ended };
}

Deno.test("UDP: datagrams of every length come and go, with their source", async () => {
  const stop = new AbortController();
  const [here, there] = [open(), open()];
  const echoed = echo(there, stop.signal);
  const { next, ended } = listen(here, stop.signal);
  for (const length of [0, 1, 1280, 2048, 2049, 9000]) {
    here.send(there.local, new Uint8Array(length).fill(length));
    const { bytes, from } = await next();
    assertEquals(from, there.local);
    assertEquals(bytes.length, length + 1);
    assert(bytes.slice(1).every((octet) => octet === length % 256));
  }
  stop.abort();
  await Promise.all([ended, echoed]);
});

Deno.test("UDP: the sender may change its bytes as soon as send returns", async () => {
  const stop = new AbortController();
  const [here, there] = [open(), open()];
  const { next, ended } = listen(there, stop.signal);
  const bytes = Uint8Array.of(1, 2, 3);
  here.send(there.local, bytes);
  bytes.fill(9);
  assertEquals((await next()).bytes, [1, 2, 3]);
  stop.abort();
  await ended;
  here.close();
});

Deno.test("UDP: what cannot be sent is counted and never throws", async () => {
  const counters = new Counters();
  const socket = open(counters);
  // A socket on the loopback interface has no way to the Internet.
  socket.send(at("192.0.2.1:9"), Uint8Array.of(1));
  while (counters.dropped("send_failed") === 0) await turn();
  assertEquals(counters.dropped("send_failed"), 1);
  socket.close();
  socket.close();
});

Deno.test("UDP: a burst beyond what may wait is dropped and counted, not kept", async () => {
  const counters = new Counters();
  const [here, there] = [open(counters), open()];
  for (let i = 0; i < 600; i++) here.send(there.local, new Uint8Array(8));
  assertEquals(counters.dropped("send_backlog"), 600 - 512);
  await turn();
  here.close();
  there.close();
});

Deno.test("UDP: bursts arrive in order", async () => {
  const stop = new AbortController();
  const [here, there] = [open(), open()];
  const numbers: number[] = [];
  const ended = there.run({
    datagram: (bytes) => void numbers.push(bytes[0]! << 8 | bytes[1]!),
    end() {},
  }, stop.signal);
  // What does not fit the receive buffer is lost, which is not the point.
  for (let number = 0; number < 4000; number++) {
    const bytes = new Uint8Array(1280);
    bytes.set([number >>> 8, number & 0xff]);
    here.send(there.local, bytes);
    if (number % 400 === 399) { for (let i = 0; i < 5; i++) await turn(); }
  }
  assert(numbers.length > 400, `${numbers.length} datagrams are no bursts`);
  assertEquals(numbers, numbers.toSorted((a, b) => a - b));
  stop.abort();
  await ended;
  here.close();
});

Deno.test("UDP: a datagram to a closed port does not end the socket that sent it", async () => {
  const stop = new AbortController();
  const [here, there, closed] = [open(), open(), open()];
  closed.close();
  const echoed = echo(there, stop.signal);
  const { next, ended } = listen(here, stop.signal);
  for (let i = 0; i < 3; i++) here.send(closed.local, Uint8Array.of(1));
  here.send(there.local, Uint8Array.of(7));
  assertEquals((await next()).bytes, [0, 7]);
  stop.abort();
  await Promise.all([ended, echoed]);
});

Deno.test("UDP: the hook hears the address that was bound", () => {
  const heard: string[] = [];
  const socket = openDenoUdp({
    address: LOOPBACK,
    port: 0,
    counters: new Counters(),
    prepare: (address, port) => heard.push(`${address}:${port}`),
  });
  assertEquals(heard, [formatEndpoint(socket.local)]);
  socket.close();
});

Deno.test("UDP: a socket that can't be prepared is closed", () => {
  let used = 0;
  const failing = {
    prepare(_: string, port: number): void {
      used = port;
      throw new Error("refused");
    },
  };
  const options = { address: LOOPBACK, port: 0, counters: new Counters() };
  assertThrows(() => openDenoUdp({ ...options, ...failing }), Error, "refused");
  openDenoUdp({ ...options, port: used }).close();
});

Deno.test("UDP: opening a port in use fails", () => {
  const socket = open();
  assertThrows(() => open(new Counters(), portOf(socket.local)), Deno.errors.AddrInUse);
  socket.close();
});

Deno.test("UDP: a socket that is aborted before it runs is closed", async () => {
  const socket = open();
  await socket.run({ datagram() {}, end() {} }, AbortSignal.abort());
  open(new Counters(), portOf(socket.local)).close();
});

/** Lets pending work of the system get through. */
function turn(): Promise<void> {
  return pause(0);
}

Deno.test("UDP: an ICMP error that Windows reports keeps no datagram waiting", async () => {
  const errors = 50;
  const stop = new AbortController();
  const counters = new Counters();
  let calls = 0;
  const listener = {
    receive(): Promise<[Uint8Array, Deno.Addr]> {
      if (calls++ < errors) return Promise.reject(new Deno.errors.ConnectionReset("10054"));
      const from = { transport: "udp", hostname: "127.0.0.1", port: 9 } as const;
      return Promise.resolve([Uint8Array.of(calls), from]);
    },
    close() {},
  } as Partial<Deno.DatagramConn> as Deno.DatagramConn;
  const socket = fromListener(listener, at("127.0.0.1:1"), counters);
  const begun = performance.now();
  await socket.run({ datagram: () => stop.abort(), end() {} }, stop.signal);
  assertEquals(calls, errors + 1);
  assertEquals(counters.dropped("receive_failed"), errors);
  // With a pause after each error that is twice as long as the one before, it would be half a minute.
  assert(performance.now() - begun < 1_000);
});
