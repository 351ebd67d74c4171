import { assertEquals, assertRejects } from "@std/assert";
import { Driver } from "../../io/driver.ts";
import {
  at,
  FakeClock,
  FakeHost,
  FakeMachine,
  FakeRunSocket,
  FakeSocket,
  type FakeVia,
} from "./fakes.ts";

const PEER = at("198.51.100.7:40000");

/** A driver with its surroundings; `ended` settles when it has ended. */
function start(options: { host?: boolean; bulk?: boolean; runs?: boolean } = {}) {
  const machine = new FakeMachine();
  const clock = new FakeClock();
  const sockets: Record<FakeVia, FakeSocket> = {
    service: options.runs ? new FakeRunSocket() : new FakeSocket(),
    other: new FakeSocket(),
  };
  const host = new FakeHost();
  const events: string[] = [];
  const faults: unknown[] = [];
  const stop = new AbortController();
  const driver = new Driver({
    machine,
    sockets,
    host: options.host === false ? undefined : host,
    bulk: options.bulk ? { fastPath: machine, via: "service" } : undefined,
    onEvent: (event) => events.push(event),
    onFault: (error) => faults.push(error),
    clock,
  });
  const { counters } = driver;
  function run(): Promise<void> {
    return driver.run(stop.signal);
  }
  return { driver, machine, clock, ...sockets, host, events, faults, stop, counters, run };
}

Deno.test("driver: datagrams reach the machine with source, socket and time", async () => {
  const { run, service, other, events, counters, stop } = start();
  const ended = run();
  service.arrive(PEER, [1, 2], [3]);
  other.arrive(PEER, [4]);
  assertEquals(events, [
    `datagram 1,2 ${PEER} service 1000`,
    `datagram 3 ${PEER} service 1000`,
    `datagram 4 ${PEER} other 1000`,
  ]);
  assertEquals([counters.datagramsReceived, counters.octetsReceived], [3, 4]);
  stop.abort();
  await ended;
});

Deno.test("driver: what the machine sends leaves by the socket it names, flushed once per pass", async () => {
  const { run, machine, service, other, counters, stop } = start();
  const ended = run();
  machine.behave = (sink) => sink.datagram(PEER, "other", Uint8Array.of(9));
  service.arrive(PEER, [1], [2]);
  assertEquals(other.calls, [`send ${PEER} 9`, `send ${PEER} 9`, "flush"]);
  assertEquals(service.calls, ["flush"]);
  assertEquals([counters.datagramsSent, counters.octetsSent], [2, 2]);
  stop.abort();
  await ended;
});

Deno.test("driver: what a pass sends is flushed before its events are reported", async () => {
  const { run, machine, service, events, stop } = start();
  const ended = run();
  machine.behave = (sink) => sink.datagram(PEER, "service", Uint8Array.of(9));
  const flush = service.flush.bind(service);
  const reported: number[] = [];
  service.flush = () => {
    reported.push(events.length);
    flush();
  };
  service.arrive(PEER, [1], [2]);
  assertEquals([reported, events.length], [[0], 2]);
  stop.abort();
  await ended;
});

Deno.test("driver: packets pass between host and machine", async () => {
  const { run, machine, host, events, counters, stop } = start();
  const ended = run();
  machine.behave = (sink) => sink.packet(Uint8Array.of(6));
  host.send([5]);
  assertEquals(events, ["packet 5 1000"]);
  assertEquals(host.packets, ["6"]);
  assertEquals(host.flushes, 1);
  assertEquals([counters.packetsFromHost, counters.packetsToHost], [1, 1]);
  stop.abort();
  await ended;
});

Deno.test("driver: the fast path takes bulk packets past the machine", async () => {
  const { run, machine, host, service, other, events, counters, stop } = start({ bulk: true });
  machine.routes.set(1, PEER);
  machine.admitted.add(2);
  const ended = run();
  host.send([1, 1], [7]);
  service.arrive(PEER, [2, 2], [8]);
  other.arrive(PEER, [2, 2]);
  assertEquals(service.calls.filter((call) => call !== "flush"), [`send ${PEER} 1,1`]);
  assertEquals(host.packets, ["2,2"]);
  assertEquals(events, [
    "packet 7 1000",
    `datagram 8 ${PEER} service 1000`,
    `datagram 2,2 ${PEER} other 1000`,
  ]);
  assertEquals([counters.packetsFromHost, counters.datagramsReceived], [2, 3]);
  stop.abort();
  await ended;
});

Deno.test("driver: packets of one flow take the way of the first of them, all at once", async () => {
  const { run, machine, host, service, events, counters, stop } = start({ bulk: true, runs: true });
  machine.routes.set(1, PEER);
  const ended = run();
  host.sendRun([1, 2, 3, 4, 5], 2);
  assertEquals(service.calls.filter((call) => call !== "flush"), [`send ${PEER} 1,2,3,4,5 by 2`]);
  assertEquals(machine.routed, 5);
  assertEquals(events, []);
  assertEquals(
    [counters.packetsFromHost, counters.datagramsSent, counters.octetsSent],
    [3, 3, 5],
  );
  stop.abort();
  await ended;
});

Deno.test("driver: without a fast way for all, packets of one flow go one by one", async () => {
  for (const runs of [true, false]) {
    const { run, machine, host, service, events, counters, stop } = start({ bulk: true, runs });
    machine.routes.set(7, PEER);
    const ended = run();
    host.sendRun([6, 1, 7, 2, 6], 2);
    assertEquals(service.calls.filter((call) => call !== "flush"), [`send ${PEER} 7,2`]);
    assertEquals(events, ["packet 6,1 1000", "packet 6 1000"]);
    assertEquals([counters.packetsFromHost, counters.datagramsSent], [3, 1]);
    stop.abort();
    await ended;
  }
});

Deno.test("driver: drops are counted by reason, those of the machine and those of the transport", async () => {
  const { run, machine, host, service, counters, stop } = start();
  const ended = run();
  machine.behave = (sink) => sink.drop("loop");
  service.arrive(PEER, [1], [1]);
  host.takes = false;
  machine.behave = (sink) => sink.packet(Uint8Array.of(1));
  service.arrive(PEER, [1]);
  assertEquals(Object.fromEntries(counters.drops()), { loop: 2, host_refused: 1 });
  stop.abort();
  await ended;
});

Deno.test("driver: a socket or host that is not there costs a packet and nothing else", () => {
  const machine = new FakeMachine();
  const driver = new Driver({ machine, sockets: {}, onEvent: () => {}, onFault: () => {} });
  driver.act((_now, sink) => {
    sink.datagram(PEER, "other", Uint8Array.of(1));
    sink.packet(Uint8Array.of(1));
  });
  const drops = Object.fromEntries(driver.counters.drops());
  assertEquals(drops, { socket_absent: 1, host_absent: 1 });
  assertEquals(driver.counters.datagramsSent, 0);
});

Deno.test("driver: the timer goes off when the machine wants it", async () => {
  const { run, machine, clock, events, stop } = start();
  machine.due = 1500;
  const ended = run();
  assertEquals(clock.due, [1500]);
  clock.moveTo(1499);
  assertEquals(events, []);
  machine.behave = () => machine.due = 1700;
  clock.moveTo(1500);
  assertEquals(events, ["timer 1500"]);
  assertEquals(clock.due, [1700]);
  stop.abort();
  await ended;
  assertEquals(clock.due, []);
});

Deno.test("driver: an earlier deadline sets the timer anew, a later one is found out when it goes off", async () => {
  const { run, machine, clock, service, events, stop } = start();
  machine.due = 2000;
  const ended = run();
  machine.behave = () => machine.due = 3000;
  service.arrive(PEER, [1], [1]);
  assertEquals([clock.due, clock.timersSet], [[2000], 1]);
  machine.behave = () => machine.due = 1200;
  service.arrive(PEER, [1]);
  assertEquals(clock.due, [1200]);
  machine.due = 3000;
  clock.moveTo(1200);
  assertEquals(events.filter((event) => event.startsWith("timer")), []);
  assertEquals(clock.due, [3000]);
  stop.abort();
  await ended;
});

Deno.test("driver: a machine that is due at once is called at once, but not before run", async () => {
  const { run, driver, machine, clock, events, stop } = start();
  machine.due = 0;
  driver.act(() => {});
  assertEquals(clock.due, []);
  const ended = run();
  clock.moveTo(1000);
  assertEquals(events, ["timer 1000"]);
  stop.abort();
  await ended;
});

Deno.test("driver: a mistake in the machine is reported and counted, and the service goes on", async () => {
  const { run, machine, clock, host, service, events, faults, counters, stop } = start({
    bulk: true,
  });
  const mistake = new RangeError("mistake");
  machine.behave = () => {
    throw mistake;
  };
  machine.due = 1100;
  const ended = run();
  service.arrive(PEER, [1]);
  host.send([1]);
  clock.moveTo(1100);
  assertEquals(faults, [mistake, mistake, mistake]);
  assertEquals(counters.dropped("internal_error"), 3);
  machine.behave = () => {};
  service.arrive(PEER, [2]);
  assertEquals(events.at(-1), `datagram 2 ${PEER} service 1100`);
  stop.abort();
  await ended;
});

Deno.test("driver: act turns to the machine between packets, and what it sends is flushed", async () => {
  const { run, driver, machine, service, clock, stop } = start();
  const ended = run();
  driver.act((now, sink) => {
    sink.datagram(PEER, "service", Uint8Array.of(1));
    machine.due = now + 5;
  });
  assertEquals(service.calls, [`send ${PEER} 1`, "flush"]);
  assertEquals(clock.due, [1005]);
  assertEquals(driver.status(), "status 1000");
  stop.abort();
  await ended;
});

Deno.test("driver: it ends with the first part that fails, and says why", async () => {
  const { run, service, clock, machine } = start();
  machine.due = 5000;
  const ended = run();
  service.failure.reject(new Error("The interface is gone"));
  await assertRejects(() => ended, Error, "The interface is gone");
  assertEquals(clock.due, []);
});
