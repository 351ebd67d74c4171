/**
 * Nodes whose system calls fail: once, for a while, or for good.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { clientTun } from "../../nodes/host/client_tun.ts";
import type { SystemErrorNews } from "../../io/system_errors.ts";
import type { TransportNews } from "../../nodes/udp_opener.ts";
import { always, type FaultCode, type Faults, first, injectFaults } from "../ffi/faults.ts";
import { namespaceTest, run } from "../ffi/namespace.ts";
import { loopbackTest, startClient, startServer } from "./loopback.ts";
import { pause } from "../pause.ts";

const CODES: readonly FaultCode[] = [
  ...["EINTR", "EAGAIN", "ENOENT", "ENOBUFS", "ENOMEM", "EIO", "EPERM", "EBADF"] as const,
];

/** The calls of a server at work. */
const CALLS = ["poll", "pollOnThread", "recvmmsg", "sendmmsg"] as const;

/** Fails unless a client qualifies, one that makes no system calls itself. */
async function assertServed(): Promise<void> {
  await using client = await startClient("127.41.0.3", { ffi: false });
  await client.qualified;
}

for (const isAlone of [false, true]) {
  const how = isAlone ? "that may hold the event loop" : "beside others";
  loopbackTest(
    `faults: a server ${how} answers after any call has failed once, by any error`,
    async () => {
      await using server = await startServer({ udp: "batched", isAlone, limits: "off" });
      for (const call of CALLS) {
        for (const code of CODES) {
          using _ = injectFaults({ [call]: first(1, code) });
          const begun = performance.now();
          await assertServed();
          // A datagram that is lost is repeated after four seconds.
          assert(performance.now() - begun < 3_000, `${call}: ${code}`);
        }
      }
      assertEquals(server.counters.drops(), new Map());
    },
  );
}

loopbackTest(
  "faults: a server that cannot send for a while counts it, and answers afterwards",
  async () => {
    await using server = await startServer({ udp: "batched" });
    for (const [code, reason] of [["EPERM", "send_failed"], ["EAGAIN", "send_backlog"]] as const) {
      const before = server.counters.dropped(reason);
      {
        using _ = injectFaults({ sendmmsg: always(code), sendto: always(code) });
        await using _client = await startClient("127.41.0.3", { ffi: false });
        while (server.counters.dropped(reason) === before) await turn();
      }
      await assertServed();
    }
  },
);

/** What a server ends with that is asked while calls fail. */
async function endOf(isAlone: boolean, inject: () => Faults): Promise<Error> {
  await using server = await startServer({ udp: "batched", isAlone });
  using _ = inject();
  await using _client = await startClient("127.41.0.3", { ffi: false });
  return await assertRejects(() => server.finished, Error);
}

loopbackTest("faults: a server that can receive no more ends, and says so", async () => {
  for (const isAlone of [false, true]) {
    const { message } = await endOf(isAlone, () => injectFaults({ recvmmsg: always("EBADF") }));
    assertEquals(
      message,
      "Cannot receive on UDP 127.41.0.1:3544: Bad file descriptor (recvmmsg: EBADF)",
    );
  }
});

loopbackTest(
  "faults: a server that cannot receive for a while neither spins nor ends, names it, and recovers",
  async () => {
    for (const isAlone of [false, true]) {
      const news: SystemErrorNews[] = [];
      const onSystemError = (each: SystemErrorNews) => void news.push(each);
      await using server = await startServer({ udp: "batched", isAlone, onSystemError });
      {
        using faults = injectFaults({ recvmmsg: always("ENOMEM") });
        await using _client = await startClient("127.41.0.3", { ffi: false });
        await pause(1_500);
        // 1 ms, 2 ms, … 1 s: eleven pauses in the first two seconds, three calls after each.
        assert(faults.failed > 6 && faults.failed < 100, `${faults.failed} calls`);
        assertEquals(news.map(({ call, code }) => `${call} ${code}`), ["recvmmsg ENOMEM"]);
        assertEquals([...server.counters.failures().keys()], ["recvmmsg ENOMEM"]);
      }
      await assertServed();
    }
  },
);

loopbackTest(
  "faults: a server that cannot wait serves nevertheless, does not spin, and names it",
  async () => {
    for (const isAlone of [false, true]) {
      await using server = await startServer({ udp: "batched", isAlone });
      using faults = injectFaults({ poll: always("ENOMEM"), pollOnThread: always("ENOMEM") });
      await assertServed();
      const { failed } = faults;
      const begun = performance.now();
      await pause(1_000);
      const rate = (faults.failed - failed) * 1_000 / (performance.now() - begun);
      // Eight calls for each pause of 16 ms; a poller that spins makes tens of thousands.
      assert(rate > 20 && rate < 1_000, `${rate} calls a second`);
      assert(server.counters.failures().get("poll ENOMEM")! > 20);
    }
  },
);

loopbackTest(
  "faults: a server that cannot be opened or started says which step failed",
  async () => {
    {
      using _ = injectFaults({ socket: always("EMFILE") });
      const { message } = await assertRejects(() => startServer({ udp: "batched" }), Error);
      assertEquals(
        message,
        "Cannot listen on UDP 127.41.0.1:3544: Cannot open a UDP socket: Too many open files (socket: EMFILE)",
      );
    }
    using _ = injectFaults({ eventfd: always("EMFILE") });
    await using server = await startServer({ udp: "batched" });
    const { message } = await assertRejects(() => server.finished, Error);
    assertEquals(message, "Cannot make an event descriptor: Too many open files (eventfd: EMFILE)");
  },
);

loopbackTest(
  "faults: a server does without batches that a sandbox forbids, and says why",
  async () => {
    using _ = injectFaults({ recvmmsg: always("EPERM") });
    const news: TransportNews[] = [];
    await using _server = await startServer({ onTransport: (each) => news.push(each) });
    await assertServed();
    assertEquals(news, [
      { type: "single", reason: "The kernel refuses recvmmsg: Operation not permitted" },
    ]);
  },
);

namespaceTest(
  import.meta.url,
  "faults: a client's interface goes on after reads that failed, and ends with what stays",
  ["tun", "ip"],
  async () => {
    run("ip", "link", "set", "lo", "up");
    await using _server = await startServer();
    await using client = await startClient("127.41.0.3", { host: clientTun() });
    await client.qualified;
    // The bell of a poller is read with 8 octets.
    const ofTun = (code: FaultCode, count: number) => {
      let call = 0;
      return (_: number, [, , octets]: readonly unknown[]) =>
        octets !== 8n && call++ < count ? code : undefined;
    };
    for (const code of ["ENOENT", "EIO", "EINTR"] as const) {
      const before = client.counters.packetsFromHost;
      using faults = injectFaults({ read: ofTun(code, 1) });
      while (client.counters.packetsFromHost === before) await sendPacket();
      assertEquals(faults.failed, 1);
    }
    {
      using faults = injectFaults({ read: ofTun("EIO", Infinity) });
      await sendPacket();
      await pause(500);
      // Two calls after each of 1 ms, 2 ms, … 256 ms.
      assert(faults.failed > 6 && faults.failed < 50, `${faults.failed} calls`);
    }
    const before = client.counters.packetsFromHost;
    while (client.counters.packetsFromHost === before) await sendPacket();
    using _ = injectFaults({ read: ofTun("ENODEV", Infinity) });
    let hasEnded = false;
    client.finished.catch(() => hasEnded = true);
    while (!hasEnded) await sendPacket();
    const { message } = await assertRejects(() => client.finished, Error);
    assertEquals(message, 'Cannot read from interface "teredo": No such device (read: ENODEV)');
  },
);

/**
 * Has the kernel send a packet into the tunnel. A moment after the interface has come up, there may
 * be no way yet.
 */
async function sendPacket(): Promise<void> {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "::", port: 0 });
  const to = { transport: "udp", hostname: "2001:0:7f29:1:8000:f000:80ff:fffe", port: 9 } as const;
  await socket.send(new Uint8Array(10), to).catch(() => {});
  socket.close();
  await turn();
}

function turn(): Promise<void> {
  return pause(0);
}
