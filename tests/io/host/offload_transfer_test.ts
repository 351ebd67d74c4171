/**
 * TCP between two namespaces, through two TUNs with segmentation offload and this one process:
 *
 *      this namespace                              another namespace
 *      transfer ── near (TUN) ── two OffloadLinks ── far (TUN) ── transfer
 */
import { openInterface, openTun } from "../../../ffi/open.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { oneByOne } from "../fakes.ts";
import { libc } from "../../../ffi/c/libc.ts";
import { Poller } from "../../../ffi/polling/poller.ts";
import { SOCKADDR_IN6 } from "../../../ffi/linux/kernel/kernel_structs.ts";
import type { Tun } from "../../../ffi/tun.ts";
import { Counters } from "../../../io/counters.ts";
import { OffloadLink } from "../../../io/host/offload_link.ts";
import { aborted, runTogether } from "../../../io/run_together.ts";
import { parseIpv6 } from "../../../wire/ipv6_address.ts";
import { namespaceTest, run } from "../../ffi/namespace.ts";
import "../../ffi/open_libc.ts";
import { pause } from "../../pause.ts";

const { url } = import.meta;

const NEAR = "fd00::1";
const FAR = "fd00::2";
/** Another address of the far end. */
const VIA = "fd00::3";
const PREFIX = { address: parseIpv6("fd00::")!, length: 64 };
const MTU = 1280;

// <sys/socket.h>, <netinet/udp.h>
const AF_INET6 = 10;
const SOCK_DGRAM = 2;
const UDP_PROTOCOL = 17;
const UDP_SEGMENT = 103;

/** A TUN whose frames are counted. */
class WatchedTun implements Tun {
  readonly #tun: Tun;
  /** Longer than one packet: read, and written and taken. */
  superRead = 0;
  superWritten = 0;
  refused = 0;

  constructor(tun: Tun) {
    this.#tun = tun;
  }

  get name() {
    return this.#tun.name;
  }
  get index() {
    return this.#tun.index;
  }
  get handle() {
    return this.#tun.handle;
  }
  get offload() {
    return this.#tun.offload;
  }

  read(buffer: Uint8Array): number {
    const length = this.#tun.read(buffer);
    if (length > 10 + MTU) this.superRead++;
    return length;
  }

  write(frame: Uint8Array, length = frame.length): boolean {
    const isTaken = this.#tun.write(frame, length);
    if (!isTaken) this.refused++;
    else if (length > 10 + MTU) this.superWritten++;
    return isTaken;
  }

  close(): void {
    this.#tun.close();
  }
}

/** What happens to a packet on its way; returning false loses it. */
type Wire = (packet: Uint8Array) => boolean;

interface Lab {
  readonly near: WatchedTun;
  readonly far: WatchedTun;
  /** How `nsenter` gets to the other namespace. */
  readonly inFar: readonly string[];
  /** Runs Deno with a fixture in the other namespace. */
  readonly farDeno: (...args: string[]) => Deno.ChildProcess;
}

/** Connects two namespaces for the duration of `body`. */
async function connected(wire: Wire, body: (lab: Lab) => Promise<void>): Promise<void> {
  const holder = new Deno.Command("unshare", { args: ["-n", "sleep", "60"] }).spawn();
  const inFar = ["-t", String(holder.pid), "-n"];
  const [near, far] = ["near", "far"].map((name) =>
    new WatchedTun(openTun(name, { offload: true }))
  ) as [WatchedTun, WatchedTun];
  const stop = new AbortController();
  let running: Promise<void> | undefined;
  try {
    const configuration = openInterface(near.name, near.index);
    configuration.setMtu(MTU);
    configuration.bringUp();
    configuration.addAddress(parseIpv6(NEAR)!, 128);
    configuration.addRoute(PREFIX);
    configuration.close();
    await moved(far.name, holder.pid);
    run("nsenter", ...inFar, "ip", "link", "set", "far", "mtu", String(MTU), "up");
    run("nsenter", ...inFar, "ip", "address", "add", `${FAR}/64`, "dev", "far", "nodad");
    running = bridge(near, far, wire, stop.signal);
    const farDeno = (...args: string[]) =>
      new Deno.Command("nsenter", {
        args: [...inFar, Deno.execPath(), ...args],
        stdin: "null",
        stdout: "piped",
      }).spawn();
    await body({ near, far, inFar, farDeno });
  } finally {
    stop.abort();
    await running;
    near.close();
    far.close();
    holder.kill("SIGKILL");
    await holder.status;
  }
}

/** Moves an interface to the namespace of a process, which may be a moment in coming. */
async function moved(name: string, pid: number): Promise<void> {
  const own = await Deno.readLink("/proc/self/ns/net");
  for (let i = 0; i < 500 && await Deno.readLink(`/proc/${pid}/ns/net`) === own; i++) {
    await pause(2);
  }
  run("ip", "link", "set", name, "netns", String(pid));
}

async function bridge(near: Tun, far: Tun, wire: Wire, signal: AbortSignal): Promise<void> {
  const poller = new Poller();
  const counters = new Counters();
  const [one, other] = [near, far].map((tun) => new OffloadLink(tun, poller, counters)) as [
    OffloadLink,
    OffloadLink,
  ];
  const carry = (from: OffloadLink, to: OffloadLink) => (ending: AbortSignal) =>
    from.run(
      oneByOne((ipv6) => {
        assert(ipv6.length <= MTU, `${ipv6.length} octets fit the link`);
        if (wire(ipv6)) to.write(ipv6);
      }, () => to.flush()),
      ending,
    );
  await runTogether(
    signal,
    carry(one, other),
    carry(other, one),
    (ending) => poller.run(ending),
    aborted,
  );
}

const BY_ROUTE = ["run", "-A", "--no-check", new URL("fixtures/send_by_route.ts", url).href];
const TRANSFER = ["run", "-A", "--no-check", new URL("fixtures/transfer.ts", url).href];

/** Transfers data both ways, and checks that all arrived as it was sent. */
async function transfer({ farDeno }: Lab): Promise<void> {
  const listening = farDeno(...TRANSFER, "listen", "7000");
  const reader = listening.stdout.pipeThrough(new TextDecoderStream()).getReader();
  assertStringIncludes((await reader.read()).value ?? "", "listening");
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [...TRANSFER, "connect", FAR, "7000"],
    stdin: "null",
  }).output();
  const [nearSent, nearReceived] = new TextDecoder().decode(stdout).trim().split(" ");
  const [farSent, farReceived] = ((await reader.read()).value ?? "").trim().split(" ");
  assertEquals(farReceived, nearSent);
  assertEquals(nearReceived, farSent);
  assertEquals(nearSent?.length, 64);
  await reader.cancel();
  await listening.status;
}

namespaceTest(url, "TCP through split and coalesced super-packets arrives as it was sent", [
  "tun",
  "ip",
  "nsenter",
], () =>
  connected(() => true, async (lab) => {
    await transfer(lab);
    for (const tun of [lab.near, lab.far]) {
      assert(tun.superRead > 100, `${tun.name}: the kernel sent ${tun.superRead} super-packets`);
      assert(tun.superWritten > 100, `${tun.name}: the kernel took ${tun.superWritten}`);
      assertEquals(tun.refused, 0);
    }
  }));

namespaceTest(url, "TCP survives loss, damage and disorder on the way between super-packets", [
  "tun",
  "ip",
  "nsenter",
], () => {
  let count = 0;
  let held: Uint8Array | undefined;
  const wire: Wire = (packet) => {
    count++;
    if (count % 1009 === 0) return false;
    // A bit of the last octet, which for most packets is data.
    if (count % 701 === 0) packet[packet.length - 1]! ^= 1;
    if (count % 503 === 0 && packet.length > 1000) {
      // Exchanges two neighbours of the same length.
      held = packet.slice();
      return false;
    }
    if (held?.length === packet.length) {
      const later = held;
      held = packet.slice();
      packet.set(later);
    }
    return true;
  };
  return connected(wire, transfer);
});

namespaceTest(url, "TCP behind a routing header is split as well, and its checksums are right", [
  "tun",
  "ip",
  "nsenter",
], () =>
  connected(() => true, async ({ near, far, inFar, farDeno }) => {
    run("nsenter", ...inFar, "ip", "address", "add", `${VIA}/128`, "dev", far.name, "nodad");
    const allow = ["all", far.name].map((name) => `net.ipv6.conf.${name}.seg6_enabled=1`);
    run("nsenter", ...inFar, "sysctl", "-qw", ...allow);
    const listening = farDeno(
      "eval",
      `import { createHash } from "node:crypto";
       const listener = Deno.listen({ hostname: "::", port: 7000 });
       console.log("listening");
       const hash = createHash("sha256");
       for await (const part of (await listener.accept()).readable) hash.update(part);
       console.log(hash.digest("hex"));
       Deno.exit();`,
    );
    const reader = listening.stdout.pipeThrough(new TextDecoderStream()).getReader();
    assertStringIncludes((await reader.read()).value ?? "", "listening");
    const { stdout, stderr } = await new Deno.Command("timeout", {
      args: ["10", Deno.execPath(), ...BY_ROUTE, FAR, "7000", VIA, "5000000"],
      stdin: "null",
    }).output();
    const sent = new TextDecoder().decode(stdout);
    assertEquals(sent.trim().length, 64, new TextDecoder().decode(stderr));
    assertEquals((await reader.read()).value, sent);
    assert(near.superRead > 50, `the kernel sent ${near.superRead} super-packets`);
    await reader.cancel();
    await listening.status;
  }));

namespaceTest(url, "UDP datagrams arrive from super-packets in order, a damaged one does not", [
  "tun",
  "ip",
  "nsenter",
], () => {
  const wire: Wire = (packet) => {
    const isTarget = packet[6] === UDP_PROTOCOL && packet[packet.length - 1] === 5;
    if (isTarget) packet[50]! ^= 0x10;
    return true;
  };
  return connected(wire, async ({ near, far, farDeno }) => {
    const receiver = farDeno(
      "eval",
      `const socket = Deno.listenDatagram({ transport: "udp", hostname: "${FAR}", port: 7000 });
       const print = (text) => Deno.stdout.writeSync(new TextEncoder().encode(text));
       print("ready");
       for (let i = 0; i < 19; i++) {
         const [bytes] = await socket.receive();
         print(" " + (bytes.length === 1000 && bytes.every((each) => each === bytes[0]) ? bytes[0] : "?"));
       }
       Deno.exit();`,
      "--unstable-net",
    );
    const output = receiver.stdout.pipeThrough(new TextDecoderStream());
    const reader = output.getReader();
    let said = (await reader.read()).value ?? "";
    reader.releaseLock();
    const octets = Uint8Array.from({ length: 20_000 }, (_, i) => Math.floor(i / 1000));
    sendSegments(octets, 1000);
    for await (const part of output) said += part;
    await receiver.status;
    const sent = Array.from({ length: 20 }, (_, i) => i);
    assertEquals(said, `ready ${sent.filter((i) => i !== 5).join(" ")}`);
    if (!near.offload!.udp) return;
    assertEquals(near.superRead, 1);
    assert(far.superWritten > 0);
    assertEquals(far.refused, 0);
  });
});

/**
 * Sends `octets` to the far end in datagrams of `size` octets, which the kernel is to make of them.
 */
function sendSegments(octets: Uint8Array<ArrayBuffer>, size: number): void {
  const { socket, setsockopt, sendto, close } = libc();
  const fd = socket(AF_INET6, SOCK_DGRAM, 0);
  const value = new Uint8Array([size, size >>> 8, 0, 0]);
  assertEquals(setsockopt(fd, UDP_PROTOCOL, UDP_SEGMENT, value, 4), 0);
  const to = SOCKADDR_IN6.encode({ family: AF_INET6, port: 7000, address: parseIpv6(FAR)! });
  assertEquals(sendto(fd, octets, BigInt(octets.length), 0, to, to.length), octets.length);
  close(fd);
}
