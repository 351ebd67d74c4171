import { assertEquals } from "@std/assert";
import { OpenSockets } from "../../io/open_sockets.ts";
import { at, FakeSocket } from "./fakes.ts";

const PEER = at("198.51.100.7:40000");

type Via = "first" | `more${number}`;

/** Sockets of which one is open from the start, and what came to each. */
function start(open?: (via: Via) => FakeSocket) {
  const first = new FakeSocket();
  const received: string[] = [];
  let failures = 0;
  const sockets = new OpenSockets<Via>({
    sockets: { first },
    open,
    receiver: (via) => ({
      datagram: (bytes) => received.push(`${via} ${bytes.join()}`),
      end: () => {},
    }),
    onFailure: () => failures++,
  });
  const stop = new AbortController();
  return { sockets, first, received, stop, failures: () => failures };
}

Deno.test("open sockets: one that is opened later receives, sends and is closed again", async () => {
  const later = new FakeSocket();
  const { sockets, received, stop } = start(() => later);
  const ended = sockets.run(stop.signal);
  assertEquals(sockets.open("more1"), later);
  later.arrive(PEER, [1, 2]);
  sockets.flush();
  assertEquals([received, later.calls], [["more1 1,2"], ["flush"]]);
  sockets.close("more1");
  assertEquals(sockets.get("more1"), undefined);
  sockets.flush();
  assertEquals(later.calls, ["flush"]);
  stop.abort();
  await ended;
});

Deno.test("open sockets: those opened later end with the others", async () => {
  const { sockets, stop } = start(() => new FakeSocket());
  const ended = sockets.run(stop.signal);
  sockets.open("more1");
  stop.abort();
  await ended;
  assertEquals(sockets.get("more1"), undefined);
  assertEquals(sockets.open("more2"), undefined);
});

Deno.test("open sockets: one that cannot be opened, or fails, costs nothing but itself", async () => {
  const failing = new FakeSocket();
  const { sockets, stop, failures } = start((via) => {
    if (via === "more1") throw new Error("no more files");
    return failing;
  });
  const ended = sockets.run(stop.signal);
  assertEquals(sockets.open("more1"), undefined);
  sockets.open("more2");
  failing.failure.reject(new Error("broken"));
  await settled();
  assertEquals([failures(), sockets.get("more2")], [2, undefined]);
  sockets.flush();
  assertEquals(failing.calls, []);
  stop.abort();
  await ended;
});

Deno.test("open sockets: a failure costs nothing to another one that has the same name by then", async () => {
  const [failing, other] = [new FakeSocket(), new FakeSocket()];
  const opened = [failing, other];
  const { sockets, stop, failures } = start(() => opened.shift()!);
  const ended = sockets.run(stop.signal);
  sockets.open("more1");
  failing.failure.reject(new Error("broken"));
  sockets.close("more1");
  sockets.open("more1");
  await settled();
  assertEquals([failures(), sockets.get("more1")], [1, other]);
  stop.abort();
  await ended;
});

Deno.test("open sockets: one that can't begin to receive is closed", async () => {
  const failing = new FakeSocket();
  failing.run = () => {
    throw new Error("broken");
  };
  failing.close = () => void failing.calls.push("close");
  const { sockets, stop, failures } = start(() => failing);
  const ended = sockets.run(stop.signal);
  assertEquals([sockets.open("more1"), sockets.get("more1")], [undefined, undefined]);
  assertEquals([failures(), failing.calls], [1, ["close"]]);
  stop.abort();
  await ended;
});

Deno.test("open sockets: the one from the start still ends all when it fails", async () => {
  const { sockets, first, stop } = start();
  const ended = sockets.run(stop.signal).catch((error) => error.message);
  first.failure.reject(new Error("broken"));
  assertEquals(await ended, "broken");
});

/** Lets promises that are settled by now have their effect. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}
